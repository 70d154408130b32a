// Appending to a journal: the Recorder's alone; seam.

import CKernel
import Channels
import Glibc
public import Quantities
import Synchronization

/// When what was appended is forced to the disk. Process death loses nothing either way.
public enum JournalDurability: Sendable, Hashable {
  /// When the kernel likes to: power loss loses seconds.
  case none
  /// At most once in so many nanoseconds.
  case interval(Int64)
  /// At every `commit`.
  case every
}

public struct JournalSettings: Sendable, Hashable {
  public var durability: JournalDurability = .interval(1_000_000_000)
  /// Size of a segment's file, reserved when it is made.
  public var segmentBytes = 16 << 20
  /// The oldest segments go when all together are larger; 0 keeps them all.
  public var totalBytesMax: Int64 = 0
  /// 0600, or 0640 when core and console run as two users.
  public var mode: UInt32 = 0o600
  /// Keeps a segment's room aside (`JournalFolder.reserve`): with the disk full the stream goes on there, and its owner
  /// sees to it that what is still written is little (`isOnReserve`).
  public var holdsReserve = false
  /// The wall time of the records' instants; nil: as the machine's clocks have it when a segment is made.
  public var clocks: ClockPair?
  public init() {}
}

/// What a writer found when it opened.
public struct JournalOpening: Sendable, Equatable {
  /// The last segment that was there, and the start that wrote it.
  public var lastSegment: UInt64?
  public var lastStart: UInt32?
  /// Bytes of an unfinished record that were cut.
  public var cutBytes: UInt64 = 0
  /// Last number of each stage in that segment, by its raw value.
  public var lastNumbers: [UInt8: UInt64] = [:]
  public init() {}
}

/// One stream's only writer. Records go into the mapped segment and are then part of the file: a process that
/// dies loses none that `append` returned from, and a reader sees each at once. A record is made visible by
/// one store of its length and checksum, after all its bytes.
@safe
public struct JournalWriter: ~Copyable {
  // SAFETY: `region` is mapped from `open` or `rotate` until the next `rotate`, `close` or `deinit`, and
  // nobody else writes the file: segments are made exclusively, by this type alone.
  public let folder: JournalFolder
  public let identity: JournalIdentity
  public let settings: JournalSettings
  public let opening: JournalOpening
  public private(set) var segment: UInt64
  /// Records of the stream, all segments counted.
  public private(set) var records: UInt64
  /// Times the disk was asked to hold what was written.
  public private(set) var syncs: UInt64 = 0
  /// No whole segment could be made any more: what is left is for the exits.
  public private(set) var isOnReserve: Bool
  private var region: MemoryRegion
  private var capacity: Int
  private var descriptor: Int32
  private var used: Int
  private var segmentRecords: UInt64 = 0
  private var ownNumber: UInt64
  private var isDirty = false
  private var syncedAt = Instant.zero

  /// Bytes kept free for the closing record.
  private static let endBytes = FrameLayout.byteCount(payload: MemoryLayout<SegmentEnd>.size)

  /// Cuts a torn tail off the last segment, closes it, and begins the next. Throws `.corrupt` where bytes that
  /// are no record stand before whole ones of this same boot: then nothing is changed.
  public init(
    _ folder: JournalFolder, identity: JournalIdentity,
    settings: JournalSettings = JournalSettings()
  ) throws(JournalError) {
    precondition(
      settings.segmentBytes >= SegmentHeader.byteCount + 4_096, "Invariant: a segment holds records"
    )
    var opening = JournalOpening()
    var first: UInt64 = 0
    if let last = try folder.segments().last {
      first = try JournalWriter.finish(folder, last, identity, &opening)
    }
    let segment = (opening.lastSegment ?? 0) + 1
    let made = try JournalWriter.make(
      folder, segment, identity: identity, firstRecord: first, settings: settings)
    do throws(JournalError) {
      try JournalWriter.publish(folder, segment)
    } catch {
      made.region.unmap()
      _ = ck_close(made.descriptor)
      throw error
    }
    self.folder = folder
    self.identity = identity
    self.settings = settings
    self.opening = opening
    self.segment = segment
    records = first
    used = SegmentHeader.byteCount
    let isSameStart = opening.lastStart == identity.start
    ownNumber = isSameStart ? opening.lastNumbers[StageID.recorder.rawValue] ?? 0 : 0
    region = made.region
    descriptor = made.descriptor
    capacity = made.byteCount
    let isFull = settings.holdsReserve && JournalWriter.isFullWithReserve(folder, settings)
    isOnReserve = made.isOnReserve || isFull
  }

  deinit {
    region.unmap()
    _ = ck_close(descriptor)
  }

  /// Where the next record will stand.
  public var place: JournalOffset { JournalOffset(segment: segment, offset: UInt64(used)) }

  /// Appends one record as a stage made it. Returns where it stands.
  @discardableResult
  public mutating func append(
    _ header: RecordHeader, _ payload: RawSpan
  ) throws(JournalError) -> JournalOffset {
    let size = FrameLayout.byteCount(payload: payload.byteCount)
    let most = settings.segmentBytes - SegmentHeader.byteCount - JournalWriter.endBytes
    if payload.byteCount > RecordHeader.payloadBytesMax || size > most {
      throw .tooLarge(bytes: payload.byteCount)
    }
    if used + size + JournalWriter.endBytes > capacity { try rotate() }
    // A segment of the reserve may be smaller than others.
    if used + size + JournalWriter.endBytes > capacity { throw .tooLarge(bytes: payload.byteCount) }
    let offset = used
    write(header, payload)
    return JournalOffset(segment: segment, offset: UInt64(offset))
  }

  /// Appends a record of the Recorder's own, numbered by it.
  @discardableResult
  public mutating func append(
    _ kind: JournalKind, _ payload: RawSpan, cause: Cause = .none, at instant: Instant
  ) throws(JournalError) -> JournalOffset {
    let header = RecordHeader(
      kind, stage: .recorder, number: ownNumber + 1, cause: cause, at: instant,
      payloadByteCount: payload.byteCount)
    let place = try append(header, payload)
    ownNumber += 1
    return place
  }

  @discardableResult
  public mutating func append<Payload: BitwiseCopyable>(
    _ kind: JournalKind, _ payload: Payload, followedBy text: String = "", cause: Cause = .none,
    at instant: Instant
  ) throws(JournalError) -> JournalOffset {
    var bytes = unsafe withUnsafeBytes(of: payload) { unsafe [UInt8]($0) }
    bytes.append(contentsOf: text.utf8)
    return try unsafe append(kind, bytes.span.bytes, cause: cause, at: instant)
  }

  /// After a batch: forces it to the disk where the durability setting says so. True when it did.
  @discardableResult
  public mutating func commit(at now: Instant) throws(JournalError) -> Bool {
    switch settings.durability {
    case .none: return false
    case .interval(let nanoseconds):
      if !isDirty || now.since(syncedAt) < nanoseconds { return false }
    case .every:
      if !isDirty { return false }
    }
    try sync()
    syncedAt = now
    return true
  }

  /// Forces everything appended to the disk.
  public mutating func sync() throws(JournalError) {
    if fdatasync(descriptor) != 0 {
      throw .system(call: "fdatasync", path: folder.file(segment), code: errno)
    }
    syncs += 1
    isDirty = false
  }

  /// Closes the segment: no bytes after its last record, everything on the disk.
  public consuming func close() throws(JournalError) {
    try seal()
  }

  private mutating func write(_ header: RecordHeader, _ payload: RawSpan) {
    let size = FrameLayout.byteCount(payload: payload.byteCount)
    let frame = unsafe region.base + used
    var header = header
    header.payloadByteCount = UInt32(payload.byteCount)
    unsafe (frame + FrameLayout.headerOffset).storeBytes(of: header, as: RecordHeader.self)
    unsafe payload.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress {
        unsafe (frame + FrameLayout.payloadOffset).copyMemory(
          from: start, byteCount: bytes.count)
      }
    }
    var length = UInt32(size).littleEndian
    let head = unsafe withUnsafeBytes(of: &length) { unsafe CRC32C.of(RawSpan(_unsafeBytes: $0)) }
    let rest = unsafe UnsafeRawBufferPointer(
      start: frame + FrameLayout.headerOffset, count: size - FrameLayout.headerOffset)
    let sum = unsafe CRC32C.of(RawSpan(_unsafeBytes: rest), from: head)
    // Releases the record's bytes to readers of the page; partner: the second read in JournalReader.state.
    // SAFETY: frames begin at multiples of 8 in a mapping that outlives the store.
    unsafe frame.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(
      UInt64(size) | UInt64(sum) << 32, ordering: .releasing)
    used += size
    records += 1
    segmentRecords += 1
    isDirty = true
  }

  /// Ends the segment and begins the next one, which exists before the old one says it ended.
  public mutating func rotate() throws(JournalError) {
    let next = segment + 1
    let made = try JournalWriter.make(
      folder, next, identity: identity, firstRecord: records, settings: settings)
    do throws(JournalError) {
      try seal()
      try JournalWriter.publish(folder, next)
    } catch {
      made.region.unmap()
      _ = ck_close(made.descriptor)
      throw error
    }
    region.unmap()
    _ = ck_close(descriptor)
    region = made.region
    descriptor = made.descriptor
    capacity = made.byteCount
    if made.isOnReserve { isOnReserve = true }
    segment = next
    used = SegmentHeader.byteCount
    segmentRecords = 0
    isDirty = false
    if settings.totalBytesMax > 0 { try removeOldest() }
  }

  private mutating func seal() throws(JournalError) {
    let end = SegmentEnd(records: segmentRecords, cutBytes: 0)
    let header = RecordHeader(
      .segmentEnd, stage: .recorder, number: 0, at: .now(),
      payloadByteCount: MemoryLayout<SegmentEnd>.size)
    unsafe withUnsafeBytes(of: end) { bytes in
      write(header, unsafe RawSpan(_unsafeBytes: bytes))
    }
    records -= 1
    if ftruncate(descriptor, off_t(used)) != 0 {
      throw .system(call: "ftruncate", path: folder.file(segment), code: errno)
    }
    try sync()
  }

  private func removeOldest() throws(JournalError) {
    var kept: [(segment: UInt64, bytes: Int64)] = []
    for number in try folder.segments() {
      guard let file = try SegmentFile(path: folder.file(number)) else { continue }
      kept.append((number, Int64(try file.byteCount())))
    }
    var total = kept.reduce(0) { $0 + $1.bytes }
    for item in kept where total > settings.totalBytesMax && item.segment != segment {
      _ = unsafe folder.file(item.segment).withCString { unsafe ck_unlink($0) }
      total -= item.bytes
    }
  }
}
