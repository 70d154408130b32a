// Payloads that belong to the journal alone; both planes.

public import Quantities

/// An order as it is about to be sent: in the telemetry ring before the first byte leaves. 96 bytes.
@frozen
public struct OrderRecord: Sendable, BitwiseCopyable, Equatable {
  public var clientOrder: ClientOrderID
  public var intent: IntentNumber
  public var decision: DecisionID
  public var exchangeOrder: ExchangeOrderID
  public var price: Price
  public var quantity: Quantity
  /// For `.cancel`: the intent that placed the order.
  public var targetIntent: IntentNumber
  /// The poll of the sender that took it from the gate, and the one that encoded it: the same.
  public var judgedAt: Instant
  public var encodedAt: Instant
  /// OKX `expTime`; 0 for none.
  public var expiresAt: WallMilliseconds
  public var instrument: InstrumentID
  public var kind: IntentKind
  public var side: Side
  public var type: OrderType
  public var source: SignalSource
  public var isReduceOnly: Bool
  public var connection: UInt8
  /// The numeric `id` of the request.
  public var request: UInt64

  @inlinable
  public init(
    _ intent: Intent, clientOrder: ClientOrderID, exchangeOrder: ExchangeOrderID = .none,
    judgedAt: Instant, encodedAt: Instant, expiresAt: WallMilliseconds, connection: UInt8,
    request: UInt64
  ) {
    self.clientOrder = clientOrder
    self.intent = intent.number
    decision = intent.decision
    self.exchangeOrder = exchangeOrder
    price = intent.price
    quantity = intent.quantity
    targetIntent = intent.targetIntent
    self.judgedAt = judgedAt
    self.encodedAt = encodedAt
    self.expiresAt = expiresAt
    instrument = intent.instrument
    kind = intent.kind
    side = intent.side
    type = intent.type
    source = intent.source
    isReduceOnly = intent.isReduceOnly
    self.connection = connection
    self.request = request
  }
}

/// A request of the Door as it was answered; the request's own bytes follow. 48 bytes.
@frozen
public struct RequestRecord: Sendable, BitwiseCopyable, Equatable {
  public var number: UInt64
  /// The Door's request kind and its answer's code.
  public var kind: UInt16
  public var answer: UInt16
  /// Peer credentials.
  public var user: UInt32
  public var process: Int32
  public var instrument: InstrumentID
  public var reserved: UInt16 = 0
  public var receivedAt: WallMilliseconds
  public var answeredAt: Instant
  public var reserved2: UInt64 = 0

  @inlinable
  public init(
    number: UInt64, kind: UInt16, answer: UInt16, user: UInt32, process: Int32,
    instrument: InstrumentID, receivedAt: WallMilliseconds, answeredAt: Instant
  ) {
    self.number = number
    self.kind = kind
    self.answer = answer
    self.user = user
    self.process = process
    self.instrument = instrument
    self.receivedAt = receivedAt
    self.answeredAt = answeredAt
  }
}

/// What one source asks of the trading state, and what is in force since; person and reason follow as UTF-8. 32 bytes.
@frozen
public struct StateRecord: Sendable, BitwiseCopyable, Equatable {
  /// `.none` is the desk.
  public var instrument: InstrumentID
  public var source: StopSource
  /// What the source asks for, and what holds with all sources counted.
  public var requested: TradingState
  public var inForce: TradingState
  public var before: TradingState
  /// The level-triggered flatten request as it now stands.
  public var isFlattening: Bool
  /// A person loosened it.
  public var isRearm: Bool
  public var changedAt: WallMilliseconds
  /// The Door's request, 0 for none.
  public var request: UInt64
  public var reserved: UInt64 = 0

  @inlinable
  public init(
    instrument: InstrumentID, source: StopSource, requested: TradingState, inForce: TradingState,
    before: TradingState, isFlattening: Bool, isRearm: Bool, changedAt: WallMilliseconds,
    request: UInt64
  ) {
    self.instrument = instrument
    self.source = source
    self.requested = requested
    self.inForce = inForce
    self.before = before
    self.isFlattening = isFlattening
    self.isRearm = isRearm
    self.changedAt = changedAt
    self.request = request
  }
}

/// A currency of the account, as the exchange said it. 64 bytes.
@frozen
public struct EquityRecord: Sendable, BitwiseCopyable, Equatable {
  public var currency: Symbol
  @usableFromInline var unitsHigh: Int64
  @usableFromInline var unitsLow: UInt64
  public var exchangeTime: WallMilliseconds
  public var decimals: UInt8
  /// False: from a push; true: from a query.
  public var isReconciled: Bool
  public var reserved: UInt16 = 0
  public var reserved2: UInt32 = 0

  @inlinable
  public init(
    currency: Symbol, cash: Amount, exchangeTime: WallMilliseconds, isReconciled: Bool
  ) {
    self.currency = currency
    unitsHigh = Int64(truncatingIfNeeded: cash.units >> 64)
    unitsLow = UInt64(truncatingIfNeeded: cash.units)
    decimals = cash.decimals
    self.exchangeTime = exchangeTime
    self.isReconciled = isReconciled
  }
  @inlinable public var cash: Amount {
    Amount(units: Int128(unitsHigh) << 64 | Int128(unitsLow), decimals: decimals)
  }
}

/// A position in lots, signed. 32 bytes.
@frozen
public struct PositionRecord: Sendable, BitwiseCopyable, Equatable {
  public var position: Quantity
  /// The position this one was reconciled from; equal where nothing differed.
  public var before: Quantity
  public var exchangeTime: WallMilliseconds
  public var instrument: InstrumentID
  public var isReconciled: Bool
  public var reserved: UInt8 = 0
  public var reserved2: UInt32 = 0

  @inlinable
  public init(
    instrument: InstrumentID, position: Quantity, before: Quantity,
    exchangeTime: WallMilliseconds, isReconciled: Bool
  ) {
    self.instrument = instrument
    self.position = position
    self.before = before
    self.exchangeTime = exchangeTime
    self.isReconciled = isReconciled
  }
}

/// Numbers `from … to` of the header's stage, never recorded: replay claims no equality across them. 24 bytes.
@frozen
public struct LostRecord: Sendable, BitwiseCopyable, Equatable {
  public var from: UInt64
  public var to: UInt64
  public var stage: StageID
  public var reserved: UInt8 = 0
  public var reserved2: UInt16 = 0
  public var reserved3: UInt32 = 0

  @inlinable
  public init(stage: StageID, from: UInt64, to: UInt64) {
    self.stage = stage
    self.from = from
    self.to = to
  }
}

/// One instrument of the run's table, so that a journal is read without the run. 88 bytes.
@frozen
public struct InstrumentRecord: Sendable, BitwiseCopyable, Equatable {
  public var symbol: Symbol
  public var code: Int64
  public var tickMantissa: Int64
  public var lotMantissa: Int64
  public var contractMantissa: Int64
  public var minimumLots: Int64
  public var maximumLots: Int64
  public var instrument: InstrumentID
  public var tickDecimals: UInt8
  public var lotDecimals: UInt8
  public var contractDecimals: UInt8
  public var type: InstrumentType
  public var contract: ContractType
  public var isTradable: Bool

  @inlinable
  public init(_ item: Instrument) {
    symbol = item.symbol
    code = item.code
    tickMantissa = item.tick.mantissa
    lotMantissa = item.lot.mantissa
    contractMantissa = item.contractValue.mantissa
    minimumLots = item.minimumLots
    maximumLots = item.maximumLots
    instrument = item.id
    tickDecimals = item.tick.decimals
    lotDecimals = item.lot.decimals
    contractDecimals = item.contractValue.decimals
    type = item.type
    contract = item.contract
    isTradable = item.isTradable
  }
  @inlinable public var tick: Increment {
    Increment(mantissa: tickMantissa, decimals: tickDecimals)
  }
  @inlinable public var lot: Increment { Increment(mantissa: lotMantissa, decimals: lotDecimals) }
}

/// Closes a segment. 16 bytes.
@frozen
public struct SegmentEnd: Sendable, BitwiseCopyable, Equatable {
  /// Records of the segment before this one.
  public var records: UInt64
  /// Bytes that were cut as torn before it was closed.
  public var cutBytes: UInt64
  @inlinable public init(records: UInt64, cutBytes: UInt64) {
    self.records = records
    self.cutBytes = cutBytes
  }
}
