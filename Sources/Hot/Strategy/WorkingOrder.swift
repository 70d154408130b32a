// A strategy's own order as the Builder sees it through verdicts and reports; hot plane.

import Quantities

@frozen
public enum WorkingStage: UInt8, Sendable, BitwiseCopyable {
  /// On its way to or past the gate; the exchange has not taken it yet.
  case underway = 1
  /// Taken or resting.
  case live = 2
  /// Nobody knows until the exchange answers.
  case unknown = 3
}

@frozen
public struct WorkingOrder: Sendable, BitwiseCopyable {
  public var intent: IntentNumber
  public var instrument: InstrumentID
  public var side: Side
  public var type: OrderType
  public var stage: WorkingStage
  /// A cancel intent was made and nothing said yet what came of it.
  public var isCancelInFlight: Bool
  public var price: Price
  public var remaining: Quantity
  public var madeAt: Instant
  /// The latest cancel intent for it.
  public var cancelIntent: IntentNumber
  var next: Int32
  var previous: Int32

  static var noSlot: Int32 { -1 }

  mutating func take(_ change: InstrumentChange) {
    price = change.price(price)
    remaining = change.quantity(remaining)
  }

  init(_ intent: Intent) {
    self.intent = intent.number
    instrument = intent.instrument
    side = intent.side
    type = intent.type
    stage = .underway
    isCancelInFlight = false
    price = intent.price
    remaining = intent.quantity
    madeAt = intent.madeAt
    cancelIntent = .none
    next = WorkingOrder.noSlot
    previous = WorkingOrder.noSlot
  }
}
