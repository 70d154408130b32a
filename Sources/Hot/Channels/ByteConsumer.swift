// The consuming end of a byte ring; hot plane, owned by one thread.
import Synchronization

/// Reads entries in place, in the order committed. Moves between threads whole.
@safe @frozen
public struct ByteConsumer: ~Copyable, @unchecked Sendable {
  // SAFETY: `ByteRing.makeConsumer` made the only one over this memory, which outlives it. It reads an
  // entry only after its header said committed, and the producer rewrites it only after `giveBack`.
  @usableFromInline let base: UnsafeMutableRawPointer
  public let capacity: Int
  @usableFromInline let mask: UInt64
  @usableFromInline let batch: UInt64
  @usableFromInline var position: UInt64
  @usableFromInline var credited: UInt64
  /// Size of the entry that `peek` showed last, or 0.
  @usableFromInline var shown: Int = 0

  init(base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = unsafe base + RingLayout.entriesOffset
    self.capacity = capacity
    mask = UInt64(capacity - 1)
    batch = UInt64(capacity / 8)
    position = unsafe word(base, RingLayout.consumerPositionOffset).pointee.load(
      ordering: .relaxed)
    credited = position
  }

  /// The oldest entry's payload, valid until `release`, or nil when there is none.
  @inlinable
  public mutating func peek() -> UnsafeRawBufferPointer? {
    var header = current
    if header.isPadding {
      advance(header.byteCount)
      header = current
    }
    if !header.isCommitted {
      giveBack()
      return nil
    }
    shown = ByteRing.entryByteCount(payload: header.byteCount)
    return unsafe UnsafeRawBufferPointer(
      start: base + (Int(position & mask) + 8), count: header.byteCount)
  }

  /// Removes the entry that `peek` showed.
  @inlinable
  public mutating func release() {
    precondition(shown > 0, "Invariant: an entry is peeked at before it is released")
    advance(shown)
    shown = 0
  }

  /// Bytes committed (headers and padding included) and not yet released; reads the producer's line.
  @inlinable
  public var backlogByteCount: Int {
    let produced = unsafe word(
      base - RingLayout.entriesOffset, RingLayout.producerPositionOffset
    ).pointee.load(ordering: .relaxed)
    let difference = Int(truncatingIfNeeded: produced &- position)
    return difference > 0 ? difference : 0
  }

  @inlinable var current: EntryHeader {
    // Acquires the payload; partner: the releasing store in ByteProducer.publish.
    EntryHeader(
      rawValue: unsafe word(base, Int(position & mask)).pointee.load(ordering: .acquiring))
  }

  @inlinable
  mutating func advance(_ byteCount: Int) {
    position &+= UInt64(byteCount)
    // For a later process and for backlog readers; releasing, so that at a kill our reads came before
    // (partner: the acquiring load in ByteRing.init(attachingTo:)).
    unsafe word(base - RingLayout.entriesOffset, RingLayout.consumerPositionOffset).pointee.store(
      position, ordering: .releasing)
    if position &- credited >= batch { giveBack() }
  }

  @inlinable
  mutating func giveBack() {
    if credited == position { return }
    credited = position
    // Releases our reads of what lies before `position`; partner: the acquiring load in ByteProducer.hasRoom.
    unsafe word(base - RingLayout.entriesOffset, RingLayout.creditOffset).pointee.store(
      position, ordering: .releasing)
  }
}
