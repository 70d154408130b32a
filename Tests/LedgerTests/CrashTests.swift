// A writer that is killed at any moment loses nothing that it acknowledged and doubles nothing.
import Foundation
import Journal
import Ledger
import Testing

@Suite struct CrashTests {
  private static let rounds = 20
  private static let tables = [
    "instruments", "signals", "intents", "verdicts", "orders", "reports",
  ]

  /// The product beside this test's binary.
  private var product: String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent(".build/release/llmtrading").path
  }

  @Test func twentyKillsLoseNothingAndDoubleNothing() throws {
    let fixture = try LedgerFixture()
    try fixture.ledger.close()
    let journal = fixture.folder + "/journal"
    try FileManager.default.createDirectory(atPath: journal, withIntermediateDirectories: false)
    var story = try StoryJournal(journal, segmentBytes: 32_768)
    var acknowledged: [(id: Int64, cycle: Int64, text: String)] = []
    var random = SplitMix(state: UInt64(Date().timeIntervalSince1970))
    for round in 0..<CrashTests.rounds {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: product)
      process.arguments = [
        "ledger-writer", fixture.path, "--journal", journal, "--round", String(round),
      ]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      // It is killed after some acknowledgements, while the journal goes on being written.
      let wanted = Int.random(in: 1...30, using: &random)
      var output = Data()
      while output.count(where: { $0 == 0x0A }) < wanted {
        for number in 0..<20 { try story.order(.buy, decision: UInt64(number)) }
        let more = pipe.fileHandleForReading.availableData
        if more.isEmpty { break }
        output += more
      }
      usleep(UInt32.random(in: 0...4_000, using: &random))
      kill(process.processIdentifier, SIGKILL)
      output += pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
        let parts = line.split(separator: " ").compactMap { Int64($0) }
        // The last line may have been cut by the kill.
        if parts.count == 3 {
          acknowledged.append((parts[0], parts[1], "round \(round) number \(parts[2])"))
        }
      }
      #expect(try fixture.count("SELECT count(*) FROM decisions") >= acknowledged.count)
      // What was committed is a beginning of the journal, whole and once.
      let imported = try fixture.count("SELECT coalesce(max(records), 0) FROM journal_cursor")
      #expect(try rows(fixture) == imported, "round \(round)")
    }
    #expect(acknowledged.count >= CrashTests.rounds)
    let ledger = try Ledger(path: fixture.path)
    for item in acknowledged {
      let record = try ledger.record(id: item.id)
      #expect(record?.rawReply == item.text)
      #expect(record?.cycle == item.cycle)
    }
    #expect(
      try fixture.count("SELECT count(*) - count(DISTINCT raw_reply) FROM decision_texts") == 0)
    #expect(try fixture.count("SELECT count(*) - count(DISTINCT cycle) FROM decisions") == 0)
    // Searching finds each of them as well: the words are of the same transaction.
    #expect(
      try fixture.count("SELECT count(*) FROM decisions")
        == fixture.count("SELECT count(*) FROM decision_words WHERE decision_words MATCH 'round'"))
    let written = story.written
    try story.close()
    try Import(ledger, journal).all()
    #expect(try rows(fixture) == written)
    #expect(try fixture.texts("PRAGMA integrity_check") == ["ok"])
  }

  private func rows(_ fixture: LedgerFixture) throws -> Int {
    try fixture.count(
      "SELECT " + CrashTests.tables.map { "(SELECT count(*) FROM \($0))" }.joined(separator: "+"))
  }
}
