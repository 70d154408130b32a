// Where an order stands in its life; hot plane.

import Quantities

/// prepared → sent → acknowledged → live → partiallyFilled → filled | cancelled | rejected, and *unknown*
/// wherever an answer got lost: an unknown order stays so until the exchange says what became of it.
@frozen
public enum OrderPhase: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Has its id and its place in the table; nothing was sent.
  case prepared = 1
  case sent = 2
  /// sCode 0: the gateway took it, no push yet.
  case acknowledged = 3
  case live = 4
  case partiallyFilled = 5
  case filled = 6
  case cancelled = 7
  case rejected = 8
  case unknown = 9

  @inlinable public var isTerminal: Bool {
    self == .filled || self == .cancelled || self == .rejected
  }
}

/// One order as the sender's table holds it.
@frozen
public struct Order: Sendable, BitwiseCopyable {
  public var intent: IntentNumber = .none
  public var clientOrder: ClientOrderID = .none
  /// `.none` until an acknowledgement or push told it.
  public var exchangeOrder: ExchangeOrderID = .none
  public var decision: DecisionID = .none
  public var instrument: InstrumentID = .none
  public var side: Side = .buy
  public var type: OrderType = .limit
  public var state: OrderPhase = .prepared
  public var isReduceOnly = false
  /// A cancel was sent and nothing said yet what came of it.
  public var isCancelInFlight = false
  /// A stop wants it gone: it is cancelled again whenever it is found live.
  public var isCancelRequested = false
  /// Of an earlier start, or of someone else: known from the exchange and the journal alone, with a stand-in intent.
  public var isAdopted = false
  /// Nobody of ours numbered it.
  public var isForeign = false
  /// The exchange took it at some time: an acknowledgement or a push named it.
  public var wasAccepted = false
  /// Somebody must ask the exchange.
  public var needsQuery = false
  public var isQueryInFlight = false
  public var price: Price = .none
  public var quantity: Quantity = .zero
  /// Sum of the fills reported to the caller.
  public var filled: Quantity = .zero
  /// Of `filled`, what an adopted order had filled before, of which no fill was reported: a row that names it moves the
  /// position and nothing of the order.
  public var unseen: Quantity = .zero
  /// The `uTime` that it was adopted by.
  public var adoptedAsOf = WallMilliseconds(milliseconds: 0)
  /// Of `filled`, what was counted before the exchange named a trade for it: a row that names one takes from here.
  public var anonymous: Quantity = .zero
  /// The largest cumulative fill that the exchange stated; never below `filled`.
  public var statedFilled: Quantity = .zero
  /// How the exchange says that it ended, while fills of it are missing.
  public var claim: OrderPhase? = nil
  /// Since when the exchange states more fills than were counted; `.zero`: it does not.
  public var shortSince: Instant = .zero
  /// Since when the exchange says that it knows no such order; `.zero`: it does not.
  public var missingSince: Instant = .zero
  /// The newest `uTime` that was taken.
  public var exchangeTime = WallMilliseconds(milliseconds: 0)
  /// The requests that carried it and its latest cancel.
  public var request: UInt64 = 0
  public var cancelRequest: UInt64 = 0
  public var sentAt: Instant = .zero
  public var cancelSentAt: Instant = .zero
  /// Cancels sent so far, and when the next may follow a refused one.
  public var cancelTries: UInt8 = 0
  public var cancelNotBefore: Instant = .zero
  /// Since when the exchange has to be asked; an answer to an older question does not count.
  public var querySince: Instant = .zero
  public var queriedAt: Instant = .zero
  /// When REST last said something of it, and when anything was last heard of it.
  public var answeredAt: Instant = .zero
  public var heardAt: Instant = .zero
  /// Σ lots × ticks of the fills reported.
  var filledCost: Int128 = 0
  var next: Int32 = -1
  var previous: Int32 = -1

  static var noSlot: Int32 { -1 }

  @inlinable public var remaining: Quantity {
    Quantity(lots: max(0, quantity.lots &- filled.lots))
  }

  init() {}
}
