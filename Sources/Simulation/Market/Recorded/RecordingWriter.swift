// Writer of the raw recording format, one line a frame, bytes untouched; simulation.

import Glibc

/// Appends received public frames to a raw file (`llmtrading record`). Buffered; `flush` or the end writes the rest.
public struct RecordingWriter: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private var buffer: [UInt8] = []
  public private(set) var frames = 0

  /// Written out when more is waiting.
  public static let bufferBytesMax = 1 << 16

  /// Creates the file (mode 0644); an existing one is refused, so that no recording is ever mixed or lost.
  public init(path: String) throws(RecordingError) {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    self.path = path
    if descriptor < 0 { throw .unwritable(path) }
  }

  deinit {
    var rest = buffer[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      if written <= 0 { break }
      rest = rest.dropFirst(written)
    }
    close(descriptor)
  }

  /// A connection was opened at `time`, Unix nanoseconds.
  public mutating func opened(url: String, at time: Int64) throws(RecordingError) {
    buffer.append(text: url)
    buffer.append(text: " <-> ")
    append(time: time)
    try endLine()
  }

  /// A request was sent.
  public mutating func sent(url: String, _ text: [UInt8], at time: Int64) throws(RecordingError) {
    try check(text)
    buffer.append(text: url)
    buffer.append(text: " <- ")
    append(time: time)
    buffer.append(text: ": ")
    buffer.append(contentsOf: text)
    try endLine()
  }

  /// A frame was received. It holds no newline: OKX sends none, and the format has no escape.
  public mutating func received(_ text: [UInt8], at time: Int64) throws(RecordingError) {
    try check(text)
    append(time: time)
    buffer.append(text: ": ")
    buffer.append(contentsOf: text)
    frames += 1
    try endLine()
  }

  public mutating func flush() throws(RecordingError) {
    var start = 0
    while start < buffer.count {
      let written = unsafe buffer[start...].withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { throw .unwritable(path) }
      start += written
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func check(_ text: [UInt8]) throws(RecordingError) {
    if text.contains(0x0A) { throw .malformedFrame(line: frames + 1) }
  }

  private mutating func append(time: Int64) {
    buffer.append(integer: time / 1_000_000_000)
    buffer.append(0x2E)
    let digits = String(time % 1_000_000_000)
    buffer.append(contentsOf: repeatElement(0x30, count: max(0, 9 - digits.utf8.count)))
    buffer.append(text: digits)
  }

  private mutating func endLine() throws(RecordingError) {
    buffer.append(0x0A)
    if buffer.count > RecordingWriter.bufferBytesMax { try flush() }
  }
}
