// What the Sender asks of the account's REST side and is told by it; hot plane.

import Orders
import Quantities

/// Account → Sender: answers to queries, and what start-up found. At most 112 bytes would not hold an
/// order's every field, so an answer rides a byte ring.
@frozen
public enum AccountMessage: BitwiseCopyable, Sendable {
  /// The answer to an `OrderQuery`.
  case answer(OrderAnswer)
  /// The account's position as REST states it.
  case position(instrument: InstrumentID, quantity: Quantity, averagePrice: Price)
  /// A working order of an earlier start: adopt and cancel it.
  case workingOrder(OrderUpdate)
  /// A currency's cash as REST states it.
  case balance(currency: CurrencyID, cash: Amount)
}
