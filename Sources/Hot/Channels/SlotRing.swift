// A ring of fixed 64-byte slots, one producer and one consumer, over memory that may be a mapped file; hot plane.
import Synchronization

/// A single-producer, single-consumer ring of `Record`s with the sequence number inside the slot.
///
/// A record of up to 56 bytes takes one 64-byte slot, one of up to 120 bytes two neighbouring slots that
/// one sequence word commits together. The word at the end of record `p`'s place reads `p + 1` once that
/// record is whole, so a consumer learns of a record by the very cache line that carries it
/// (perf: 127 M records/s and 90 ns round trip against 48 M and 175 ns for a ring of two indices).
/// Credit goes back to the producer once every eighth of the capacity, or when the consumer finds the
/// ring empty; between those the producer may see up to an eighth less room than there is.
///
/// The memory outlives the process when it is a file on tmpfs: `init(attachingTo:)` rebuilds both
/// positions, and every record that was committed and not consumed is there.
///
/// Not for several producers or consumers, and not between processes that distrust each other.
@safe
public struct SlotRing<Record: BitwiseCopyable>: @unchecked Sendable {
  // SAFETY: the handle only hands out the two ends, each once; they alone touch the slots.
  let memory: MemoryRegion
  /// Records that fit, a power of two.
  public let capacity: Int

  /// Bytes a record's place takes: 64 or 128.
  @inlinable public static var stride: Int { MemoryLayout<Record>.size <= 56 ? 64 : 128 }

  /// Bytes of memory that a ring of `capacity` records needs.
  @inlinable public static func byteCount(capacity: Int) -> Int {
    RingLayout.entriesOffset + capacity * stride
  }

  /// A fresh ring in private memory of its own, every page present. Lives until the process ends.
  public init(capacity: Int) {
    guard let memory = try? MemoryRegion.anonymous(byteCount: Self.byteCount(capacity: capacity))
    else { preconditionFailure("Invariant: start-up finds memory for its rings") }
    self.init(creatingIn: memory, capacity: capacity)
  }

  /// A fresh ring in `memory`, whatever it held. `tag` names the record's layout for who attaches later.
  public init(creatingIn memory: MemoryRegion, capacity: Int, tag: UInt64 = 0) {
    Self.checkRecord()
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "Invariant: a power of two")
    precondition(
      memory.isWritable && memory.isAligned(to: RingLayout.alignment)
        && memory.byteCount >= Self.byteCount(capacity: capacity),
      "Invariant: the region is writable, aligned and large enough")
    self.memory = memory
    self.capacity = capacity
    let header = RingHeader(memory)
    header.initialise(
      magic: RingLayout.slotMagic, entrySize: UInt32(MemoryLayout<Record>.size),
      capacity: capacity, tag: tag)
    unsafe (memory.base + RingLayout.entriesOffset).initializeMemory(
      as: UInt8.self, repeating: 0, count: capacity * Self.stride)
  }

  /// Takes over a ring whose former owners are dead: checks the header and rebuilds both positions.
  ///
  /// The consumer goes on after the last record that was popped or dropped; records that were only
  /// peeked at come again. Throws and changes nothing when the memory cannot be such a ring.
  public init(attachingTo memory: MemoryRegion, tag: UInt64 = 0) throws(ChannelError) {
    Self.checkRecord()
    precondition(memory.isWritable, "Invariant: a ring is attached to for reading and writing")
    let header = RingHeader(memory)
    self.memory = memory
    capacity = try header.check(
      magic: RingLayout.slotMagic, entrySize: UInt32(MemoryLayout<Record>.size), tag: tag,
      memory: memory, byteCount: Self.byteCount(capacity:))
    let consumer = unsafe word(memory.base, RingLayout.consumerPositionOffset).pointee
      .load(ordering: .acquiring)
    let producer = try unsafe Self.committedEnd(memory.base, capacity: capacity, from: consumer)
    header.reset(producer: producer, consumer: consumer)
  }

  /// Position after the last committed record. A slot beyond it holds 0 or its number of one lap ago.
  private static func committedEnd(
    _ base: UnsafeMutableRawPointer, capacity: Int, from start: UInt64
  ) throws(ChannelError) -> UInt64 {
    let lap = UInt64(capacity)
    var position = start
    while position &- start < lap {
      let place = RingLayout.entriesOffset + Int(position & (lap - 1)) * stride
      let held = unsafe word(base, place + stride - 8).pointee.load(ordering: .acquiring)
      if held != position &+ 1 {
        let before = position >= lap ? position &+ 1 &- lap : 0
        if held != before { throw .corrupt(position: position) }
        return position
      }
      position &+= 1
    }
    return position
  }

  /// The producing end. Once per ring made or attached.
  public func makeProducer() -> SlotProducer<Record> {
    precondition(
      RingHeader(memory).claim(RingLayout.producerClaimOffset),
      "Invariant: a ring has one producer")
    return unsafe SlotProducer(base: memory.base, capacity: capacity)
  }

  /// The consuming end. Once per ring made or attached.
  public func makeConsumer() -> SlotConsumer<Record> {
    precondition(
      RingHeader(memory).claim(RingLayout.consumerClaimOffset),
      "Invariant: a ring has one consumer")
    return unsafe SlotConsumer(base: memory.base, capacity: capacity)
  }

  /// Gives the memory back: for tests and tools, once both ends are gone.
  public func unmap() { memory.unmap() }

  private static func checkRecord() {
    precondition(
      MemoryLayout<Record>.size > 0 && MemoryLayout<Record>.size <= 120
        && MemoryLayout<Record>.alignment <= 16,
      "Invariant: a record has 1 to 120 bytes")
  }
}
