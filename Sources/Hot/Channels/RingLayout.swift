// Where a ring's words lie in its memory: a descriptor, so that offsets have names; hot plane.
import Synchronization

/// The first 512 bytes of both kinds of ring; entries follow.
///
/// ```
///   0  magic · version · entry size · capacity · tag · claims     written at start only
/// 128  producer position   written by the producer; read on attach and by who asks for a backlog
/// 256  consumer position   written by the consumer; read on attach and by who asks for a backlog
/// 384  credit              written by the consumer in batches; read by the producer when out of room
/// 512  entries
/// ```
/// Each word has 128 bytes to itself: two cache lines, because the adjacent-line prefetcher moves pairs.
public enum RingLayout {
  @inlinable public static var magicOffset: Int { 0 }
  @inlinable public static var versionOffset: Int { 8 }
  @inlinable public static var entrySizeOffset: Int { 12 }
  @inlinable public static var capacityOffset: Int { 16 }
  @inlinable public static var tagOffset: Int { 24 }
  @inlinable public static var producerClaimOffset: Int { 32 }
  @inlinable public static var consumerClaimOffset: Int { 40 }
  @inlinable public static var producerPositionOffset: Int { 128 }
  @inlinable public static var consumerPositionOffset: Int { 256 }
  @inlinable public static var creditOffset: Int { 384 }
  @inlinable public static var entriesOffset: Int { 512 }
  /// Rings start at multiples of this in a shared region.
  @inlinable public static var alignment: Int { 128 }

  /// "LLTSLOT1" and "LLTBYTE1" as little-endian words.
  @inlinable public static var slotMagic: UInt64 { 0x3154_4F4C_5354_4C4C }
  @inlinable public static var byteMagic: UInt64 { 0x3145_5459_4254_4C4C }
  @inlinable public static var version: UInt32 { 1 }
}

/// Why a ring in mapped memory cannot be attached.
public enum ChannelError: Error, Hashable, Sendable {
  case tooSmall(byteCount: Int, needed: Int)
  case misaligned
  case magic(UInt64)
  case version(UInt32)
  case entrySize(held: UInt32, expected: UInt32)
  case capacity(UInt64)
  /// The caller's own tag (record layout, build) differs.
  case tag(held: UInt64, expected: UInt64)
  /// The words at `position` cannot be a ring's.
  case corrupt(position: UInt64)
}

/// One 64-bit atomic word at an offset of a ring.
@inlinable
func word(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
  // SAFETY: callers pass offsets of RingLayout, multiples of 8 inside memory that outlives the ring;
  // every access to these bytes, in every process, is through an Atomic.
  unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
}

/// Header checks and claims that both rings share.
@safe
struct RingHeader {
  // SAFETY: used by the ring's start-up code alone, over a region it has checked or is checking.
  let base: UnsafeMutableRawPointer

  init(_ memory: MemoryRegion) { unsafe base = memory.base }

  func initialise(magic: UInt64, entrySize: UInt32, capacity: Int, tag: UInt64) {
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: RingLayout.entriesOffset)
    unsafe base.storeBytes(
      of: RingLayout.version, toByteOffset: RingLayout.versionOffset, as: UInt32.self)
    unsafe base.storeBytes(
      of: entrySize, toByteOffset: RingLayout.entrySizeOffset, as: UInt32.self)
    unsafe base.storeBytes(
      of: UInt64(capacity), toByteOffset: RingLayout.capacityOffset, as: UInt64.self)
    unsafe base.storeBytes(of: tag, toByteOffset: RingLayout.tagOffset, as: UInt64.self)
    unsafe base.storeBytes(of: magic, toByteOffset: RingLayout.magicOffset, as: UInt64.self)
  }

  /// Returns the capacity once everything but the positions has been checked.
  func check(
    magic: UInt64, entrySize: UInt32, tag: UInt64, memory: MemoryRegion,
    byteCount: (Int) -> Int
  ) throws(ChannelError) -> Int {
    if memory.byteCount < RingLayout.entriesOffset {
      throw .tooSmall(byteCount: memory.byteCount, needed: RingLayout.entriesOffset)
    }
    if !memory.isAligned(to: RingLayout.alignment) { throw .misaligned }
    let heldMagic = unsafe base.load(fromByteOffset: RingLayout.magicOffset, as: UInt64.self)
    if heldMagic != magic { throw .magic(heldMagic) }
    let version = unsafe base.load(fromByteOffset: RingLayout.versionOffset, as: UInt32.self)
    if version != RingLayout.version { throw .version(version) }
    let heldSize = unsafe base.load(fromByteOffset: RingLayout.entrySizeOffset, as: UInt32.self)
    if heldSize != entrySize { throw .entrySize(held: heldSize, expected: entrySize) }
    let heldTag = unsafe base.load(fromByteOffset: RingLayout.tagOffset, as: UInt64.self)
    if heldTag != tag { throw .tag(held: heldTag, expected: tag) }
    let capacity = unsafe base.load(fromByteOffset: RingLayout.capacityOffset, as: UInt64.self)
    if capacity == 0 || capacity > 1 << 40 || capacity & (capacity - 1) != 0 {
      throw .capacity(capacity)
    }
    let needed = byteCount(Int(capacity))
    if memory.byteCount < needed { throw .tooSmall(byteCount: memory.byteCount, needed: needed) }
    return Int(capacity)
  }

  /// Both sides may be claimed again, from these positions.
  func reset(producer: UInt64, consumer: UInt64) {
    unsafe word(base, RingLayout.producerPositionOffset).pointee.store(
      producer, ordering: .relaxed)
    unsafe word(base, RingLayout.consumerPositionOffset).pointee.store(
      consumer, ordering: .relaxed)
    unsafe word(base, RingLayout.creditOffset).pointee.store(consumer, ordering: .relaxed)
    unsafe word(base, RingLayout.producerClaimOffset).pointee.store(0, ordering: .relaxed)
    unsafe word(base, RingLayout.consumerClaimOffset).pointee.store(0, ordering: .relaxed)
  }

  func claim(_ offset: Int) -> Bool {
    unsafe word(base, offset).pointee.exchange(1, ordering: .relaxed) == 0
  }
}
