// Stages that hang, stops in between, sessions that go and books that break: the promised result of each.

import Journal
import Market
import Pipeline
import Quantities
import Risk
import StageBench
import Testing

@Suite struct Wedges {
  /// Nothing that the Sender does waits for Gate or Builder.
  @Test(arguments: [StageList.gate, .builder, [.gate, .builder], [.feed, .gate, .builder]])
  func aStopCancelsWithAWedged(_ wedged: StageList) throws {
    var desk = try Desk { $0.capacities.reportsToGate = 64 }
    let bench = desk.bench
    desk.rest(20)
    #expect(bench.openOrders.count == 20)
    // Intents and approved orders are under way when the stage hangs.
    desk.tick(5)
    bench.settle([.builder])
    let before = desk.requests("order")
    bench.stops.request(.cancelOnly, by: .person, for: .none)
    for _ in 0..<10 {
      bench.step(.sender)
      bench.serve()
      bench.account?.deliver()
    }
    #expect(bench.openOrders.isEmpty)
    #expect(desk.requests("cancel-order") == 20)
    #expect(desk.requests("order") == before, "and nothing new went out")
    bench.run()
    #expect(bench.workingCount == 0)
    #expect(bench.heard(.tradingState) > 0 || bench.refusals(.tradingState) > 0)
  }

  /// SIGUSR1's cell: a halt without any thread's help.
  @Test func aHaltCancelsOnceAndLetsNothingOut() throws {
    var desk = try Desk()
    let bench = desk.bench
    desk.rest(3)
    bench.stops.request(.halted, by: .supervisor, for: .none)
    desk.tick(3)
    bench.run()
    #expect(bench.openOrders.isEmpty)
    #expect(desk.requests("order") == 3)
    #expect(desk.requests("cancel-order") == 3)
  }

  /// Approved, but not out yet: the stop is checked last.
  @Test(arguments: [TradingState.cancelOnly, .halted])
  func aStopBetweenApprovalAndSend(_ state: TradingState) throws {
    var desk = try Desk()
    let bench = desk.bench
    desk.tick(4)
    bench.settle(.builder)
    bench.settle(.gate)
    bench.collect()
    let approved = bench.collected(.verdict, of: .gate).compactMap { $0.read(Verdict.self) }
    #expect(approved.count == 4 && approved.allSatisfy { $0.code == .approved })
    bench.stops.request(state, by: .person, for: .none)
    bench.run()
    #expect(desk.requests("order") == 0)
    bench.collect()
    let refused = bench.reports(.rejected)
    #expect(refused.count == 4 && refused.allSatisfy { $0.code == .tradingState })
    #expect(bench.heard(.tradingState) == 4)
    // The exposure is free again.
    bench.stops.request(.active, by: .person, for: .none)
    bench.run()
    desk.rest(2)
    #expect(bench.openOrders.count == 2)
  }

  /// A stop of one instrument stops that one.
  @Test func aStopOfAnotherInstrumentLetsThisOneOut() throws {
    var desk = try Desk { $0.catalogue = BenchOptions.pairs(2) }
    let bench = desk.bench
    desk.tick()
    bench.settle([.builder, .gate])
    bench.stops.request(.halted, by: .person, for: InstrumentID(index: 1))
    bench.run()
    #expect(bench.openOrders.count == 1)
  }

  /// The gate judges by the reference that the intent carries, and by its age.
  @Test func aBookThatBreaksBetweenDecisionAndGate() throws {
    var desk = try Desk()
    let bench = desk.bench
    desk.tick(2)
    bench.settle(.builder)
    #expect(bench.builder.intents == 2)
    // The chain breaks, and Feed and Builder know before the gate has looked.
    bench.skip(&desk.book)
    bench.update(&desk.book, bids: [(1_000, 7)])
    bench.market?.deliver()
    bench.settle([.feed, .builder])
    #expect(!bench.isBookValid())
    bench.settle([.gate, .sender])
    bench.serve()
    #expect(desk.requests("order") == 2, "decided on a book that was valid, and young enough")
    // Nothing more comes of a broken book.
    let made = bench.builder.intents
    for _ in 0..<20 {
      bench.advance(by: 110_000_000)
      bench.settle(.builder)
    }
    #expect(bench.builder.intents == made)
    bench.run()
    #expect(bench.isBookValid())
  }

  /// The same wait long enough for the reference to be old: STALE_BOOK.
  @Test func anIntentThatWaitsTooLongIsStale() throws {
    var desk = try Desk { $0.limits.referenceAgeMaximumNanoseconds = 500_000_000 }
    let bench = desk.bench
    desk.tick(2)
    bench.settle(.builder)
    bench.advance(by: 500_000_001)
    bench.settle([.gate, .sender])
    bench.serve()
    #expect(desk.requests("order") == 0)
    #expect(bench.refusals(.staleBook) == 2)
  }

  /// A wall clock that is stepped is on record before anything is decided by it.
  @Test func aStepOfTheWallClockIsRecordedFirst() throws {
    var desk = try Desk()
    let bench = desk.bench
    desk.rest(1)
    bench.shift(wall: 3_000_000_000)
    desk.rest(1)
    bench.collect()
    for stage in [StageID.builder(), .gate, .sender] {
      let clocks = bench.collected(.clock, of: stage).compactMap { $0.read(ClockOffsets.self) }
      #expect(clocks.count == 2)
      #expect(clocks.last == bench.now.offsets)
    }
    let expiry = bench.collected(.order, of: .sender)
    #expect(expiry.count == 2)
  }
}
