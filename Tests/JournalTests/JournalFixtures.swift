// Folders on tmpfs, identities and forked children for the tests of the journal.

import Channels
import Glibc
import Journal
import Quantities
import Testing

/// A folder that is removed with its files.
struct Scratch: ~Copyable {
  let path: String

  init(_ name: String) {
    let root = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = "\(root)/journal-\(name)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    unsafe _ = mkdir(path, 0o700)
  }

  deinit {
    if let folder = unsafe opendir(path) {
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        unsafe _ = unlink(path + "/" + name)
      }
      unsafe _ = closedir(folder)
    }
    unsafe _ = rmdir(path)
  }

  var trade: JournalFolder { JournalFolder(path: path, stream: .trade) }
  var market: JournalFolder { JournalFolder(path: path, stream: .market) }
}

func identity(_ start: UInt32 = 7) -> JournalIdentity {
  JournalIdentity(
    build: Digest32(Array("build of the test".utf8)), configuration: Digest32([1, 2, 3]),
    environment: .simulated, start: start)
}

func settings(_ segmentBytes: Int = 1 << 16, total: Int64 = 0) -> JournalSettings {
  var settings = JournalSettings()
  settings.segmentBytes = segmentBytes
  settings.totalBytesMax = total
  settings.durability = .none
  return settings
}

func contents(_ path: String) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY)
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
  let count = unsafe bytes.withUnsafeMutableBytes {
    unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
  }
  return count == bytes.count ? bytes : []
}

func store(_ bytes: some Collection<UInt8>, _ path: String) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  defer { close(descriptor) }
  unsafe Array(bytes).withUnsafeBytes { unsafe _ = write(descriptor, $0.baseAddress, $0.count) }
}

/// All records from `place`, or from the beginning.
func records(
  _ folder: JournalFolder, from place: JournalOffset? = nil
) throws -> [JournalRecord] {
  var reader = try JournalReader(folder, from: place)
  var found: [JournalRecord] = []
  while let record = try reader.next() { found.append(record) }
  return found
}

/// A reader that expectations can hold.
final class Tail {
  private var reader: JournalReader
  init(_ folder: JournalFolder, from place: JournalOffset? = nil) throws {
    reader = try JournalReader(folder, from: place)
  }
  func next() throws -> JournalRecord? { try reader.next() }
  var place: JournalOffset { reader.place }
  var header: SegmentHeader? { reader.header }
  var unknownRecords: UInt64 { reader.unknownRecords }
}

/// fork(2), which Glibc's overlay hides; the child runs `body` until it is killed.
func forkedChild(_ body: () -> Never) -> pid_t? {
  guard let symbol = unsafe dlsym(nil, "fork") else { return nil }
  let fork = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
  let child = fork()
  if child == 0 { body() }
  return child > 0 ? child : nil
}

/// A word in shared memory that a child counts in.
func counter(_ memory: MemoryRegion) -> UInt64 {
  unsafe memory.base.load(as: UInt64.self)
}

func kill9(_ child: pid_t) {
  kill(child, SIGKILL)
  var status: Int32 = 0
  unsafe _ = waitpid(child, &status, 0)
}

extension JournalWriter {
  @discardableResult
  mutating func append(
    _ kind: JournalKind, bytes: [UInt8], at instant: Instant
  ) throws(JournalError) -> JournalOffset {
    try unsafe append(kind, bytes.span.bytes, at: instant)
  }

  @discardableResult
  mutating func append(
    _ kind: JournalKind, text: String, at instant: Instant
  ) throws(JournalError) -> JournalOffset {
    try append(kind, bytes: Array(text.utf8), at: instant)
  }
}
