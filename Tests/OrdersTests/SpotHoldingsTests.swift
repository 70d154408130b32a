// What of a spot position can be sold: what the balance says, less what was sold since.

import Orders
import Quantities
import Testing

@Suite struct SpotHoldingsTests {
  private let pair = InstrumentID(index: 0)
  private let coin = CurrencyID(index: 0)
  private let now = Instant(nanoseconds: 1_000_000_000)

  private func holdings() -> SpotHoldings {
    var item = Instrument(
      id: pair, symbol: symbol("BTC-USDT"), type: .spot,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
    item.base = coin
    item.quote = CurrencyID(index: 1)
    return SpotHoldings(
      instruments: InstrumentTable([item], currencies: [symbol("BTC"), symbol("USDT")]))
  }

  private func fill(_ side: Side, _ lots: Int64) -> Report {
    var report = Report(kind: .fill, instrument: pair, side: side)
    report.lastQuantity = Quantity(lots: lots)
    report.receivedAt = now
    return report
  }

  private func cash(_ text: String) -> Amount { Amount(DecimalNumber(text)!) }

  @Test func whatWasBoughtIsThereWhenTheBalanceSaysSo() {
    var held = holdings()
    #expect(held.sellable(pair) == nil, "unknown is no number")
    _ = held.note(fill: fill(.buy, 10))
    #expect(held.sellable(pair) == nil)
    #expect(held.note(cash("0.00999"), of: coin, for: pair, now: now) == true)
    #expect(held.sellable(pair) == 9, "less its fee, rounded down")
    // The balance may have come first: the fill brings nothing to it.
    #expect(held.note(fill: fill(.buy, 10)) == false)
    #expect(held.sellable(pair) == 9)
    #expect(held.note(cash("0.01998"), of: coin, for: pair, now: now) == true)
    #expect(held.sellable(pair) == 19)
  }

  @Test func whatWasSoldIsGoneAtOnce() {
    var held = holdings()
    _ = held.note(cash("0.02"), of: coin, for: pair, now: now)
    #expect(held.note(fill: fill(.sell, 15)) == true)
    #expect(held.sellable(pair) == 5)
    #expect(held.note(fill: fill(.sell, 15)) == true)
    #expect(held.sellable(pair) == 0, "never less than nothing")
    #expect(held.note(cash("0.005"), of: CurrencyID(index: 1), for: pair, now: now) == false)
    #expect(held.sellable(pair) == 0)
  }
}
