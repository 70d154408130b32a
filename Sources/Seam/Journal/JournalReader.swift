// Reading a journal while it is written: in order, across segments, from a kept place; seam.

import Quantities

/// A place between two records: kept by who tails, so that each record is taken once.
@frozen
public struct JournalOffset: Hashable, Sendable, BitwiseCopyable, Comparable {
  public var segment: UInt64
  /// Bytes from the start of the segment's file.
  public var offset: UInt64
  public init(segment: UInt64, offset: UInt64) {
    self.segment = segment
    self.offset = offset
  }
  public static func < (a: JournalOffset, b: JournalOffset) -> Bool {
    (a.segment, a.offset) < (b.segment, b.offset)
  }
}

/// One record, copied out of its file.
public struct JournalRecord: Sendable, Equatable {
  public var header: RecordHeader
  public var payload: [UInt8]
  /// Where the record begins, and where reading goes on after it.
  public var place: JournalOffset
  public var next: JournalOffset
  public init(header: RecordHeader, payload: [UInt8], place: JournalOffset, next: JournalOffset) {
    self.header = header
    self.payload = payload
    self.place = place
    self.next = next
  }
  /// Nil for a kind of a later build.
  public var kind: JournalKind? { JournalKind(rawValue: header.kind) }
}

/// One stream's records in the order they were written.
///
/// `next` returns nil where the writer has not come further: ask again later. It waits at an incomplete
/// record, follows rotation, and throws at one that is whole and wrong. An error leaves the reader where
/// it stood, so that asking again after the Recorder cut a torn tail goes on.
public struct JournalReader: ~Copyable {
  public let folder: JournalFolder
  /// Where the next record is looked for.
  public private(set) var place: JournalOffset
  /// Header of the segment of the last record returned.
  public private(set) var header: SegmentHeader?
  /// Records of kinds that this build does not know, skipped.
  public private(set) var unknownRecords: UInt64 = 0

  private var file: SegmentFile?
  private var window: [UInt8] = []
  private var windowStart: UInt64 = 0

  /// Bytes asked of the file at a time, where no record is longer.
  static let windowBytes = 1 << 18

  /// From `start`, or from the oldest segment there is. `.empty` where there is none yet.
  public init(_ folder: JournalFolder, from start: JournalOffset? = nil) throws(JournalError) {
    self.folder = folder
    if let start {
      place = start
      return
    }
    guard let first = try folder.segments().first else { throw .empty }
    place = JournalOffset(segment: first, offset: UInt64(SegmentHeader.byteCount))
  }

  public mutating func next() throws(JournalError) -> JournalRecord? {
    while true {
      guard try open() else { return nil }
      switch try state() {
      case .whole(let byteCount):
        let index = Int(place.offset - windowStart)
        let header = SegmentScan.header(window, at: index)
        if header.kind == JournalKind.segmentEnd.rawValue {
          if !folder.exists(place.segment + 1) { return nil }
          turnPage()
          continue
        }
        let began = place
        place.offset += UInt64(byteCount)
        if JournalKind(rawValue: header.kind) == nil {
          unknownRecords += 1
          continue
        }
        return JournalRecord(
          header: header, payload: SegmentScan.payload(window, at: index), place: began,
          next: place)
      case .incomplete:
        // A later segment means that nobody will complete this one.
        if !folder.exists(place.segment + 1) { return nil }
        window = []
        if try state() != .incomplete { continue }
        if try file!.byteCount() > place.offset {
          throw .corrupt(segment: place.segment, offset: place.offset)
        }
        turnPage()
      case .wrong:
        throw .corrupt(segment: place.segment, offset: place.offset)
      }
    }
  }

  private mutating func turnPage() {
    place = JournalOffset(segment: place.segment + 1, offset: UInt64(SegmentHeader.byteCount))
    file = nil
    header = nil
    window = []
  }

  /// Opens the segment at `place` and reads its header; false where it is not there yet.
  private mutating func open() throws(JournalError) -> Bool {
    if file != nil { return true }
    let path = folder.file(place.segment)
    guard let opened = try SegmentFile(path: path) else {
      let present = try folder.segments()
      if let last = present.last, last > place.segment { throw .gone(segment: place.segment) }
      return false
    }
    var bytes: [UInt8] = []
    try opened.read(at: 0, count: SegmentHeader.byteCount, into: &bytes)
    guard let header = SegmentHeader(bytes), header.segment == place.segment,
      header.stream == folder.stream
    else { throw .header(segment: place.segment) }
    self.header = header
    file = consume opened
    window = []
    if place.offset < UInt64(SegmentHeader.byteCount) {
      place.offset = UInt64(SegmentHeader.byteCount)
    }
    return true
  }

  /// What stands at `place`; the window is read anew until it holds the whole frame or the file's end.
  private mutating func state() throws(JournalError) -> FrameState {
    if let index = windowIndex() {
      if case .whole(let count) = SegmentScan.state(window, at: index) {
        return .whole(byteCount: count)
      }
    }
    // What the window lacks or shows as wrong may be complete in the file by now.
    try fill(JournalReader.windowBytes)
    var found = SegmentScan.state(window, at: 0)
    if found == .incomplete && window.count >= 4 {
      let length = Int(SegmentScan.word(window, 0))
      if length > window.count && length <= FrameLayout.byteCountMax
        && window.count == JournalReader.windowBytes
      {
        try fill(length)
        found = SegmentScan.state(window, at: 0)
      }
    }
    if found == .wrong {
      // A copy may overtake the writer: the length seen, the bytes before it not yet. The second copy
      // begins after the length was seen, so it holds everything that was stored before it.
      try fill(max(JournalReader.windowBytes, window.count))
      found = SegmentScan.state(window, at: 0)
    }
    return found
  }

  private func windowIndex() -> Int? {
    if place.offset < windowStart { return nil }
    let index = place.offset - windowStart
    return index < UInt64(window.count) ? Int(index) : nil
  }

  private mutating func fill(_ count: Int) throws(JournalError) {
    try file!.read(at: place.offset, count: count, into: &window)
    windowStart = place.offset
  }
}
