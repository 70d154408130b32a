// The segment files of a folder: their names, their order; seam.

import CKernel
import Glibc

/// Where a stream's segments lie: `trade-0000000001.journal` and on.
public struct JournalFolder: Sendable, Hashable {
  public var path: String
  public var stream: JournalStream
  public init(path: String, stream: JournalStream) {
    self.path = path
    self.stream = stream
  }

  public func file(_ segment: UInt64) -> String {
    let digits = String(segment)
    let zeros = String(repeating: "0", count: max(0, 10 - digits.utf8.count))
    return "\(path)/\(stream.name)-\(zeros)\(digits).journal"
  }

  /// A segment's worth of disk kept aside for the day the disk is full.
  public var reserve: String { "\(path)/\(stream.name)-reserve" }

  /// Numbers of the segments present, ascending.
  public func segments() throws(JournalError) -> [UInt64] {
    guard let folder = unsafe opendir(path) else {
      throw .system(call: "opendir", path: path, code: errno)
    }
    defer { unsafe _ = closedir(folder) }
    var found: [UInt64] = []
    while let entry = unsafe readdir(folder) {
      // SAFETY: the kernel ends d_name with a zero inside the entry, which lives until the next readdir.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if let number = segment(of: name) { found.append(number) }
    }
    return found.sorted()
  }

  /// The number in a file's name, or nil for other files.
  func segment(of name: String) -> UInt64? {
    let prefix = stream.name + "-"
    let suffix = ".journal"
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    if digits.count < 10 || !digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  public func exists(_ segment: UInt64) -> Bool { unsafe access(file(segment), F_OK) == 0 }
}

/// A file opened for reading by offset.
struct SegmentFile: ~Copyable {
  let descriptor: Int32
  let path: String

  /// Nil where there is no such file.
  init?(path: String) throws(JournalError) {
    let opened = unsafe path.withCString { unsafe ck_open($0, 0, 0) }
    if opened == -ENOENT { return nil }
    if opened < 0 { throw .system(call: "open", path: path, code: -opened) }
    var status = stat()
    let isFile = unsafe fstat(opened, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    if !isFile {
      _ = ck_close(opened)
      // A folder says that it is 2^63 bytes long.
      throw .system(call: "open", path: path, code: EISDIR)
    }
    descriptor = opened
    self.path = path
  }

  deinit { _ = ck_close(descriptor) }

  /// At most `count` bytes from `offset`; fewer at the end of the file.
  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) throws(JournalError) {
    buffer.removeAll(keepingCapacity: true)
    var done = 0
    var failure: Int32 = 0
    buffer = unsafe [UInt8](unsafeUninitializedCapacity: count) { memory, initialised in
      while done < count {
        let got = unsafe pread(
          descriptor, memory.baseAddress! + done, count - done, off_t(offset) + off_t(done))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        done += got
      }
      initialised = done
    }
    if failure != 0 { throw .system(call: "read", path: path, code: failure) }
  }

  func byteCount() throws(JournalError) -> UInt64 {
    let end = lseek(descriptor, 0, SEEK_END)
    if end < 0 { throw .system(call: "lseek", path: path, code: errno) }
    return UInt64(end)
  }
}
