// Checking one segment file from the first byte to the last; seam.

/// What a file holds and how it ends.
public struct JournalVerification: Sendable, Equatable {
  public enum End: Sendable, Equatable {
    /// A closing record, and nothing after it.
    case closed
    /// Whole records, then nothing, or room not written yet: a segment in use.
    case open
    /// Bytes of an unfinished record at the end: the Recorder will cut them.
    case torn(offset: UInt64)
    /// Bytes that are no record, with or without records after them.
    case corrupt(offset: UInt64)
  }
  public var header: SegmentHeader
  public var records: UInt64 = 0
  /// Records of kinds that this build does not know.
  public var unknownRecords: UInt64 = 0
  public var lostRecords: UInt64 = 0
  /// Last number of each stage, by its raw value.
  public var lastNumbers: [UInt8: UInt64] = [:]
  /// Places where a stage's number does not follow its last, with no `lost` record to say why.
  public var holes: UInt64 = 0
  public var end: End = .open
  /// Where the next record would stand.
  public var endOffset: UInt64 = 0

  /// Whole, with nothing missing that is not said to be.
  public var isSound: Bool { (end == .closed || end == .open) && holes == 0 }

  /// Reads the file at `path`. Throws where it cannot be read or has no header.
  public init(file path: String) throws(JournalError) {
    guard let file = try SegmentFile(path: path) else {
      throw .system(call: "open", path: path, code: 2)
    }
    var bytes: [UInt8] = []
    try file.read(at: 0, count: Int(try file.byteCount()), into: &bytes)
    guard let header = SegmentHeader(bytes) else { throw .header(segment: 0) }
    self.init(header, bytes)
  }

  init(_ header: SegmentHeader, _ bytes: [UInt8]) {
    self.header = header
    var offset = SegmentHeader.byteCount
    var isClosed = false
    scan: while offset < bytes.count {
      switch SegmentScan.state(bytes, at: offset) {
      case .whole(let count):
        if isClosed {
          end = .corrupt(offset: UInt64(offset))
          break scan
        }
        let record = SegmentScan.header(bytes, at: offset)
        if record.kind == JournalKind.segmentEnd.rawValue {
          isClosed = true
        } else {
          note(record, bytes, offset)
        }
        offset += count
      case .incomplete, .wrong:
        end = tail(bytes, offset, isClosed: isClosed)
        break scan
      }
    }
    if offset == bytes.count { end = isClosed ? .closed : .open }
    endOffset = UInt64(offset)
  }

  private mutating func note(_ record: RecordHeader, _ bytes: [UInt8], _ offset: Int) {
    records += 1
    if JournalKind(rawValue: record.kind) == nil { unknownRecords += 1 }
    let stage = record.stage.rawValue
    if record.kind == JournalKind.lost.rawValue,
      let lost = LostRecord(payload: SegmentScan.payload(bytes, at: offset))
    {
      lostRecords += lost.to &- lost.from &+ 1
      lastNumbers[stage] = max(lastNumbers[stage] ?? 0, lost.to)
      return
    }
    if let last = lastNumbers[stage], record.number != last &+ 1 { holes += 1 }
    lastNumbers[stage] = record.number
  }

  private func tail(_ bytes: [UInt8], _ offset: Int, isClosed: Bool) -> End {
    if isClosed { return .corrupt(offset: UInt64(offset)) }
    if bytes[offset...].allSatisfy({ $0 == 0 }) { return .open }
    if SegmentScan.hasFrame(bytes, after: offset) { return .corrupt(offset: UInt64(offset)) }
    return .torn(offset: UInt64(offset))
  }
}
