// The few intents one decision may make, numbered, in fixed memory; hot plane.

import Quantities

/// A Builder's out-buffer. It numbers intents 1 upwards; with several Builders each has a shard, which
/// stands in the number's top byte, so that numbers are unique in the run.
@safe
public struct IntentBuffer: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; `count` stays
  // within `capacity`.
  let intents: UnsafeMutablePointer<Intent>
  public private(set) var count = 0
  var last: UInt64

  /// Most intents of one decision; the Builder checks that the ring has room for as many.
  public static var capacity: Int { 8 }

  public init(shard: UInt8 = 0) {
    last = UInt64(shard) << 56
    unsafe intents = .allocate(capacity: IntentBuffer.capacity)
  }

  deinit { unsafe intents.deallocate() }

  public var room: Int { IntentBuffer.capacity &- count }

  @_noLocks
  public subscript(index: Int) -> Intent {
    precondition(index >= 0 && index < count, "Invariant: an index below count")
    return unsafe intents[index]
  }

  @_noLocks
  public mutating func removeAll() { count = 0 }

  /// A new order. False, and nothing appended, when the buffer is full.
  @discardableResult
  @_noLocks
  public mutating func place(
    _ context: StrategyContext, side: Side, type: OrderType, price: Price,
    quantity: Quantity, isReduceOnly: Bool = false
  ) -> Bool {
    if count >= IntentBuffer.capacity { return false }
    last &+= 1
    append(
      Intent(
        number: IntentNumber(rawValue: last), instrument: context.instrument.id, kind: .place,
        side: side, type: type, source: context.lease.source, isBookValid: context.isBookValid,
        isReduceOnly: isReduceOnly, price: price, quantity: quantity, targetIntent: .none,
        decision: context.lease.decision, reference: context.reference, madeAt: context.now))
    return true
  }

  /// A cancel of a working order. False, and nothing appended, when the buffer is full.
  @discardableResult
  @_noLocks
  public mutating func cancel(_ context: StrategyContext, _ order: WorkingOrder) -> Bool {
    if count >= IntentBuffer.capacity { return false }
    last &+= 1
    append(
      Intent(
        number: IntentNumber(rawValue: last), instrument: context.instrument.id, kind: .cancel,
        side: order.side, type: order.type, source: context.lease.source,
        isBookValid: context.isBookValid, isReduceOnly: false, price: order.price,
        quantity: order.remaining, targetIntent: order.intent, decision: context.lease.decision,
        reference: context.reference, madeAt: context.now))
    return true
  }

  @_noLocks
  mutating func append(_ intent: Intent) {
    unsafe (intents + count).initialize(to: intent)
    count &+= 1
  }
}
