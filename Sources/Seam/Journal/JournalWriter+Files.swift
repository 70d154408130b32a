// Making segment files, and finishing the one that a dead writer left; seam.

import CKernel
import Channels
import Glibc
import MappedFile
import Quantities

extension JournalWriter {
  struct Made {
    var region: MemoryRegion
    var descriptor: Int32
    var byteCount: Int
    var isOnReserve = false
  }

  /// The smallest segment that is worth its place.
  static let segmentBytesMin = 64 << 10

  /// A segment under a name that readers do not look for: of full size, or on a full disk the reserve, or what room there
  /// is.
  static func make(
    _ folder: JournalFolder, _ segment: UInt64, identity: JournalIdentity, firstRecord: UInt64,
    settings: JournalSettings
  ) throws(JournalError) -> Made {
    let path = folder.file(segment) + ".new"
    let (region, isOnReserve) = try room(folder, path, settings)
    let header = SegmentHeader(
      identity: identity, stream: folder.stream, segment: segment, firstRecord: firstRecord,
      clocks: settings.clocks ?? .now())
    // SAFETY: the region holds at least a header, and nobody else has it yet.
    unsafe header.bytes.withUnsafeBytes { bytes in
      unsafe region.base.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    }
    let descriptor = unsafe path.withCString { unsafe ck_open($0, 1, 0) }
    if descriptor < 0 {
      region.unmap()
      throw .system(call: "open", path: path, code: -descriptor)
    }
    return Made(
      region: region, descriptor: descriptor, byteCount: region.byteCount,
      isOnReserve: isOnReserve)
  }

  private static func room(
    _ folder: JournalFolder, _ path: String, _ settings: JournalSettings
  ) throws(JournalError) -> (region: MemoryRegion, isOnReserve: Bool) {
    do throws(JournalError) {
      return (try create(path, settings.segmentBytes, settings), false)
    } catch {
      if !settings.holdsReserve || !error.isDiskFull { throw error }
      let isTaken = unsafe folder.reserve.withCString { from in
        unsafe path.withCString { to in unsafe ck_rename(from, to) }
      }
      if isTaken >= 0, let found = try? MemoryRegion.open(file: path, writable: true) {
        return (found.region, true)
      }
      var bytes = settings.segmentBytes / 2
      while bytes >= segmentBytesMin {
        if let region = try? create(path, bytes, settings) { return (region, true) }
        bytes /= 2
      }
      _ = unsafe path.withCString { unsafe ck_unlink($0) }
      throw error
    }
  }

  private static func create(
    _ path: String, _ byteCount: Int, _ settings: JournalSettings
  ) throws(JournalError) -> MemoryRegion {
    do {
      return try MemoryRegion.create(file: path, byteCount: byteCount, mode: settings.mode)
    } catch {
      throw .system(call: error.call.rawValue, path: path, code: error.code)
    }
  }

  /// Keeps the reserve's room aside. True: the disk has none for it, which is as good as full. Any other fault is one of
  /// the next segment too, and told there.
  static func isFullWithReserve(_ folder: JournalFolder, _ settings: JournalSettings) -> Bool {
    let held = try? SegmentFile(path: folder.reserve)?.byteCount()
    if let held, held >= UInt64(settings.segmentBytes) { return false }
    let path = folder.reserve + ".new"
    do throws(JournalError) {
      try create(path, settings.segmentBytes, settings).unmap()
      try? MemoryRegion.rename(file: path, to: folder.reserve)
      return false
    } catch {
      _ = unsafe path.withCString { unsafe ck_unlink($0) }
      return error.isDiskFull
    }
  }

  /// Gives a made segment its name, durably.
  static func publish(_ folder: JournalFolder, _ segment: UInt64) throws(JournalError) {
    let path = folder.file(segment)
    let renamed = unsafe (path + ".new").withCString { from in
      unsafe path.withCString { to in unsafe ck_rename(from, to) }
    }
    if renamed < 0 { throw .system(call: "rename", path: path, code: -renamed) }
    let synced = unsafe folder.path.withCString { unsafe ck_sync_folder($0) }
    if synced < 0 { throw .system(call: "sync", path: folder.path, code: -synced) }
  }

  /// Cuts what is torn off `last` and closes it. Returns the records of the stream so far.
  static func finish(
    _ folder: JournalFolder, _ last: UInt64, _ identity: JournalIdentity,
    _ opening: inout JournalOpening
  ) throws(JournalError) -> UInt64 {
    let path = folder.file(last)
    let verified: JournalVerification
    do {
      verified = try JournalVerification(file: path)
    } catch .header {
      throw .header(segment: last)
    }
    let header = verified.header
    opening.lastSegment = last
    opening.lastStart = header.identity.start
    opening.lastNumbers = verified.lastNumbers
    // A writer that died right after a rotation left its last numbers one segment back.
    if verified.records == 0 && last > 1,
      let before = try? JournalVerification(file: folder.file(last - 1)),
      before.header.identity.start == header.identity.start
    {
      opening.lastNumbers = before.lastNumbers
    }
    if case .corrupt(let offset) = verified.end {
      // After a power loss pages may be missing before pages that made it: all from the hole on is lost.
      // Within one boot nothing explains it.
      let isSameBoot =
        header.identity.bootHigh == identity.bootHigh && header.identity.bootLow == identity.bootLow
      if isSameBoot { throw .corrupt(segment: last, offset: offset) }
    }
    if verified.end == .closed { return header.firstRecord + verified.records }

    let descriptor = unsafe path.withCString { unsafe ck_open($0, 1, 0) }
    if descriptor < 0 { throw .system(call: "open", path: path, code: -descriptor) }
    defer { _ = ck_close(descriptor) }
    if verified.end != .open {
      var size: UInt64 = 0
      if let file = try SegmentFile(path: path) { size = try file.byteCount() }
      opening.cutBytes = size - verified.endOffset
    }
    if ftruncate(descriptor, off_t(verified.endOffset)) != 0 {
      throw .system(call: "ftruncate", path: path, code: errno)
    }
    let frame = endFrame(records: verified.records, cutBytes: opening.cutBytes)
    let written = unsafe frame.withUnsafeBytes { bytes in
      unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(verified.endOffset))
    }
    if written != frame.count { throw .system(call: "write", path: path, code: errno) }
    if fdatasync(descriptor) != 0 { throw .system(call: "fdatasync", path: path, code: errno) }
    return header.firstRecord + verified.records
  }

  private static func endFrame(records: UInt64, cutBytes: UInt64) -> [UInt8] {
    let end = SegmentEnd(records: records, cutBytes: cutBytes)
    let header = RecordHeader(
      .segmentEnd, stage: .recorder, number: 0, at: .now(),
      payloadByteCount: MemoryLayout<SegmentEnd>.size)
    return frame(header, unsafe withUnsafeBytes(of: end) { unsafe [UInt8]($0) })
  }

  /// A frame as bytes.
  static func frame(_ header: RecordHeader, _ payload: [UInt8]) -> [UInt8] {
    let size = FrameLayout.byteCount(payload: payload.count)
    var output: [UInt8] = []
    output.reserveCapacity(size)
    func put(_ value: UInt32) {
      for shift in [0, 8, 16, 24] {
        output.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
      }
    }
    put(UInt32(size))
    put(0)
    unsafe withUnsafeBytes(of: header) { unsafe output.append(contentsOf: $0) }
    output.append(contentsOf: payload)
    output.append(contentsOf: repeatElement(0, count: size - output.count))
    let sum = unsafe CRC32C.ofFrame(output.span.bytes)
    for index in 0..<4 {
      output[4 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(index * 8))
    }
    return output
  }
}
