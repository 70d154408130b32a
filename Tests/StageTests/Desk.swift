// A bench with a book and a strategy, as most tests begin.

import Market
import Pipeline
import Quantities
import StageBench

/// One pair, its book at 1,000 / 1,001 ticks, and the strategy that answers each update with one buy of one lot
/// at the best bid.
struct Desk {
  let bench: StageBench
  var book = BenchBook()
  private var lots: Int64 = 5_000

  init(_ change: (inout BenchOptions) -> Void = { _ in }) throws {
    var options = BenchOptions()
    options.strategy = .reflex(InstrumentID(index: 0))
    change(&options)
    bench = try StageBench(options)
    bench.control.setMuted(true)
    bench.open()
    bench.snapshot(&book, bids: [(1_000, 5_000)], asks: [(1_001, 5_000)])
    bench.run()
    bench.control.setMuted(false)
  }

  /// `count` updates of the best bid's size go to the Feed: each is one decision.
  mutating func tick(_ count: Int = 1) {
    for _ in 0..<count {
      lots += 1
      bench.update(&book, bids: [(1_000, lots)])
    }
    bench.market?.deliver()
    bench.settle(.feed)
  }

  /// `count` orders rest at the venue, and the core knows it.
  mutating func rest(_ count: Int) {
    tick(count)
    bench.run()
  }

  /// What the venue got of one kind of request since the start.
  func requests(_ operation: String) -> Int {
    bench.venue.requests.count { $0.operation == operation }
  }
}
