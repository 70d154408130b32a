// An order as OKX's REST states it, turned into the order table's update; control plane.

import Foundation
import Orders
import Quantities

/// A row of `trade/order` or `trade/orders-pending`; every value is a string (docs/OKX.md OKX-107).
struct OrderRow: Decodable {
  var instId: String
  var ordId: String
  var clOrdId: String
  var state: String
  var side: String
  var ordType: String
  var px: String?
  var sz: String
  var accFillSz: String?
  var avgPx: String?
  var uTime: String?

  /// Nil where the row is of no instrument of this run, or cannot be read exactly.
  func update(_ instruments: InstrumentTable) -> OrderUpdate? {
    guard let symbol = Symbol(instId), let id = instruments.find(symbol) else { return nil }
    let instrument = instruments[id]
    let states: [String: ExchangeOrderState] = [
      "live": .live, "partially_filled": .partiallyFilled, "filled": .filled,
      "canceled": .cancelled, "mmp_canceled": .cancelled,
    ]
    guard let state = states[state],
      let side: Side = side == "buy" ? .buy : side == "sell" ? .sell : nil
    else { return nil }
    var update = OrderUpdate(
      state: state, instrument: id, side: side,
      clientOrder: ClientOrderID(rawValue: UInt64(clOrdId) ?? 0))
    update.type =
      ordType == "post_only" ? .postOnly : ordType == "limit" ? .limit : .immediateOrCancel
    update.exchangeOrder = ExchangeOrderID(rawValue: UInt64(ordId) ?? 0)
    if let ticks = OrderRow.units(px, instrument.tick) { update.price = Price(ticks: ticks) }
    guard let lots = OrderRow.units(sz, instrument.lot) else { return nil }
    update.quantity = Quantity(lots: lots)
    update.cumulativeFilled = Quantity(lots: OrderRow.units(accFillSz, instrument.lot) ?? 0)
    if let average = OrderRow.nearest(avgPx, instrument.tick) {
      update.averagePrice = Price(ticks: average)
    }
    update.exchangeTime = WallMilliseconds(milliseconds: Int64(uTime ?? "") ?? 0)
    return update
  }

  static func units(_ text: String?, _ increment: Increment) -> Int64? {
    guard let text, !text.isEmpty, let number = DecimalNumber(text) else { return nil }
    return try? number.units(of: increment)
  }

  /// To the nearest tick: an average is rarely on one.
  static func nearest(_ text: String?, _ increment: Increment) -> Int64? {
    guard let text, !text.isEmpty, let amount = Amount(text), amount.units > 0 else { return nil }
    let places = max(amount.decimals, increment.decimals)
    guard let value = amount.rescaled(to: places),
      let step = Amount(increment).rescaled(to: places), step.units > 0
    else { return nil }
    return Int64(clamping: (value.units + step.units / 2) / step.units)
  }
}
