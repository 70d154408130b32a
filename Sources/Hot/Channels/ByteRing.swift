// A ring of contiguous entries of any size, one producer and one consumer, over memory that may be a mapped file; hot plane.
import Synchronization

/// An entry's header word: committed bit, padding bit, position stamp, payload (or padding) bytes.
@frozen
@usableFromInline
struct EntryHeader: BitwiseCopyable {
  @usableFromInline var rawValue: UInt64
  @inlinable init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable init(position: UInt64, byteCount: Int, isPadding: Bool) {
    rawValue =
      1 << 63 | (isPadding ? 1 << 62 : 0) | ((position >> 6) & 0x3FFF_FFFF) << 32
      | UInt64(UInt32(truncatingIfNeeded: byteCount))
  }
  @inlinable var isCommitted: Bool { rawValue != 0 }
  @inlinable var isPadding: Bool { rawValue & (1 << 62) != 0 }
  /// Payload bytes, or for padding the bytes up to the end of the ring.
  @inlinable var byteCount: Int { Int(rawValue & 0xFFFF_FFFF) }
  /// Bytes from this entry's start to the next one's.
  @inlinable var entryByteCount: Int {
    isPadding ? byteCount : ByteRing.entryByteCount(payload: byteCount)
  }
  @inlinable func belongs(to position: UInt64) -> Bool {
    rawValue >> 63 == 1 && (rawValue >> 32) & 0x3FFF_FFFF == (position >> 6) & 0x3FFF_FFFF
  }
}

/// A single-producer, single-consumer ring of byte entries: claim, write in place, commit.
///
/// Entries start at 64-byte lines: an 8-byte header word, then the payload (8-byte aligned), then
/// padding to the next line. The header word is also the commit flag; before an entry is committed the
/// next entry's header is zeroed, so the consumer needs no index of the producer's, and one line tells it
/// of an entry and brings its first 56 bytes. An entry never wraps: what does not fit before the end is
/// preceded by a padding entry. Positions count bytes and only grow.
///
/// As with `SlotRing`, the memory may outlive the process, credit goes back every eighth of the
/// capacity or when the ring is found empty, and both ends exist once.
@safe
public struct ByteRing: @unchecked Sendable {
  // SAFETY: the handle only hands out the two ends, each once; they alone touch the entries.
  let memory: MemoryRegion
  /// Bytes for entries, a power of two.
  public let capacity: Int

  @inlinable public static func byteCount(capacity: Int) -> Int {
    RingLayout.entriesOffset + capacity
  }

  /// Bytes that an entry of `payload` bytes takes: header and payload, to the next line.
  @inlinable public static func entryByteCount(payload: Int) -> Int { (payload + 8 + 63) & ~63 }

  /// The largest claim that an empty ring of `capacity` bytes always grants.
  @inlinable public static func claimBytesMax(capacity: Int) -> Int { capacity / 2 - 8 }

  /// A fresh ring in private memory of its own, every page present. Lives until the process ends.
  public init(capacity: Int) {
    guard let memory = try? MemoryRegion.anonymous(byteCount: Self.byteCount(capacity: capacity))
    else { preconditionFailure("Invariant: start-up finds memory for its rings") }
    self.init(creatingIn: memory, capacity: capacity)
  }

  /// A fresh ring in `memory`, whatever it held. `tag` names the entries' layout for who attaches later.
  public init(creatingIn memory: MemoryRegion, capacity: Int, tag: UInt64 = 0) {
    precondition(
      capacity >= 256 && capacity & (capacity - 1) == 0 && capacity <= 1 << 30,
      "Invariant: a power of two of 256 bytes to 1 GiB")
    precondition(
      memory.isWritable && memory.isAligned(to: RingLayout.alignment)
        && memory.byteCount >= Self.byteCount(capacity: capacity),
      "Invariant: the region is writable, aligned and large enough")
    self.memory = memory
    self.capacity = capacity
    let header = RingHeader(memory)
    header.initialise(
      magic: RingLayout.byteMagic, entrySize: 0, capacity: capacity, tag: tag)
    unsafe (memory.base + RingLayout.entriesOffset).initializeMemory(
      as: UInt8.self, repeating: 0, count: capacity)
  }

  /// Takes over a ring whose former owners are dead: checks the header, walks the committed entries
  /// and rebuilds both positions. An entry claimed and not committed is gone.
  public init(attachingTo memory: MemoryRegion, tag: UInt64 = 0) throws(ChannelError) {
    precondition(memory.isWritable, "Invariant: a ring is attached to for reading and writing")
    let header = RingHeader(memory)
    self.memory = memory
    capacity = try header.check(
      magic: RingLayout.byteMagic, entrySize: 0, tag: tag, memory: memory,
      byteCount: Self.byteCount(capacity:))
    let consumer = unsafe word(memory.base, RingLayout.consumerPositionOffset).pointee
      .load(ordering: .acquiring)
    let producer = try unsafe Self.committedEnd(memory.base, capacity: capacity, from: consumer)
    header.reset(producer: producer, consumer: consumer)
  }

  /// Position of the first header that reads 0, every one before it being a whole entry.
  private static func committedEnd(
    _ base: UnsafeMutableRawPointer, capacity: Int, from start: UInt64
  ) throws(ChannelError) -> UInt64 {
    if capacity < 256 || capacity > 1 << 30 { throw .capacity(UInt64(capacity)) }
    if start & 63 != 0 { throw .corrupt(position: start) }
    var position = start
    while true {
      let offset = Int(position & UInt64(capacity - 1))
      let header = EntryHeader(
        rawValue: unsafe word(base, RingLayout.entriesOffset + offset).pointee.load(
          ordering: .acquiring))
      if !header.isCommitted { return position }
      let size = header.entryByteCount
      let isWhole =
        header.belongs(to: position) && size > 0 && size & 63 == 0 && size <= capacity - offset
        && (!header.isPadding || size == capacity - offset)
      position &+= UInt64(size)
      if !isWhole || position &- start > UInt64(capacity - 64) {
        throw .corrupt(position: position &- UInt64(size))
      }
    }
  }

  /// The producing end. Once per ring made or attached.
  public func makeProducer() -> ByteProducer {
    precondition(
      RingHeader(memory).claim(RingLayout.producerClaimOffset),
      "Invariant: a ring has one producer")
    return unsafe ByteProducer(base: memory.base, capacity: capacity)
  }

  /// The consuming end. Once per ring made or attached.
  public func makeConsumer() -> ByteConsumer {
    precondition(
      RingHeader(memory).claim(RingLayout.consumerClaimOffset),
      "Invariant: a ring has one consumer")
    return unsafe ByteConsumer(base: memory.base, capacity: capacity)
  }

  /// Gives the memory back: for tests and tools, once both ends are gone.
  public func unmap() { memory.unmap() }
}
