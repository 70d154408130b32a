// Positions, averages and P&L: against hand figures, and against plain cash accounting.

import Orders
import Quantities
import Testing

private let spot = InstrumentID(index: 0)
private let inverse = InstrumentID(index: 2)

private func fill(
  _ side: Side, _ lots: Int64, at ticks: Int64, _ instrument: InstrumentID = spot
) -> Report {
  var report = Report(kind: .fill, instrument: instrument, side: side)
  report.lastQuantity = Quantity(lots: lots)
  report.lastPrice = Price(ticks: ticks)
  return report
}

@Suite struct PositionBookTests {
  @Test func averageRealisedFloating() {
    var book = PositionBook(instruments: testTable())
    book.apply(fill(.buy, 10, at: 1_000))
    book.apply(fill(.buy, 10, at: 1_020))
    #expect(book.averageEntry(spot) == 10_100_000)
    // 5 lots × 0.001 × (1030 - 1010) ticks × 0.1
    book.apply(fill(.sell, 5, at: 1_030))
    #expect(book.realised(spot)?.normalized == Amount("0.01"))
    #expect(book.averageEntry(spot) == 10_100_000)
    // 15 × 0.001 × (1005.5 - 1010) × 0.1
    #expect(book.floating(spot, markHalfTicks: 2_011)?.normalized == Amount("-0.00675"))
    // Through zero: the rest opens short at its own price.
    book.apply(fill(.sell, 25, at: 1_000))
    #expect(book.quantity(spot).lots == -10)
    #expect(book.averageEntry(spot) == 10_000_000)
    #expect(book.realised(spot)?.normalized == Amount("-0.005"))
    book.apply(fill(.buy, 10, at: 990))
    #expect(book.quantity(spot).lots == 0 && book.averageEntry(spot) == nil)
    #expect(book.realised(spot)?.normalized == Amount("0.005"))
    #expect(book.floating(spot, markHalfTicks: 2_000)?.normalized == .zero)
  }

  @Test func inverseIsInCoinAndHarmonic() throws {
    var book = PositionBook(instruments: testTable())
    // 100 USD a contract, tick 0.1: 10 at 50,000.0 and 10 at 25,000.0 average 33,333.3…
    book.apply(fill(.buy, 10, at: 500_000, inverse))
    book.apply(fill(.buy, 10, at: 250_000, inverse))
    let average = try required(book.averageEntry(inverse, decimals: 2))
    #expect(average == 33_333_333)
    // 20 × 100 × (1/33333.33 - 1/40000) = 0.06 - 0.05 = 0.01 coin
    book.apply(fill(.sell, 20, at: 400_000, inverse))
    let coin = try required(book.realised(inverse))
    #expect(coin.truncated(to: 9).normalized == Amount("0.01"))
    book.apply(fill(.sell, 10, at: 400_000, inverse))
    // Short 10 at 40,000, marked at 50,000: 1000 × (1/50000 - 1/40000) = -0.005
    let floating = try required(book.floating(inverse, markHalfTicks: 1_000_000))
    #expect(floating.truncated(to: 9).normalized == Amount("-0.005"))
  }

  @Test(arguments: 0..<16)
  func realisedAndFloatingAreTheCash(_ seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    var book = PositionBook(instruments: testTable())
    var cash: Int128 = 0
    var lots: Int64 = 0
    for _ in 0..<500 {
      let side: Side = random.below(2) == 0 ? .buy : .sell
      let quantity = Int64(random.below(1_000_000) + 1)
      let ticks = Int64(random.below(500_000) + 1)
      book.apply(fill(side, quantity, at: ticks))
      lots += side.sign * quantity
      cash -= Int128(side.sign) * Int128(quantity) * Int128(ticks)
      let mark = Int64(random.below(500_000) + 1)
      let total = try required(book.realised(spot)).adding(
        try required(book.floating(spot, markHalfTicks: 2 * mark)))
      let expected = Amount(units: cash + Int128(lots) * Int128(mark), decimals: 4)
      #expect(total.normalized == expected.normalized, "seed \(seed)")
      #expect(book.quantity(spot).lots == lots)
    }
    #expect(book.overflows == 0)
  }

  @Test func feesPerCurrency() {
    var book = PositionBook(instruments: testTable())
    var report = fill(.buy, 1, at: 1_000)
    report.feeCurrency = CurrencyID(index: 1)
    report.feeUnits = -12_345
    report.feeDecimals = 6
    book.apply(report)
    report.feeUnits = 5
    report.feeDecimals = 2
    book.apply(report)
    #expect(book.fees(CurrencyID(index: 1)) == Amount("0.037655"))
    #expect(book.fees(CurrencyID(index: 0)) == .zero)
    report.feeCurrency = CurrencyID(index: 9)
    book.apply(report)
    #expect(book.unknown == 1)
  }

  @Test func adoptingSaysTheDifference() {
    var book = PositionBook(instruments: testTable())
    book.apply(fill(.buy, 10, at: 1_000))
    let same = book.adopt(spot, position: Quantity(lots: 10))
    #expect(!same.isDifferent && book.averageEntry(spot) == 10_000_000)
    let other = book.adopt(spot, position: Quantity(lots: -4), averagePrice: Price(ticks: 1_100))
    #expect(other.isDifferent && other.counted.lots == 10 && other.stated.lots == -4)
    #expect(book.averageEntry(spot) == 11_000_000)
    let report = book.report(spot, now: .zero)
    #expect(report.kind == .position && report.quantity.lots == -4 && report.isReconciled)
  }

  @Test func hostileFiguresCannotTrap() {
    var book = PositionBook(instruments: testTable())
    let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 7, .max - 1, .max]
    var random = TestRandom(seed: 5)
    for _ in 0..<20_000 {
      var report = fill(
        random.below(2) == 0 ? .buy : .sell, edges[random.below(edges.count)],
        at: edges[random.below(edges.count)], InstrumentID(index: UInt16(random.below(4))))
      report.feeUnits = edges[random.below(edges.count)]
      report.feeDecimals = UInt8(random.below(256))
      report.feeCurrency = CurrencyID(index: UInt16(random.below(3)))
      book.apply(report)
      let id = InstrumentID(index: UInt16(random.below(4)))
      _ = book.realised(id)
      _ = book.floating(id, markHalfTicks: edges[random.below(edges.count)])
      _ = book.averageEntry(id)
      if random.below(10) == 0 {
        _ = book.adopt(
          id, position: Quantity(lots: edges[random.below(edges.count)]),
          averagePrice: Price(ticks: edges[random.below(edges.count)]))
      }
    }
  }
}
