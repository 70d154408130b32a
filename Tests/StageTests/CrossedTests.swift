// A book that stays crossed is fetched anew, and named.
import Market
import Quantities
import StageBench
import Testing

@Suite struct CrossedTests {
  @Test func aBookThatStaysCrossedIsFetchedAnew() throws {
    var desk = try Desk()
    let bench = desk.bench
    bench.control.setMuted(true)
    let asked = bench.builder.resyncsAsked
    bench.update(&desk.book, bids: [(1_003, 5)])
    bench.run()
    #expect(!bench.isBookValid() && bench.builder.resyncsAsked == asked)
    bench.advance(by: 4_900_000_000)
    bench.run()
    #expect(bench.builder.resyncsAsked == asked, "it may uncross by itself")
    bench.advance(by: 200_000_000)
    bench.run()
    #expect(bench.builder.resyncsAsked == asked + 1)
    bench.advance(by: 1_000_000_000)
    bench.run()
    #expect(bench.builder.resyncsAsked == asked + 1, "once in so long")
    #expect(bench.faults(.crossedBook) > 0, "it is counted where it is fetched")
    bench.update(&desk.book, bids: [(1_003, 0)])
    bench.run()
    #expect(bench.isBookValid())
    bench.advance(by: 60_000_000_000)
    bench.run()
    #expect(bench.builder.resyncsAsked == asked + 1)
  }

  /// Trades, best prices and heartbeats come all the while, and mend nothing.
  @Test func whatIsNoBookDoesNotHideThatItIsCrossed() throws {
    var desk = try Desk()
    let bench = desk.bench
    bench.control.setMuted(true)
    let asked = bench.builder.resyncsAsked
    bench.update(&desk.book, bids: [(1_003, 5)])
    bench.run()
    for second in 1...7 {
      for _ in 0..<10 {
        bench.advance(by: 100_000_000)
        bench.trade(desk.book, 1_002, 1)
        bench.heartbeat(desk.book)
        bench.run()
      }
      // At five seconds it may just have been asked for.
      if second == 5 { continue }
      #expect(bench.builder.resyncsAsked == asked + (second > 5 ? 1 : 0), "\(second) s")
    }
  }
}
