// The consuming end of a slot ring; hot plane, owned by one thread.
import Synchronization

/// Pops records in the order pushed. Moves between threads whole; at any time one thread owns it.
@safe @frozen
public struct SlotConsumer<Record: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // SAFETY: `SlotRing.makeConsumer` made the only one over this memory, which outlives it. It reads a
  // slot only after its sequence said committed, and the producer rewrites it only after `giveBack`.
  @usableFromInline let base: UnsafeMutableRawPointer
  public let capacity: Int
  @usableFromInline let mask: UInt64
  @usableFromInline let batch: UInt64
  @usableFromInline var position: UInt64
  @usableFromInline var credited: UInt64

  init(base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = unsafe base
    self.capacity = capacity
    mask = UInt64(capacity - 1)
    batch = UInt64(max(1, capacity / 8))
    position = unsafe word(base, RingLayout.consumerPositionOffset).pointee.load(
      ordering: .relaxed)
    credited = position
  }

  /// Removes and returns the oldest record, or nil when there is none.
  @inlinable
  public mutating func pop() -> Record? {
    if !isCommitted(position) {
      giveBack()
      return nil
    }
    let record = unsafe place(position).assumingMemoryBound(to: Record.self).pointee
    advance(1)
    return record
  }

  /// The oldest record, or the one `ahead` places after it, without removing it.
  @inlinable
  public mutating func peek(ahead: Int = 0) -> Record? {
    precondition(ahead >= 0 && ahead < capacity, "Invariant: a peek stays inside the ring")
    let target = position &+ UInt64(ahead)
    if !isCommitted(target) {
      if ahead == 0 { giveBack() }
      return nil
    }
    return unsafe place(target).assumingMemoryBound(to: Record.self).pointee
  }

  /// Removes the `count` oldest records, all of which have been pushed: with `peek(ahead:)`, for who must
  /// have written records elsewhere before giving them up.
  @inlinable
  public mutating func drop(_ count: Int) {
    if count == 0 { return }
    precondition(
      count > 0 && count <= capacity && isCommitted(position &+ UInt64(count) &- 1),
      "Invariant: only committed records are dropped")
    advance(UInt64(count))
  }

  @inlinable public var isEmpty: Bool { !isCommitted(position) }

  /// Records popped since the ring was created.
  @inlinable public var poppedCount: UInt64 { position }

  @inlinable
  func place(_ position: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + RingLayout.entriesOffset + Int(position & mask) &* SlotRing<Record>.stride
  }

  @inlinable
  func isCommitted(_ position: UInt64) -> Bool {
    let sequence = unsafe word(place(position), SlotRing<Record>.stride - 8)
    // Acquires the record's bytes; partner: the releasing store in SlotProducer.push.
    return unsafe sequence.pointee.load(ordering: .acquiring) == position &+ 1
  }

  @inlinable
  mutating func advance(_ count: UInt64) {
    position &+= count
    // For a later process only: its order after the reads above matters at a kill, hence releasing
    // (partner: the acquiring load in SlotRing.init(attachingTo:)). The line stays in this core's cache.
    unsafe word(base, RingLayout.consumerPositionOffset).pointee.store(
      position, ordering: .releasing)
    if position &- credited >= batch { giveBack() }
  }

  @inlinable
  mutating func giveBack() {
    if credited == position { return }
    credited = position
    // Releases our reads of the slots before `position`; partner: the acquiring load in SlotProducer.hasRoom.
    unsafe word(base, RingLayout.creditOffset).pointee.store(position, ordering: .releasing)
  }
}
