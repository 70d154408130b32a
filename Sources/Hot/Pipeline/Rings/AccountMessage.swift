// What the Sender and the account's REST side say to each other; hot plane.

import Orders
import Quantities

/// Account → Sender: what REST states. At most 112 bytes would not hold an order's every field, so it rides a byte ring,
/// in the order in which it was read.
@frozen
public enum AccountMessage: BitwiseCopyable, Sendable {
  /// The answer to an `OrderQuery`.
  case answer(OrderAnswer)
  /// A row of `trade/fills`: merged, whatever is known of its order.
  case fill(Report)
  /// The position that the journal ends with: where this start's count begins.
  case recorded(instrument: InstrumentID, quantity: Quantity)
  /// The account's position as REST states it.
  case position(instrument: InstrumentID, StatedFigure, averagePrice: Price)
  /// An order that pending orders hold: an earlier start's is adopted and cancelled, somebody else's counted.
  case workingOrder(OrderUpdate)
  /// All pending orders were told that a list asked for then holds.
  case pendingRead(askedAt: Instant)
  /// An order of an earlier start without a proven end; `cumulativeFilled` is what the journal counted of it.
  case unproven(OrderUpdate)
  /// A currency's cash as REST states it.
  case balance(currency: CurrencyID, cash: Amount, exchangeTime: WallMilliseconds)
  /// All fills up to this bill are among what was said before: on record once they are.
  case cursor(FillCursor)
  /// All that this epoch had to read was said before.
  case epochRead(UInt32)
  /// What is said after this of an instrument counts in the ticks and lots of change `number` of `InstrumentChanges`.
  case changed(number: Int32)
}

/// Sender → Account: what REST is asked, and what happened to the account's picture.
@frozen
public struct AccountQuestion: BitwiseCopyable, Sendable {
  @frozen
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// What became of `query`'s order?
    case order = 1
    /// The private line of epoch `epoch` is acknowledged: everything is to be read.
    case epoch = 2
    /// `instrument`: `counted` by us and `stated` by the exchange differ and stay so.
    case difference = 3
    /// `counted` was replaced by `stated`: the exchange's word was taken.
    case repaired = 4
    /// `counted` lots of a spot instrument are less than one lot of balance: taken as nothing.
    case dust = 5
    /// The epoch is closed: the desk may trade.
    case closed = 6
    /// Somebody else's order `query` is at work.
    case foreign = 7
    /// Balances and positions are to be read: what is left of a spot position is not known, or which fills a stated
    /// position holds.
    case reading = 8
    /// An average price: `counted` ticks by our fills, `stated` by the exchange, which was taken.
    case average = 9
  }

  public var kind: Kind
  public var instrument: InstrumentID = .none
  public var epoch: UInt32 = 0
  public var counted: Int64 = 0
  public var stated: Int64 = 0
  public var query: OrderQuery

  public init(_ kind: Kind) {
    self.kind = kind
    query = OrderQuery(
      clientOrder: .none, exchangeOrder: .none, instrument: .none, askedAt: .zero)
  }

  public init(_ query: OrderQuery) {
    self.init(.order)
    self.query = query
    instrument = query.instrument
  }
}
