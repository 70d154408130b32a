// One thing the private connection told: a reply, an order, a balance, a position; hot plane.

import Quantities

@frozen
public enum PrivateEventKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// The answer to an `order` request, one per item: `code` is its sCode, or the envelope's code
  /// where there was no item (then `clientOrder` is `.none` and `request` says which it was).
  case orderReply = 1
  case cancelReply = 2
  /// An `orders` push.
  case order = 3
  /// One currency of an `account` push.
  case balance = 4
  /// One instrument of a `positions` push.
  case position = 5
  /// An error event that names one of the caller's requests: whether that was carried out is open.
  case requestError = 6
  /// An item that could not be read; `fault` says why, and whichever ids could be read stand here.
  /// The rest of its message was read.
  case faulty = 7
  /// The totals of an `account` push, after its currencies.
  case account = 8
}

/// The state in an OKX order push (docs/OKX.md OKX-107).
@frozen
public enum PrivateOrderState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  case live = 1
  case partiallyFilled = 2
  case filled = 3
  /// `canceled` and `mmp_canceled`.
  case cancelled = 4
}

/// One event; fields that its kind does not name are at rest. Nothing points into the message.
@frozen
public struct PrivateEvent: Sendable, BitwiseCopyable {
  public var kind: PrivateEventKind
  /// For `.faulty` why it could not be read. Otherwise a lesser fault: the event stands, but its fee, or a figure beside
  /// those that count, could not be told (`missingField`, `numberRange`, `unknownCurrency`).
  public var fault: FaultCode = .none
  public var state: PrivateOrderState = .none
  public var side: Side = .buy
  /// `market`, `fok` and `optimal_limit_ioc` orders, which we never send, read as `.immediateOrCancel`.
  public var type: OrderType = .limit
  /// `execType` T.
  public var isTaker = false
  public var isReduceOnly = false
  /// Its type is one that no document names: `words` is it.
  public var isOfOddType = false
  /// `tag` is the one that we send, or was not told.
  public var hasOurTag = true
  /// The push belongs to the snapshot that follows a subscription.
  public var isSnapshot = false
  public var cancelSource: UInt8 = 0
  /// OKX `amendResult`; `noAmend` when the push is of no amend.
  public var amendResult: Int8 = PrivateEvent.noAmend
  public var instrument: InstrumentID = .none
  /// `.balance`: the currency. `.order`: that of the fee.
  public var currency: CurrencyID = .none
  public var feeDecimals: UInt8 = 0
  /// OKX's code: sCode of a reply, `code` of a push or error event.
  public var code: Int32 = 0
  /// Replies and errors: what OKX says beside a code that is not 0 (OKX-136); 0 and empty where nothing.
  /// `.faulty`: `words` is the figure that could not be read, where one is to blame.
  public var subCode: Int32 = 0
  public var words = ExchangeText()
  /// The number we sent as `id`; 0 in pushes, and where the answer's is no number.
  public var request: UInt64 = 0
  /// `.none` where `clOrdId` is empty or none of our numeric ids.
  public var clientOrder: ClientOrderID = .none
  public var exchangeOrder: ExchangeOrderID = .none
  /// Of an order. `.position`: `liqPx` to the nearest tick.
  public var price: Price = .none
  /// `.order`: `sz` (zero where it is not a count of lots: a spot market order in quote currency).
  /// `.position`: the signed position.
  public var quantity: Quantity = .zero
  public var cumulativeFilled: Quantity = .zero
  /// `avgPx` to the nearest tick; `.none` where there is none. Of an order or of a position.
  public var averagePrice: Price = .none
  /// This push's fill: `fillSz`, `fillPx`, `tradeId`; zero and none where it is no fill.
  /// `.position`: `lastPrice` is `markPx` to the nearest tick.
  public var lastQuantity: Quantity = .zero
  public var lastPrice: Price = .none
  public var tradeID: UInt64 = 0
  /// `fillFee`: negative is charged.
  public var feeUnits: Int64 = 0
  /// `uTime` of a push, `ts` of a reply.
  public var exchangeTime = WallMilliseconds(milliseconds: 0)
  public var receivedAt: Instant = .zero
  /// Replies: `outTime - inTime`, the time the request spent behind OKX's gateway; 0 when not told.
  public var gatewayMicroseconds: Int64 = 0
  /// `.balance`: `cashBal` and `availBal`, exact.
  /// `.account`: `totalEq` and, where `hasAvailable`, `availEq`, US dollars. `.position`: `cash` is `upl`.
  public var cash: Amount = .zero
  public var available: Amount = .zero
  public var hasAvailable = false
  /// `.position`: thousandths of `lever`; 0 without one.
  public var leverageMilli: Int32 = 0

  @inlinable public static var noAmend: Int8 { .min }

  @inlinable public init(_ kind: PrivateEventKind) { self.kind = kind }
}
