// Sender → Gate and Sender → Builder: what became of an order, and of the account; hot plane.

@frozen
public enum ReportKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// The order left for the exchange (its record is committed).
  case sent = 1
  /// sCode 0: the gateway took it; not yet resting.
  case acknowledged = 2
  /// Resting on the book (`live` push).
  case live = 3
  /// A fill: `lastQuantity` at `lastPrice`.
  case fill = 4
  /// Terminal: cancelled, `cumulativeFilled` of it done.
  case cancelled = 5
  /// Terminal: refused by sender or exchange; `code` says by whom and why, `exchangeCode` is OKX's.
  case rejected = 6
  /// Nobody knows until the exchange answers; exposure stays counted.
  case unknown = 7
  /// Terminal: filled in full (after its fills).
  case filled = 8
  /// A cancel was refused (51400 and its like): the order's own state says the rest.
  case cancelRejected = 9
  /// The account's position in `instrument` is `quantity` lots, signed: start-up and reconciliation. `detail` 1: the count
  /// of a running desk was replaced.
  case position = 20
  /// The trading state in force changed to `detail` (`TradingState.rawValue`) for `instrument` or, with none, the desk.
  case tradingState = 21
  /// The private session came up (`detail` 1) or went down (0).
  case session = 22
  /// Of a spot `instrument`, `quantity` lots can be sold: its balance rounded down to a lot.
  case sellable = 23
  /// Lots that were counted before the exchange named their trade have one: id, price and fee of `lastQuantity` lots
  /// that an earlier `fill` of this order counted. It moves no position.
  case fillNamed = 10
  /// Ticks and lots of `instrument` count anew from here on: `price` new ticks in an old one, `lastQuantity` new lots in an
  /// old one, `quantity` the position in new lots; `exchangeCode`: the number in this run's `InstrumentChanges`.
  case instrument = 24
}

/// 112 bytes: two ring slots.
@frozen
public struct Report: Sendable, BitwiseCopyable {
  public var kind: ReportKind
  /// The order's side; meaningless for account reports.
  public var side: Side
  public var instrument: InstrumentID
  public var code: RefusalCode
  /// `.tradingState`: the whole of `scopeState`; otherwise 0.
  var reservedByte: UInt8 = 0
  public var feeCurrency: CurrencyID
  public var intent: IntentNumber
  public var clientOrder: ClientOrderID
  public var exchangeOrder: ExchangeOrderID
  public var price: Price
  /// The order's full quantity (for `.position`: the signed position).
  public var quantity: Quantity
  public var cumulativeFilled: Quantity
  public var lastQuantity: Quantity
  public var lastPrice: Price
  public var tradeID: UInt64
  /// Fee of this fill, `feeUnits × 10^-feeDecimals` of `feeCurrency`; negative = charged (OKX `fillFee`).
  public var feeUnits: Int64
  public var exchangeTime: WallMilliseconds
  public var receivedAt: Instant
  public var exchangeCode: Int32
  public var feeDecimals: UInt8
  public var detail: UInt8
  /// The fill took liquidity (OKX `execType` T).
  public var isTaker: Bool
  /// Found by asking the exchange, not pushed by it.
  public var isReconciled: Bool

  @inlinable
  public init(kind: ReportKind, instrument: InstrumentID, side: Side = .buy) {
    self.kind = kind
    self.side = side
    self.instrument = instrument
    code = .approved
    feeCurrency = .none
    intent = .none
    clientOrder = .none
    exchangeOrder = .none
    price = .none
    quantity = .zero
    cumulativeFilled = .zero
    lastQuantity = .zero
    lastPrice = .none
    tradeID = 0
    feeUnits = 0
    exchangeTime = WallMilliseconds(milliseconds: 0)
    receivedAt = .zero
    exchangeCode = 0
    feeDecimals = 0
    detail = 0
    isTaker = false
    isReconciled = false
  }
}
