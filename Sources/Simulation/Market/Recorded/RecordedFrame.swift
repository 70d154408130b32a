// One received frame of a recording, taken apart only as far as routing it needs; simulation.

/// Where a frame lies in its file, and what it says it is.
public struct RecordedFrame: Sendable {
  public enum Kind: UInt8, Sendable {
    /// `{"arg":…,"data":…}`
    case push
    /// `{"event":…}`
    case event
    /// Neither: kept and counted.
    case other
  }
  /// Receive time, Unix nanoseconds.
  public var time: Int64
  /// Line in the file, 1 upwards.
  public var line: Int
  public var kind: Kind = .other
  /// The frame's bytes in the file.
  public var range: Range<Int>
  public var channel: String = ""
  public var instrument: String = ""
  /// `snapshot`, `update`, or empty.
  public var action: String = ""
  /// Where the channel's name stands, in the file.
  public var channelRange: Range<Int> = 0..<0
  /// Where the array `data` stands, in the file.
  public var dataRange: Range<Int> = 0..<0

  init(_ bytes: [UInt8], range: Range<Int>, time: Int64, line: Int) {
    self.range = range
    self.time = time
    self.line = line
    var scanner = JSONCursor(bytes, from: range.lowerBound, to: range.upperBound)
    var copy = self
    let isWhole = scanner.object { scanner, key in
      if scanner.equals(key, "arg") {
        return scanner.object { scanner, key in
          guard scanner.equals(key, "channel") || scanner.equals(key, "instId") else {
            return scanner.skip()
          }
          guard let value = scanner.string() else { return false }
          if scanner.equals(key, "channel") {
            copy.channel = scanner.text(value)
            copy.channelRange = value
          } else {
            copy.instrument = scanner.text(value)
          }
          return true
        }
      }
      if scanner.equals(key, "action") {
        guard let value = scanner.string() else { return false }
        copy.action = scanner.text(value)
        return true
      }
      if scanner.equals(key, "event") { copy.kind = .event }
      let start = scanner.peek() == nil ? 0 : scanner.position
      if !scanner.skip() { return false }
      if scanner.equals(key, "data") {
        copy.dataRange = start..<scanner.position
        if copy.kind == .other { copy.kind = .push }
      }
      return true
    }
    if isWhole && scanner.peek() == nil { self = copy }
  }
}
