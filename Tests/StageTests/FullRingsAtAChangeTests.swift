// Ticks and lots change while a ring is full: the change waits and is taken once, and nothing is lost or counted twice.

import Market
import Pipeline
import Quantities
import StageBench
import Strategy
import Testing

@Suite struct FullRingsAtAChangeTests {
  private let pair = InstrumentID(index: 0)

  /// Crosses at the best price itself: the venue's grid stays what it was.
  private var settings: FollowerSettings {
    var settings = FollowerSettings()
    settings.crossBasisPoints = 0
    return settings
  }

  private func desk(_ change: (inout BenchOptions) -> Void) throws -> (StageBench, BenchBook) {
    var options = BenchOptions()
    options.strategy = .follower([settings])
    // Not one lot more than the lease: exposure that stays behind would keep it from being reached.
    options.limits.positionLotsMaximum = 10
    change(&options)
    let bench = try StageBench(options)
    var book = BenchBook()
    bench.open()
    bench.snapshot(&book, bids: [(1_000, 50_000)], asks: [(1_001, 50_000)])
    bench.run()
    return (bench, book)
  }

  private func want(_ target: Int64, _ bench: StageBench) {
    bench.state.publish(
      SignalLease(
        instrument: pair, source: .manual, target: Quantity(lots: target), urgency: .high,
        issuedAt: bench.now.boot,
        expiresAt: BootInstant(nanoseconds: bench.now.boot.nanoseconds + 600_000_000_000),
        referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 1_000,
        decision: .none, traceHigh: 0, traceLow: 0, request: UInt64(target) + 1), for: pair,
      in: .manual)
  }

  private func tick(
    _ bench: StageBench, _ book: inout BenchBook, _ count: Int, _ stages: StageList = .all
  ) {
    for step in 0..<count {
      bench.advance(by: 300_000_000)
      bench.update(&book, bids: [(1_000, 50_000 + Int64(step % 7))])
      bench.run(stages)
      bench.collect()
    }
  }

  private func begin(_ bench: StageBench) throws -> Int32 {
    bench.stops.request(.cancelOnly, by: .exchange, for: pair)
    let number = try #require(bench.refine(0, ticks: 10, lots: 10))
    #expect(bench.tellSender(.changed(number: number)))
    return number
  }

  /// Reports of one kind that the Sender put on record.
  private func reports(_ kind: ReportKind, _ bench: StageBench) -> Int {
    bench.collect()
    return bench.collected(.report, of: .sender).compactMap { $0.read(Report.self) }
      .count { $0.kind == kind }
  }

  private func free(_ bench: StageBench, _ book: inout BenchBook) {
    bench.stops.request(.active, by: .exchange, for: pair)
    tick(bench, &book, 12)
    #expect(bench.position() == 100 && bench.builderPosition() == 100)
    #expect(bench.venuePosition() == 10 && bench.openOrders.isEmpty)
    #expect(reports(.instrument, bench) == 1)
  }

  /// Approved in lots of before and not sent: none of it goes out, and what was counted for it is free again.
  @Test func ordersThatWereApprovedBefore() throws {
    var (bench, book) = try desk {
      $0.capacities.approved = 4
      var small = settings
      small.orderLotsMaximum = 2
      $0.strategy = .follower([small])
    }
    want(10, bench)
    tick(bench, &book, 8, StageList.all.subtracting(.sender))
    #expect(bench.builder.intents > 0 && bench.venue.requests.isEmpty == false)
    let sent = bench.venue.requests.count { $0.operation == "order" }
    #expect(sent == 0, "the Sender did not run")
    let number = try begin(bench)
    for _ in 0..<4 {
      bench.advance(by: 300_000_000)
      bench.run()
    }
    #expect(bench.changes.isFinished(number))
    #expect(bench.venue.requests.count { $0.operation == "order" } == 0)
    #expect(bench.position() == 0)
    free(bench, &book)
  }

  /// No room for the Sender's record: it tells nobody, and does not forget it.
  @Test func theSendersTelemetry() throws {
    var (bench, book) = try desk { $0.telemetryBytes = 8 << 10 }
    want(10, bench)
    tick(bench, &book, 8)
    #expect(bench.position() == 10)
    for _ in 0..<400 {
      bench.shift(wall: 1_000_000)
      bench.step(.sender)
    }
    let number = try begin(bench)
    for _ in 0..<4 {
      bench.advance(by: 300_000_000)
      bench.run()
      bench.collect(except: .sender)
    }
    #expect(!bench.changes.isFinished(number))
    #expect(bench.builderPosition() == 10, "nobody behind it has heard")
    bench.collect()
    for _ in 0..<4 {
      bench.advance(by: 300_000_000)
      bench.run()
      bench.collect()
    }
    #expect(bench.changes.isFinished(number) && bench.builderPosition() == 100)
    free(bench, &book)
  }

  /// A stage that does not run, its ring of reports full of what came before.
  @Test(arguments: [StageList.gate, .builder])
  func theRingsOfReports(_ wedged: StageList) throws {
    var (bench, book) = try desk {
      $0.capacities.reportsToGate = 4
      $0.capacities.reportsToBuilder = 4
    }
    want(10, bench)
    tick(bench, &book, 8)
    #expect(bench.position() == 10)
    let others = StageList.all.subtracting(wedged)
    for state in [TradingState.reduceOnly, .active, .reduceOnly, .active, .reduceOnly, .active] {
      bench.stops.request(state, by: .person, for: pair)
      bench.run(others)
    }
    let number = try begin(bench)
    bench.run(others)
    #expect(!bench.changes.isFinished(number))
    for _ in 0..<4 {
      bench.advance(by: 300_000_000)
      bench.run()
    }
    #expect(bench.changes.isFinished(number) && bench.builderPosition() == 100)
    free(bench, &book)
  }

  /// The Builder cannot tell the Feed: it asks again, and takes no price of before meanwhile.
  @Test func theRingOfResyncs() throws {
    var options = BenchOptions()
    options.catalogue = BenchOptions.pairs(4)
    options.capacities.resyncs = 2
    let bench = try StageBench(options)
    bench.open()
    var books = (0..<4).map { BenchBook(instrument: $0) }
    for index in books.indices {
      bench.snapshot(&books[index], bids: [(1_000, 5)], asks: [(1_001, 5)])
    }
    bench.run()
    // Checksums that do not hold: each asks for its book, and the Feed does not listen.
    for index in 1..<4 { bench.update(&books[index], bids: [(999, 4)], checksum: 12_345) }
    bench.market?.deliver()
    bench.settle(.feed)
    bench.settle(.builder)
    #expect(bench.builder.resyncRingFull > 0)
    let number = try begin(bench)
    bench.settle(StageList.all.subtracting(.feed))
    #expect(!bench.changes.isFinished(number) && !bench.isBookValid())
    for _ in 0..<20 {
      bench.advance(by: 60_000_000)
      bench.run()
    }
    #expect(bench.changes.isFinished(number))
    #expect((0..<4).allSatisfy { bench.isBookValid($0) })
    #expect(bench.bestBid() == 10_000)
  }
}
