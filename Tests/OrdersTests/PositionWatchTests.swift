// Our count against the exchange's, as of the exchange's moment: no false alarm, and no difference that hides.

import Orders
import Quantities
import Testing

private let swap = InstrumentID(index: 1)

private func fill(
  _ lots: Int64, trade: Int64, time: Int64, side: Side = .buy, receivedAt: Instant = .zero
) -> Report {
  var report = Report(kind: .fill, instrument: swap, side: side)
  report.lastQuantity = Quantity(lots: lots)
  report.tradeID = UInt64(bitPattern: trade)
  report.exchangeTime = WallMilliseconds(milliseconds: time)
  report.receivedAt = receivedAt
  return report
}

private func stated(_ lots: Int64, trade: Int64, time: Int64) -> StatedFigure {
  StatedFigure(
    lots: lots, tradeID: UInt64(bitPattern: trade), time: WallMilliseconds(milliseconds: time))
}

/// A watch, our count, and a clock.
private struct Watched: ~Copyable {
  var watch = PositionWatch(instruments: testTable())
  var lots: Int64 = 0
  var now = Instant(nanoseconds: 1_000_000_000)

  mutating func take(_ report: Report) {
    lots += report.side.sign * report.lastQuantity.lots
    watch.note(fill: report)
  }
  mutating func hear(_ figure: StatedFigure) -> Bool { watch.note(figure, of: swap) }
  mutating func check(after nanoseconds: Int64 = 0) -> PositionDifference? {
    now = now.advanced(byNanoseconds: nanoseconds)
    return watch.check(swap, lots: lots, now: now)
  }
  mutating func needsReading(after nanoseconds: Int64) -> Bool {
    now = now.advanced(byNanoseconds: nanoseconds)
    return watch.needsReading(swap, lots: lots, now: now)
  }
  func repaired() -> Int64? { watch.repaired(swap, lots: lots) }
}

@Suite struct PositionWatchTests {
  @Test func nothingStatedIsNoDifference() {
    var watched = Watched()
    watched.take(fill(5, trade: 1, time: 10))
    #expect(watched.check(after: 10_000_000_000) == nil)
    #expect(watched.repaired() == nil)
  }

  @Test func aPushBeforeTheFillsItContainsIsNoDifference() {
    var watched = Watched()
    #expect(watched.hear(stated(5, trade: 2, time: 11)) == true)
    #expect(watched.check() == nil)
    watched.take(fill(3, trade: 1, time: 10))
    #expect(watched.check(after: 1_000_000_000) == nil)
    watched.take(fill(2, trade: 2, time: 11))
    #expect(watched.check(after: 10_000_000_000) == nil)
  }

  @Test func fillsAfterThePushAreLeftOut() {
    var watched = Watched()
    watched.take(fill(5, trade: 7, time: 10))
    #expect(watched.hear(stated(5, trade: 7, time: 10)) == true)
    for index in 0..<40 { watched.take(fill(1, trade: 8 + Int64(index), time: 20)) }
    #expect(watched.check(after: 1) == nil && watched.check(after: 3_000_000_000) == nil)
    // Past what is held nothing can be said.
    for index in 0..<40 { watched.take(fill(1, trade: 80 + Int64(index), time: 30)) }
    #expect(watched.check(after: 1) == nil && watched.check(after: 3_000_000_000) == nil)
    #expect(watched.repaired() == nil)
  }

  @Test func whatIsLostShowsAfterItsPatienceAndOnce() {
    var watched = Watched()
    watched.take(fill(5, trade: 1, time: 10))
    #expect(watched.hear(stated(9, trade: 2, time: 20)) == true)
    #expect(watched.check() == nil)
    #expect(watched.check(after: 1_999_999_999) == nil)
    let difference = watched.check(after: 1)
    #expect(difference?.counted.lots == 5 && difference?.stated.lots == 9)
    #expect(watched.check(after: 5_000_000_000) == nil, "told once")
    #expect(watched.watch.isDifferent(swap) == true)
    // Trading on meanwhile is kept in what the repair makes of it.
    watched.take(fill(1, trade: 3, time: 30))
    #expect(watched.repaired() == 10)
    // Found after all: the figures agree again.
    watched.take(fill(4, trade: 2, time: 20))
    #expect(watched.check() == nil && watched.watch.isDifferent(swap) == false)
  }

  @Test func afterALiquidationTimeAloneTells() {
    var watched = Watched()
    watched.take(fill(10, trade: 5, time: 100_000))
    watched.take(fill(4, trade: 0, time: 200_000, side: .sell))
    #expect(watched.hear(stated(6, trade: 0, time: 200_000)) == true)
    #expect(watched.check(after: 1) == nil && watched.check(after: 3_000_000_000) == nil)
    // A fill of about the same time may be in it or not.
    watched.take(fill(2, trade: 6, time: 200_000))
    #expect(watched.check(after: 1) == nil && watched.check(after: 3_000_000_000) == nil)
    watched.take(fill(2, trade: 7, time: 201_001))
    #expect(watched.check(after: 3_000_000_000) == nil)
    #expect(watched.hear(stated(3, trade: 0, time: 300_000)) == true)
    _ = watched.check()
    #expect(watched.check(after: 2_000_000_000)?.stated.lots == 3)
  }

  @Test func anOlderWordThanTheOneHeldChangesNothing() {
    var watched = Watched()
    watched.take(fill(5, trade: 1, time: 10))
    #expect(watched.hear(stated(5, trade: 1, time: 10)) == true)
    #expect(watched.hear(stated(0, trade: 0, time: 9)) == false)
    #expect(watched.check(after: 1) == nil && watched.check(after: 3_000_000_000) == nil)
  }

  @Test func aFillThatTheTakenWordHoldsIsKnownAsSuch() {
    var watched = Watched()
    #expect(watched.hear(stated(9, trade: 20, time: 20)) == true)
    #expect(watched.repaired() == 9)
    watched.lots = 9
    watched.watch.settle(swap)
    #expect(watched.watch.isContained(fill(4, trade: 20, time: 20)) == true)
    #expect(watched.watch.isContained(fill(4, trade: 21, time: 20)) == false)
    #expect(watched.watch.isContained(fill(4, trade: -3, time: 20)) == false)
    watched.take(fill(4, trade: 20, time: 20))
    #expect(watched.repaired() == 9, "it moved nothing")
  }

  @Test func absurdFiguresDoNotTrap() {
    var watched = Watched()
    let edges: [Int64] = [.min, -1, 0, 1, .max]
    for lots in edges {
      for trade in edges {
        for time in [0, 1, Int64.max] {
          _ = watched.watch.note(stated(lots, trade: trade, time: time), of: swap)
          watched.watch.note(fill: fill(lots, trade: trade, time: time))
          _ = watched.watch.check(swap, lots: lots, now: watched.now)
          _ = watched.watch.repaired(swap, lots: lots)
        }
      }
    }
    #expect(watched.watch.counted(.none, lots: 1) == nil)
  }

  /// After a liquidation nothing but time tells which fills a figure holds: near ones are guessed, until REST was
  /// asked after they were told.
  @Test func aGuessIsAskedAboutAndAReadingDecidesIt() {
    var watched = Watched()
    watched.take(fill(8, trade: 3, time: 5_000))
    #expect(watched.hear(stated(0, trade: 0, time: 20_000)) == true)
    watched.lots = 0
    // The liquidation that made it 0, told late.
    watched.take(fill(8, trade: -4, time: 20_300, side: .sell, receivedAt: watched.now))
    #expect(watched.check(after: 10_000_000_000) == nil, "it may have come after the figure")
    #expect(watched.needsReading(after: 0) == false)
    #expect(watched.needsReading(after: 1_000_000_000) == true)
    #expect(watched.needsReading(after: 1_000_000_000) == false, "once for each figure")
    let reading = StatedFigure(
      lots: 0, tradeID: 0, time: WallMilliseconds(milliseconds: 20_000), askedAt: watched.now)
    #expect(watched.hear(reading) == true)
    #expect(watched.check() == nil)
    #expect(watched.check(after: 2_000_000_000)?.counted.lots == -8)
    #expect(watched.repaired() == 0)
    // The same said again by a push does not undo what the reading proved.
    #expect(watched.hear(stated(0, trade: 0, time: 20_000)) == true)
    #expect(watched.repaired() == 0)
  }

  /// REST lags: what was told a moment before it was asked may not be in its answer.
  @Test func aReadingHoldsNothingThatWasToldAMomentBefore() {
    var watched = Watched()
    watched.take(fill(2, trade: -4, time: 20_300, receivedAt: watched.now))
    let reading = StatedFigure(
      lots: 0, tradeID: 0, time: WallMilliseconds(milliseconds: 20_000),
      askedAt: watched.now.advanced(byNanoseconds: 900_000_000))
    #expect(watched.hear(reading) == true)
    #expect(watched.check() == nil)
    #expect(watched.check(after: 10_000_000_000) == nil)
    #expect(watched.needsReading(after: 0) == false)
    #expect(watched.needsReading(after: 1_000_000_000) == true)
  }
}
