// A person stops and then asks for flat: through all four stages, to a flat position and the same stop.

import Journal
import Market
import Pipeline
import Quantities
import StageBench
import Strategy
import Testing

@Suite struct FlattenTests {
  private let pair = InstrumentID(index: 0)

  /// A desk that follows leases and holds ten lots.
  private func long(minimumLots: Int64? = nil) throws -> (StageBench, BenchBook) {
    var options = BenchOptions()
    if let minimumLots { options.catalogue = BenchOptions.pairs(1, minimumLots: minimumLots) }
    options.strategy = .follower([FollowerSettings()])
    let bench = try StageBench(options)
    var book = BenchBook()
    bench.open()
    bench.snapshot(&book, bids: [(1_000, 5_000)], asks: [(1_001, 5_000)])
    bench.run()
    bench.state.publish(lease(10, bench), for: pair, in: .manual)
    tick(bench, &book, 10)
    #expect(bench.position() == 10)
    return (bench, book)
  }

  private func lease(_ target: Int64, _ bench: StageBench) -> SignalLease {
    SignalLease(
      instrument: pair, source: .manual, target: Quantity(lots: target), urgency: .high,
      issuedAt: bench.now.boot,
      expiresAt: BootInstant(nanoseconds: bench.now.boot.nanoseconds + 600_000_000_000),
      referenceHalfTicks: 0, maximumDriftBasisPoints: 0, confidencePermille: 1_000,
      decision: .none, traceHigh: 0, traceLow: 0, request: UInt64(target) + 1)
  }

  private func tick(_ bench: StageBench, _ book: inout BenchBook, _ count: Int) {
    for step in 0..<count {
      bench.advance(by: 300_000_000)
      bench.update(&book, bids: [(1_000, 5_000 + Int64(step % 7))])
      bench.run()
    }
  }

  @Test(arguments: [TradingState.cancelOnly, .halted])
  func stopThenFlattenGetsFlat(_ state: TradingState) throws {
    var (bench, book) = try long()
    #expect(bench.stops.tighten(to: state, by: .person, for: .none))
    bench.state.publish(lease(50, bench), for: pair, in: .manual)
    tick(bench, &book, 5)
    #expect(bench.position() == 10, "the stop holds")
    bench.stops.setFlattening(true, for: .none)
    tick(bench, &book, 10)
    #expect(bench.position() == 0 && bench.openOrders.isEmpty)
    bench.stops.setFlattening(false, for: .none)
    tick(bench, &book, 5)
    #expect(bench.position() == 0 && bench.stops.inForce(for: .none) == state)
    #expect(bench.stops.requested(by: .person, for: .none) == state)
  }

  @Test(arguments: StopSource.allCases.filter { $0 != .person && $0 != .reconcile })
  func anotherSourcesStopHoldsIt(_ source: StopSource) throws {
    var (bench, book) = try long()
    bench.stops.request(.cancelOnly, by: source, for: .none)
    #expect(bench.stops.tighten(to: .cancelOnly, by: .person, for: .none))
    bench.stops.setFlattening(true, for: pair)
    tick(bench, &book, 10)
    #expect(bench.position() == 10)
    bench.stops.request(.active, by: source, for: .none)
    tick(bench, &book, 10)
    #expect(bench.position() == 0, "and it goes on when that source lets go")
  }

  /// An exit that a thin book fills in part leaves less than the exchange takes an order for: nothing goes out for it, and
  /// the picture says that it cannot be sold.
  @Test func whatIsLeftBelowTheSmallestOrderIsShownAsThat() throws {
    var (bench, book) = try long(minimumLots: 8)
    #expect(bench.state.market(pair)?.isBelowMinimum == false)
    bench.update(&book, bids: [(1_000, 5)])
    bench.run()
    bench.stops.setFlattening(true, for: .none)
    for _ in 0..<20 {
      bench.advance(by: 300_000_000)
      bench.run()
    }
    #expect(bench.position() == 5 && bench.openOrders.isEmpty)
    let slot = try #require(bench.state.market(pair))
    #expect(slot.position.lots == 5 && slot.isBelowMinimum, "it stays in the figures")
  }

  /// The Gate shows what it holds orders to, and the strategy plans with it: nothing is refused.
  @Test func aTightenedLimitReachesTheStrategy() throws {
    var (bench, book) = try long()
    let before = try #require(bench.state.limits(of: pair))
    #expect(before.orderLotsMaximum == 1_000_000_000)
    var asked = InstrumentLimits.unchanged
    asked.orderLotsMaximum = 3
    asked.positionLotsMaximum = 20
    #expect(bench.tighten(LimitChange(instrument: pair, limits: asked)))
    tick(bench, &book, 2)
    #expect(bench.state.limits(of: pair)?.orderLotsMaximum == 3)
    bench.state.publish(lease(100, bench), for: pair, in: .manual)
    tick(bench, &book, 20)
    #expect(bench.position() == 20)
    #expect(bench.refusals(.orderSize) == 0 && bench.refusals(.position) == 0)
  }

  /// SIGUSR1's handler: the newest word of a person ends the flatten too.
  @Test func aHaltEndsTheFlatten() throws {
    var (bench, book) = try long()
    bench.stops.setFlattening(true, for: pair)
    bench.stops.halt()
    tick(bench, &book, 10)
    #expect(bench.position() == 10 && bench.stops.inForce(for: pair) == .active)
    #expect(bench.stops.inForce(for: .none) == .halted && !bench.stops.isFlattening(pair))
  }
}
