// The producing end of a slot ring; hot plane, owned by one thread.
import Synchronization

/// Pushes records. Moves between threads whole; at any time one thread owns it.
@safe @frozen
public struct SlotProducer<Record: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // SAFETY: `SlotRing.makeProducer` made the only one over this memory, which outlives it. It writes
  // slots from `position` up to `limit` alone, and the consumer has given those back.
  @usableFromInline let base: UnsafeMutableRawPointer
  /// Records that fit.
  public let capacity: Int
  @usableFromInline let mask: UInt64
  @usableFromInline var position: UInt64
  /// The first position not known to be free.
  @usableFromInline var limit: UInt64

  init(base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = unsafe base
    self.capacity = capacity
    mask = UInt64(capacity - 1)
    position = unsafe word(base, RingLayout.producerPositionOffset).pointee.load(
      ordering: .relaxed)
    limit =
      unsafe word(base, RingLayout.creditOffset).pointee.load(ordering: .acquiring)
      &+ UInt64(capacity)
  }

  /// Appends the record. False: full, nothing happened.
  @inlinable
  public mutating func push(_ record: Record) -> Bool {
    if position == limit && !hasRoom(for: 1) { return false }
    let stride = SlotRing<Record>.stride
    let place = unsafe base + RingLayout.entriesOffset + Int(position & mask) &* stride
    unsafe place.assumingMemoryBound(to: Record.self).initialize(to: record)
    position &+= 1
    // Releases the record's bytes; partner: the acquiring load in SlotConsumer.isCommitted.
    unsafe word(place, stride - 8).pointee.store(position, ordering: .releasing)
    return true
  }

  /// Whether the next `count` pushes will succeed. Reads the consumer's line only when its last
  /// reading does not suffice; may answer no while up to an eighth of the capacity is free.
  @inlinable
  public mutating func hasRoom(for count: Int) -> Bool {
    if limit &- position >= UInt64(count) { return true }
    // Acquires the consumer's reads of the slots given back, so that overwriting them comes after;
    // partner: the releasing store in SlotConsumer.giveBack.
    limit =
      unsafe word(base, RingLayout.creditOffset).pointee.load(ordering: .acquiring)
      &+ UInt64(capacity)
    return limit &- position >= UInt64(count)
  }

  /// Records pushed and not yet popped; reads the consumer's line.
  @inlinable
  public var backlog: Int {
    let consumed = unsafe word(base, RingLayout.consumerPositionOffset).pointee.load(
      ordering: .relaxed)
    return Int(truncatingIfNeeded: position &- consumed)
  }

  /// Records pushed since the ring was created.
  @inlinable public var pushedCount: UInt64 { position }
}
