// What the exchange says of orders, as the order table takes it; hot plane.

import Quantities

/// The state in an OKX order push or query answer (docs/OKX.md OKX-107).
@frozen
public enum ExchangeOrderState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case live = 1
  case partiallyFilled = 2
  case filled = 3
  /// `canceled`, and `mmp_canceled`.
  case cancelled = 4
}

/// An `orders` push, or the same record from REST.
@frozen
public struct OrderUpdate: Sendable, BitwiseCopyable {
  public var state: ExchangeOrderState
  public var side: Side
  public var type: OrderType = .limit
  public var instrument: InstrumentID
  /// `.none` where `clOrdId` is empty or not one of our numeric ids.
  public var clientOrder: ClientOrderID
  public var exchangeOrder: ExchangeOrderID = .none
  /// `tag` is ours: without it an id that looks like ours is another program's.
  public var hasOurTag = true
  public var price: Price = .none
  public var quantity: Quantity = .zero
  /// `accFillSz`.
  public var cumulativeFilled: Quantity = .zero
  /// `avgPx` to the nearest tick; `.none` where none was given. Prices fills that were never pushed.
  public var averagePrice: Price = .none
  /// `fillSz`, `fillPx`, `tradeId`: all absent (zero) where this push is no fill.
  public var lastQuantity: Quantity = .zero
  public var lastPrice: Price = .none
  /// The bits of an Int64: liquidations and ADL carry a negative id, or 0 for a fill that names no trade (OKX-177).
  public var tradeID: UInt64 = 0
  public var feeCurrency: CurrencyID = .none
  public var feeUnits: Int64 = 0
  public var feeDecimals: UInt8 = 0
  /// `execType` T.
  public var isTaker = false
  /// OKX `cancelSource`; 0 for none or system.
  public var cancelSource: UInt8 = 0
  public var exchangeTime = WallMilliseconds(milliseconds: 0)
  public var receivedAt: Instant = .zero

  @inlinable
  public init(
    state: ExchangeOrderState, instrument: InstrumentID, side: Side, clientOrder: ClientOrderID
  ) {
    self.state = state
    self.instrument = instrument
    self.side = side
    self.clientOrder = clientOrder
  }
}

/// The acknowledgement of an `order` or `cancel-order` request.
@frozen
public struct OrderReply: Sendable, BitwiseCopyable {
  public var clientOrder: ClientOrderID
  public var exchangeOrder: ExchangeOrderID
  /// OKX `sCode` (or the envelope's `code` where there is no data); 0 is accepted.
  public var code: Int32
  /// The request that it answers; names the order where `clientOrder` does not. 0: unknown.
  public var request: UInt64
  public var receivedAt: Instant

  @inlinable
  public init(
    clientOrder: ClientOrderID, exchangeOrder: ExchangeOrderID, code: Int32,
    request: UInt64 = 0, receivedAt: Instant
  ) {
    self.clientOrder = clientOrder
    self.exchangeOrder = exchangeOrder
    self.code = code
    self.request = request
    self.receivedAt = receivedAt
  }
}

/// A question for the exchange (REST `trade/order` by `clOrdId`, a foreign order's by `ordId`): what became of it?
@frozen
public struct OrderQuery: Sendable, BitwiseCopyable {
  public var clientOrder: ClientOrderID
  public var exchangeOrder: ExchangeOrderID
  public var instrument: InstrumentID
  public var askedAt: Instant

  @inlinable
  public init(
    clientOrder: ClientOrderID, exchangeOrder: ExchangeOrderID, instrument: InstrumentID,
    askedAt: Instant
  ) {
    self.clientOrder = clientOrder
    self.exchangeOrder = exchangeOrder
    self.instrument = instrument
    self.askedAt = askedAt
  }
}

@frozen
public enum OrderAnswerKind: UInt8, Sendable, BitwiseCopyable {
  /// `update` says what the exchange holds. An end is said only once pending orders do not hold the order and the
  /// fills since were read and merged.
  case found = 1
  /// The exchange does not know it (51603), pending orders do not hold it, and the fills since were merged.
  case notFound = 2
  /// The question itself failed: ask again.
  case failed = 3
}

/// The answer to an `OrderQuery`.
@frozen
public struct OrderAnswer: Sendable, BitwiseCopyable {
  public var kind: OrderAnswerKind
  public var clientOrder: ClientOrderID
  /// `OrderQuery.askedAt`, carried back.
  public var askedAt: Instant
  /// Meaningful for `.found` alone.
  public var update: OrderUpdate

  @inlinable
  public init(
    kind: OrderAnswerKind, clientOrder: ClientOrderID, askedAt: Instant, update: OrderUpdate
  ) {
    self.kind = kind
    self.clientOrder = clientOrder
    self.askedAt = askedAt
    self.update = update
  }
}

extension OrderAnswer {
  /// Nobody could say: the table asks again.
  public static func unheard(_ query: OrderQuery) -> OrderAnswer {
    OrderAnswer(
      kind: .failed, clientOrder: query.clientOrder, askedAt: query.askedAt,
      update: OrderUpdate(
        state: .live, instrument: query.instrument, side: .buy, clientOrder: query.clientOrder))
  }
}

/// What the table made of an event.
@frozen
public enum OrderOutcome: UInt8, Sendable, BitwiseCopyable {
  case applied = 1
  /// Already known; counted, nothing reported.
  case duplicate = 2
  /// Names no order of the table; where it is a fill, the fill is reported without an intent.
  case unmatched = 3
  /// Cannot follow from what is known; counted, and the exchange will be asked.
  case contradiction = 4
}
