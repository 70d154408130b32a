// An order in words, as far as it is known: for whoever has to look for it at the exchange; control plane.

import Orders
import Quantities

struct OrderWords {
  /// `BTC-USDT buy 3 lots at 64100.5, order 77, clOrdId 12`; without a price: none was set, or it is not known.
  let text: String

  init(_ order: Order, _ table: InstrumentTable) {
    text = OrderWords.text(
      table[order.instrument], order.side, order.remaining, order.price, order.exchangeOrder,
      order.clientOrder)
  }

  init(_ order: OrderUpdate, _ table: InstrumentTable) {
    let left = Quantity(lots: max(0, order.quantity.lots - order.cumulativeFilled.lots))
    text = OrderWords.text(
      table[order.instrument], order.side, left, order.price, order.exchangeOrder,
      order.clientOrder)
  }

  private static func text(
    _ item: Instrument, _ side: Side, _ left: Quantity, _ price: Price,
    _ exchangeOrder: ExchangeOrderID, _ clientOrder: ClientOrderID
  ) -> String {
    var text = "\(item.symbol) \(side) \(left.lots) lots"
    if !price.isNone, let number = DecimalNumber.of(units: price.ticks, increment: item.tick) {
      text += " at \(number.normalized)"
    }
    if exchangeOrder != .none { text += ", order \(exchangeOrder.rawValue)" }
    if clientOrder != .none && !clientOrder.isForeign {
      text += ", clOrdId \(clientOrder.rawValue)"
    }
    return text
  }
}
