// The producing end of a byte ring; hot plane, owned by one thread.
import Synchronization

/// Claims room, lets the caller write in place, commits. Moves between threads whole.
@safe @frozen
public struct ByteProducer: ~Copyable, @unchecked Sendable {
  // SAFETY: `ByteRing.makeProducer` made the only one over this memory, which outlives it. It writes
  // bytes from `position` up to `limit` alone, and the consumer has given those back.
  @usableFromInline let base: UnsafeMutableRawPointer
  /// Bytes for entries.
  public let capacity: Int
  @usableFromInline let mask: UInt64
  @usableFromInline var position: UInt64
  /// The first position not known to be free.
  @usableFromInline var limit: UInt64
  /// Bytes of the open claim, or -1.
  @usableFromInline var claimed: Int = -1

  init(base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = unsafe base + RingLayout.entriesOffset
    self.capacity = capacity
    mask = UInt64(capacity - 1)
    position = unsafe word(base, RingLayout.producerPositionOffset).pointee.load(
      ordering: .relaxed)
    limit =
      unsafe word(base, RingLayout.creditOffset).pointee.load(ordering: .acquiring)
      &+ UInt64(capacity)
  }

  /// Largest claim that can ever be granted.
  @inlinable public var claimBytesMax: Int { ByteRing.claimBytesMax(capacity: capacity) }

  /// `byteCount` contiguous, 8-byte aligned bytes to write into, or nil: no room now, or more than
  /// `claimBytesMax`. One claim at a time; nobody sees it before `commit`, `abort` forgets it.
  @inlinable
  public mutating func claim(byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    precondition(claimed < 0, "Invariant: a claim is committed or aborted before the next")
    if byteCount < 0 || byteCount > claimBytesMax { return nil }
    let size = ByteRing.entryByteCount(payload: byteCount)
    let untilEnd = capacity &- Int(position & mask)
    let skipped = size <= untilEnd ? 0 : untilEnd
    // The line after the entry must be free too: its header is zeroed before this one is committed.
    if !hasRoom(lines: skipped &+ size &+ 64) { return nil }
    if skipped > 0 {
      publish(EntryHeader(position: position, byteCount: skipped, isPadding: true), skipped)
    }
    claimed = byteCount
    return unsafe UnsafeMutableRawBufferPointer(
      start: base + (Int(position & mask) + 8), count: byteCount)
  }

  /// Makes the first `used` bytes of the open claim visible to the consumer as one entry.
  @inlinable
  public mutating func commit(_ used: Int) {
    precondition(used >= 0 && used <= claimed, "Invariant: a commit lies inside its claim")
    claimed = -1
    publish(
      EntryHeader(position: position, byteCount: used, isPadding: false),
      ByteRing.entryByteCount(payload: used))
  }

  /// Forgets the open claim; without one, does nothing.
  @inlinable public mutating func abort() { claimed = -1 }

  /// Bytes committed (headers and padding included) and not yet released; reads the consumer's line.
  @inlinable
  public var backlogByteCount: Int {
    let consumed = unsafe word(
      base - RingLayout.entriesOffset, RingLayout.consumerPositionOffset
    ).pointee.load(ordering: .relaxed)
    return Int(truncatingIfNeeded: position &- consumed)
  }

  @inlinable
  mutating func publish(_ header: EntryHeader, _ size: Int) {
    let next = position &+ UInt64(size)
    // The consumer may look at `next` only after it acquired our header below, so relaxed suffices.
    unsafe word(base, Int(next & mask)).pointee.store(0, ordering: .relaxed)
    // Releases the payload and the zero; partner: the acquiring load in ByteConsumer.peek.
    unsafe word(base, Int(position & mask)).pointee.store(header.rawValue, ordering: .releasing)
    position = next
    // For backlog readers only; nothing is inferred from it about other bytes.
    unsafe word(base - RingLayout.entriesOffset, RingLayout.producerPositionOffset).pointee.store(
      position, ordering: .relaxed)
  }

  @inlinable
  mutating func hasRoom(lines byteCount: Int) -> Bool {
    if limit &- position >= UInt64(byteCount) { return true }
    // Acquires the consumer's reads of what it gave back, so that overwriting comes after;
    // partner: the releasing store in ByteConsumer.giveBack.
    limit =
      unsafe word(base - RingLayout.entriesOffset, RingLayout.creditOffset).pointee.load(
        ordering: .acquiring) &+ UInt64(capacity)
    return limit &- position >= UInt64(byteCount)
  }
}
