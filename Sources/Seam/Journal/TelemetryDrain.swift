// From telemetry rings into the journal: the Recorder's work, and its first work after a death; seam.

import Channels
import Quantities

/// The Recorder's end of one ring. A record leaves the ring only after the journal has it, so a kill between
/// the two shows it twice, never not at all; recovery leaves the second one out by its number.
public final class TelemetryDrain {
  public let stage: StageID
  public let stream: JournalStream
  private var ring: ByteConsumer
  /// Entries too short to be records, dropped.
  public private(set) var malformed: UInt64 = 0
  /// Leaves out what is expendable; a `lost` record says which numbers.
  public var isSparing = false
  private var spared: (from: UInt64, to: UInt64)?
  /// Sees each refusal that was put into the journal, to tell people of it.
  public var onRefusal: ((RefusalRecord) -> Void)?

  init(_ ring: consuming ByteConsumer, stage: StageID, stream: JournalStream) {
    self.ring = ring
    self.stage = stage
    self.stream = stream
  }

  /// Appends at most `recordsMax` waiting records to the journal of the ring's stream; returns how many it took.
  /// On an error the record at fault is still in the ring.
  public func drain(
    into writer: inout JournalWriter, recordsMax: Int = 1_024, skippingThrough last: UInt64 = 0,
    flags: RecordFlags = []
  ) throws(JournalError) -> Int {
    var taken = 0
    while taken < recordsMax {
      guard let entry = unsafe ring.peek() else { break }
      if entry.count < RecordHeader.byteCount {
        malformed += 1
      } else {
        var header = unsafe entry.loadUnaligned(as: RecordHeader.self)
        let payload = unsafe UnsafeRawBufferPointer(rebasing: entry[RecordHeader.byteCount...])
        header.flags.formUnion(flags)
        if header.number > last || last == 0 {
          if isSparing, JournalKind(rawValue: header.kind)?.isExpendable == true {
            spared = (spared?.from ?? header.number, header.number)
            ring.release()
            taken += 1
            continue
          }
          try tellSpared(header, into: &writer)
          _ = try unsafe writer.append(header, RawSpan(_unsafeBytes: payload))
          if let onRefusal, header.kind == JournalKind.refusal.rawValue,
            let refusal = RefusalRecord(payload: unsafe [UInt8](payload))
          {
            onRefusal(refusal)
          }
        }
      }
      ring.release()
      taken += 1
    }
    return taken
  }

  private func tellSpared(
    _ next: RecordHeader, into writer: inout JournalWriter
  ) throws(JournalError) {
    guard let (from, to) = spared else { return }
    let lost = LostRecord(stage: stage, from: from, to: to)
    let header = RecordHeader(
      .lost, stage: stage, number: to, at: next.instant,
      payloadByteCount: MemoryLayout<LostRecord>.size)
    let bytes = unsafe withUnsafeBytes(of: lost) { unsafe [UInt8]($0) }
    _ = try unsafe writer.append(header, bytes.span.bytes)
    spared = nil
  }

  /// Bytes waiting, headers included.
  public var backlogByteCount: Int { ring.backlogByteCount }
}

/// What recovery found.
public struct TelemetryRecovery: Sendable, Equatable {
  /// The start whose telemetry it was.
  public var start: UInt32
  /// Records taken over into the journals.
  public var records: Int
  public init(start: UInt32, records: Int) {
    self.start = start
    self.records = records
  }

  /// Drains what a dead start left into the journals, under that start's own identity, durably, then removes
  /// the file. Call before the new start opens its journals.
  public static func run(
    _ file: TelemetryFile, journals folder: String, trade: JournalSettings,
    market: JournalSettings
  ) throws(JournalError) -> TelemetryRecovery {
    var recovery = TelemetryRecovery(start: file.identity.start, records: 0)
    for stream in JournalStream.allCases {
      let drains = file.plans.filter { $0.stream == stream }.map { file.drain($0.stage, stream) }
      if drains.allSatisfy({ $0.backlogByteCount == 0 }) { continue }
      var writer = try JournalWriter(
        JournalFolder(path: folder, stream: stream), identity: file.identity,
        settings: stream == .trade ? trade : market)
      let isSameStart = writer.opening.lastStart == file.identity.start
      let before = writer.records
      for drain in drains {
        let last = isSameStart ? writer.opening.lastNumbers[drain.stage.rawValue] ?? 0 : 0
        while try drain.drain(into: &writer, skippingThrough: last, flags: .recovered) > 0 {}
      }
      recovery.records += Int(writer.records - before)
      try writer.close()
    }
    file.remove()
    return recovery
  }
}
