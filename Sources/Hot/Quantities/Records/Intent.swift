// Builder → Gate → Sender: what the strategy wants, the reference it was decided on, and the gate's answer; hot plane.

@frozen
public enum IntentKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case place = 1
  /// Cancel the order whose `targetIntent` is given.
  case cancel = 2
}

@frozen
public enum OrderType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case limit = 1
  case postOnly = 2
  case immediateOrCancel = 3
}

/// Which slot's lease an intent serves.
@frozen
public enum SignalSource: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  case manual = 1
  case agent = 2
  /// The demo's own, published into the agent slot and labelled.
  case scripted = 3
}

/// The book an intent was decided on; the gate judges collar and staleness by it alone.
@frozen
public struct DecisionReference: Sendable, BitwiseCopyable {
  public var bid: Price
  public var ask: Price
  public var seqId: Int64
  /// Local receipt of the message the decision followed.
  public var receivedAt: Instant
  /// OKX `ts` of that message.
  public var exchangeTime: WallMilliseconds
  @inlinable
  public init(
    bid: Price, ask: Price, seqId: Int64, receivedAt: Instant, exchangeTime: WallMilliseconds
  ) {
    self.bid = bid
    self.ask = ask
    self.seqId = seqId
    self.receivedAt = receivedAt
    self.exchangeTime = exchangeTime
  }
}

/// 112 bytes: two ring slots.
@frozen
public struct Intent: Sendable, BitwiseCopyable {
  public var number: IntentNumber
  public var instrument: InstrumentID
  public var kind: IntentKind
  public var side: Side
  public var type: OrderType
  public var source: SignalSource
  /// The reference book was valid when the intent was made.
  public var isBookValid: Bool
  public var isReduceOnly: Bool
  public var price: Price
  public var quantity: Quantity
  /// For `.cancel`: the intent that placed the order.
  public var targetIntent: IntentNumber
  public var decision: DecisionID
  public var reference: DecisionReference
  /// The poll of the Builder that made it.
  public var madeAt: Instant
  /// When the bytes came that it was decided on; of an intent that time brought about, when it was made.
  /// Measures the way to the wire and decides nothing.
  public var receivedStamp = Stamp.zero
  /// Decided on a market message just taken, not because time passed: it counts for tick-to-order.
  public var isTickDriven = false
  public var reserved: UInt8 = 0
  public var reserved2: UInt16 = 0
  /// How many ticks after `receivedStamp` it was made, at most `UInt32.max`: over a second.
  public var madeAfterTicks: UInt32 = 0

  @inlinable
  public init(
    number: IntentNumber, instrument: InstrumentID, kind: IntentKind, side: Side, type: OrderType,
    source: SignalSource, isBookValid: Bool, isReduceOnly: Bool, price: Price, quantity: Quantity,
    targetIntent: IntentNumber, decision: DecisionID, reference: DecisionReference, madeAt: Instant
  ) {
    self.number = number
    self.instrument = instrument
    self.kind = kind
    self.side = side
    self.type = type
    self.source = source
    self.isBookValid = isBookValid
    self.isReduceOnly = isReduceOnly
    self.price = price
    self.quantity = quantity
    self.targetIntent = targetIntent
    self.decision = decision
    self.reference = reference
    self.madeAt = madeAt
  }
}

extension Intent {
  /// Stamps it as made `now`, decided on bytes received at `received`; nil: time brought it about.
  @inlinable
  public mutating func stamp(received: Stamp?, made now: Stamp) {
    receivedStamp = received ?? now
    let ticks = Int64(bitPattern: now.ticks &- receivedStamp.ticks)
    madeAfterTicks = ticks <= 0 ? 0 : UInt32(clamping: ticks)
  }

  @inlinable public var madeStamp: Stamp {
    Stamp(ticks: receivedStamp.ticks &+ UInt64(madeAfterTicks))
  }
}

/// Gate → Builder, 56 bytes: one ring slot.
@frozen
public struct Verdict: Sendable, BitwiseCopyable {
  public var intent: IntentNumber
  public var instrument: InstrumentID
  public var code: RefusalCode
  public var kind: IntentKind
  public var reserved: UInt8 = 0
  public var reservedByte: UInt8 = 0
  public var reserved2: UInt16 = 0
  /// The limit that refused and the figure that broke it, in the control's own units; 0 when approved.
  public var limit: Int64
  public var figure: Int64
  public var decision: DecisionID
  public var judgedAt: Instant
  public var reserved3: UInt64 = 0

  @inlinable
  public init(
    intent: IntentNumber, instrument: InstrumentID, kind: IntentKind, code: RefusalCode,
    limit: Int64,
    figure: Int64, decision: DecisionID, judgedAt: Instant
  ) {
    self.intent = intent
    self.instrument = instrument
    self.code = code
    self.kind = kind
    self.limit = limit
    self.figure = figure
    self.decision = decision
    self.judgedAt = judgedAt
  }
}
