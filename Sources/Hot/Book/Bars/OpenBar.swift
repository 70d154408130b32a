// The bar that is being made; pure, housekeeping.

public import Quantities

extension BarRecord {
  /// A bar that nothing traded in: it stands at the close before it.
  public static func flat(
    _ instrument: InstrumentID, _ interval: BarInterval, at openTime: WallMilliseconds,
    price: Price, source: BarSource = .own, isClosed: Bool = true
  ) -> BarRecord {
    BarRecord(
      instrument: instrument, interval: interval, openTime: openTime, open: price, high: price,
      low: price, close: price, volume: .zero, source: source, isClosed: isClosed)
  }

  /// Takes a trade inside of its time. Nothing had traded in a flat bar: the first trade is its open.
  public mutating func take(_ trade: TradeBody) {
    let lots = trade.quantity.lots
    if volume.lots == 0 && trades == 0 {
      open = trade.price
      high = trade.price
      low = trade.price
    } else {
      high = Price(ticks: max(high.ticks, trade.price.ticks))
      low = Price(ticks: min(low.ticks, trade.price.ticks))
    }
    close = trade.price
    // Volume that leaves Int64 stays at its end: no market has traded so much.
    volume = Quantity(lots: saturating(volume.lots, lots))
    if trade.side == .buy {
      bought = Quantity(lots: saturating(bought.lots, lots))
    }
    trades &+= UInt64(max(1, trade.count))
  }

  /// Takes a later bar of a shorter interval that lies inside of it.
  public mutating func take(_ part: BarRecord) {
    if part.volume.lots == 0 { return }
    if volume.lots == 0 {
      open = part.open
      high = part.high
      low = part.low
    } else {
      high = Price(ticks: max(high.ticks, part.high.ticks))
      low = Price(ticks: min(low.ticks, part.low.ticks))
    }
    close = part.close
    volume = Quantity(lots: saturating(volume.lots, part.volume.lots))
    bought = Quantity(lots: saturating(bought.lots, part.bought.lots))
    trades &+= part.trades
  }
}

/// Lots are never negative here, so only the upper end is met.
private func saturating(_ one: Int64, _ other: Int64) -> Int64 {
  let (sum, overflows) = one.addingReportingOverflow(other)
  return overflows ? .max : sum
}
