// The trade journal of a history's starts, on disk as the Recorder leaves it.

import Channels
import Core
import Foundation
import Journal
import Market
import Quantities
import StageBench

/// Removed with the last reference to it.
final class HistoryJournal {
  private let folder: URL
  /// As an older program left it: how far fills were read is on no record.
  private let hasCursors: Bool

  init(hasCursors: Bool) throws {
    self.hasCursors = hasCursors
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("history-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// One start that began at `moment`: its table, then what its stages said.
  func write(
    _ records: [StageID: [[UInt8]]], of start: UInt32, _ instruments: [Instrument],
    begunAt moment: Moment
  ) throws {
    var settings = JournalSettings()
    settings.segmentBytes = 1 << 18
    settings.durability = .none
    settings.clocks = ClockPair(
      monotonic: moment.instant, wallNanoseconds: moment.wall.milliseconds * 1_000_000)
    var writer = try JournalWriter(
      JournalFolder(path: folder.path, stream: .trade),
      identity: JournalIdentity(
        build: Digest32([1]), configuration: Digest32([2]), environment: .simulated, start: start),
      settings: settings)
    for item in instruments {
      try writer.append(.instrument, InstrumentRecord(item), at: moment.instant)
    }
    for stage in [StageID.builder(), .gate, .sender] {
      for bytes in records[stage] ?? [] {
        let header = unsafe bytes.span.bytes.unsafeLoadUnaligned(as: RecordHeader.self)
        if header.kind == JournalKind.fillCursor.rawValue && !hasCursors { continue }
        try unsafe writer.append(header, bytes.span.bytes.extracting(RecordHeader.byteCount...))
      }
    }
    try writer.close()
  }

  func memory() throws -> JournalMemory { try JournalMemory(folder: folder.path) }
}
