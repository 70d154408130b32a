// What a start makes of the rings that an earlier one left: taken into the journal when they are this desk's, an alarm when not.

import Channels
import Core
import Foundation
import Glibc
import Journal
import Operations
import Quantities
import Testing

@Suite struct CoreJournalTests {
  let desk: StateDirectory
  private let folder: String

  init() throws {
    folder = "/tmp/core-journal-\(UInt64.random(in: 0 ... .max))"
    desk = try StateDirectory(folder)
  }

  private func journal(_ start: UInt32) -> CoreJournal {
    var settings = JournalSettings()
    settings.segmentBytes = 1 << 20
    settings.durability = .none
    return CoreJournal(
      rings: desk.rings, folder: desk.journalDirectory,
      identity: JournalIdentity(
        build: Digest32([1]), configuration: Digest32([2]), environment: .simulated,
        start: start), trade: settings, market: settings)
  }

  /// A start that recorded a halt, or whatever, and died before its Recorder wrote it; its file's path.
  private func die(_ start: UInt32, _ state: TradingState = .halted) throws -> String {
    let opened = try journal(start).open()
    var door = opened.rings.producer(.door, .trade)
    let record = StateRecord(
      instrument: .none, source: .person, requested: state, inForce: state, before: .active,
      isFlattening: false, isRearm: false, changedAt: WallMilliseconds(milliseconds: 1),
      request: 0)
    #expect(door.record(.state, record, at: .now()) != nil)
    return opened.rings.path
  }

  private func remembered() throws -> TradingState? {
    try JournalMemory(folder: desk.journalDirectory).stops[nil]?[.person]
  }

  private func end(_ paths: String...) {
    for path in paths {
      try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  @Test func whatADeadStartLeftIsTakenOver() throws {
    let path = try die(5)
    #expect(try remembered() == nil)
    let opened = try journal(6).open()
    defer { end(opened.rings.path) }
    #expect(opened.recovered == TelemetryRecovery(start: 5, records: 1))
    #expect(opened.distrusted == nil)
    #expect(opened.rings.path == path, "in the same place, with rings of its own")
    #expect(try remembered() == .halted)
  }

  /// A start that died before it had made its rings leaves those of the one before.
  @Test func aStartThatDiedEarlyHidesNothing() throws {
    let path = try die(5)
    defer { end(path) }
    #expect(try journal(8).open().recovered?.start == 5)
  }

  /// Each of these would write the desk's history, and a rearm would lift its stop.
  @Test func aForgedFileIsAnAlarmAndNothingOfItIsBelieved() throws {
    for forge in CoreJournalTests.forgeries {
      let path = try die(5)
      try forge.act(path)
      let opened = try journal(6).open()
      #expect(opened.recovered == nil, "\(forge.name)")
      #expect(opened.distrusted?.contains(forge.word) == true, "\(opened.distrusted ?? forge.name)")
      #expect(opened.rings.path != path, "the evidence stays where it is")
      #expect(try remembered() == nil, "\(forge.name)")
      // The next start has nothing to be afraid of: the alarm is on record by then.
      var status = stat()
      let found = unsafe lstat(path, &status)
      #expect(found == 0)
      #expect(try journal(7).open().distrusted == nil)
      end(path, opened.rings.path)
      _ = try StateDirectory(folder)
    }
    end()
  }

  private struct Forgery: Sendable {
    var name: String
    var word: String
    var act: @Sendable (String) throws -> Void
  }

  private static let forgeries = [
    Forgery(name: "of another start", word: "start 4 and not of 5") { try forge($0, start: 4) },
    Forgery(name: "of a later start", word: "start 6 and not of 5") { try forge($0, start: 6) },
    Forgery(name: "no rings at all", word: "no header") {
      try write(Data(repeating: 7, count: 8_192), $0)
    },
    Forgery(name: "short", word: "shorter than its header") { try write(Data([1, 2, 3]), $0) },
    Forgery(name: "empty", word: "map") { try write(Data(), $0) },
    Forgery(name: "open to others", word: "has mode 644") { chmod($0, 0o644) },
    Forgery(name: "a link", word: "is not a regular file") {
      unsafe _ = rename($0, $0 + "-real")
      unsafe _ = symlink($0 + "-real", $0)
    },
    Forgery(name: "a folder that others may enter", word: "has mode 755") {
      chmod(($0 as NSString).deletingLastPathComponent, 0o755)
    },
  ]

  private static func chmod(_ path: String, _ mode: mode_t) {
    let done = unsafe Glibc.chmod(path, mode)
    #expect(done == 0)
  }

  private static func write(_ data: Data, _ path: String) throws {
    try data.write(to: URL(fileURLWithPath: path))
    chmod(path, 0o600)
  }

  /// Whole, sound, and a rearm inside: made by a desk of somebody else's.
  private static func forge(_ path: String, start: UInt32) throws {
    let file = try TelemetryFile(
      creating: path,
      identity: JournalIdentity(
        build: Digest32([1]), configuration: Digest32([2]), environment: .simulated,
        start: start),
      plans: [TelemetryPlan(stage: .door, stream: .trade, capacity: 1 << 16)])
    var door = file.producer(.door, .trade)
    let record = StateRecord(
      instrument: .none, source: .person, requested: .active, inForce: .active,
      before: .halted, isFlattening: false, isRearm: true,
      changedAt: WallMilliseconds(milliseconds: 1), request: 0)
    #expect(door.record(.state, record, at: .now()) != nil)
  }
}
