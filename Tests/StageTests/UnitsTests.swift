// Ticks, lots and contract values that change under a lease and under limits: what was meant stays what is done.

import Market
import Pipeline
import Quantities
import StageBench
import Strategy
import Testing

@Suite struct UnitsTests {
  private let pair = InstrumentID(index: 0)

  /// A desk that follows leases, its book at 1,000 / 1,001.
  private func desk(_ change: (inout BenchOptions) -> Void = { _ in }) throws -> (
    StageBench, BenchBook
  ) {
    var options = BenchOptions()
    // Crosses at the best price itself: the venue's grid stays what it was.
    var settings = FollowerSettings()
    settings.crossBasisPoints = 0
    options.strategy = .follower([settings, settings])
    change(&options)
    let bench = try StageBench(options)
    var book = BenchBook()
    bench.open()
    bench.snapshot(&book, bids: [(1_000, 50_000)], asks: [(1_001, 50_000)])
    bench.run()
    return (bench, book)
  }

  private func lease(_ target: Int64, _ bench: StageBench, of id: InstrumentID? = nil)
    -> SignalLease
  {
    let id = id ?? pair
    var lease = SignalLease(
      instrument: id, source: .manual, target: Quantity(lots: target), urgency: .high,
      issuedAt: bench.now.boot,
      expiresAt: BootInstant(nanoseconds: bench.now.boot.nanoseconds + 600_000_000_000),
      referenceHalfTicks: bench.instruments[id].tick.decimals == 1 ? 2_001 : 20_010,
      maximumDriftBasisPoints: 100, confidencePermille: 1_000,
      decision: .none, traceHigh: 0, traceLow: 0, request: UInt64(target) + 1)
    lease.unitsChange = UInt32(bench.instruments[id].unitsChange)
    return lease
  }

  private func tick(_ bench: StageBench, _ book: inout BenchBook, _ count: Int) {
    for step in 0..<count {
      bench.advance(by: 300_000_000)
      bench.update(&book, bids: [(1_000, 50_000 + Int64(step % 7))])
      bench.run()
    }
  }

  /// Held, changed in all stages, the book come anew, free again.
  private func refine(
    _ bench: StageBench, ticks: Int64, lots: Int64
  ) throws {
    bench.stops.request(.cancelOnly, by: .exchange, for: pair)
    bench.run()
    let number = try #require(bench.refine(0, ticks: ticks, lots: lots))
    #expect(bench.tellSender(.changed(number: number)))
    bench.run()
    #expect(bench.changes.isFinished(number))
    bench.stops.request(.active, by: .exchange, for: pair)
    bench.run()
  }

  /// A lease that lay in its slot is followed as the size that it was, through one change and through two.
  @Test func aLeaseIsTheSizeThatItWas() throws {
    var (bench, book) = try desk()
    bench.state.publish(lease(10, bench), for: pair, in: .manual)
    try refine(bench, ticks: 10, lots: 10)
    tick(bench, &book, 10)
    #expect(bench.position() == 100)
    try refine(bench, ticks: 1, lots: 5)
    tick(bench, &book, 10)
    #expect(bench.position() == 500, "the one of before both changes")
    #expect(bench.venuePosition() == 10)
    // One that was decided in the lots of now is taken as it is.
    bench.state.publish(lease(250, bench), for: pair, in: .manual)
    tick(bench, &book, 10)
    #expect(bench.position() == 250 && bench.venuePosition() == 5)
  }

  /// The Door's row may be a step ahead of the Builder's: such a lease waits, and is never read in lots of before.
  @Test func aLeaseInLotsToComeWaitsForThem() throws {
    var (bench, book) = try desk()
    let number = try #require(bench.refine(0, ticks: 1, lots: 10))
    bench.state.publish(lease(50, bench), for: pair, in: .manual)
    tick(bench, &book, 5)
    #expect(bench.position() == 0)
    #expect(bench.tellSender(.changed(number: number)))
    bench.run()
    tick(bench, &book, 10)
    #expect(bench.position() == 50 && bench.venuePosition() == 5)
  }

  /// A target in contracts was money of the value that they had: it ends with that.
  @Test func noLeaseOutlivesAContractsValue() throws {
    var (bench, book) = try desk { $0.catalogue = BenchOptions.pairAndSwap() }
    let swap = InstrumentID(index: 1)
    var second = BenchBook(instrument: 1)
    bench.snapshot(&second, bids: [(1_000, 50_000)], asks: [(1_001, 50_000)])
    bench.run()
    bench.state.publish(lease(10, bench, of: swap), for: swap, in: .manual)
    var stated = bench.instruments[swap]
    stated.contractValue = Increment(mantissa: 1, decimals: 2)
    var change = try #require(bench.instruments[swap].change(to: stated))
    let number = try #require(bench.changes.add(&change))
    bench.instruments.set(change.instrument)
    #expect(bench.tellSender(.changed(number: number)))
    bench.settle()
    tick(bench, &book, 5)
    for step in 0..<5 {
      bench.advance(by: 300_000_000)
      bench.update(&second, bids: [(1_000, 50_000 + Int64(step))])
      bench.run()
    }
    #expect(bench.position(1) == 0, "ten times the money")
    #expect(change.instrument.unitsChange == 1)
  }

  /// Limits that were asked in lots of before a change, and reach the Gate behind it; and the other way round.
  @Test func limitsCountInTheLotsTheyWereAskedIn() throws {
    let (bench, _) = try desk()
    var asked = InstrumentLimits.unchanged
    asked.positionLotsMaximum = 20
    let first = LimitChange(instrument: pair, limits: asked, unitsChange: 0)
    try refine(bench, ticks: 1, lots: 10)
    #expect(bench.tighten(first))
    bench.run()
    #expect(bench.state.limits(of: pair)?.positionLotsMaximum == 200)
    let number = try #require(bench.refine(0, ticks: 1, lots: 10))
    asked.positionLotsMaximum = 150
    let last = bench.instruments[pair].unitsChange
    #expect(bench.tighten(LimitChange(instrument: pair, limits: asked, unitsChange: last)))
    bench.run()
    #expect(bench.state.limits(of: pair)?.positionLotsMaximum == 200, "its lots come later")
    #expect(bench.tellSender(.changed(number: number)))
    bench.run()
    #expect(bench.state.limits(of: pair)?.positionLotsMaximum == 150)
    #expect(bench.refusals(.position) == 0)
  }
}
