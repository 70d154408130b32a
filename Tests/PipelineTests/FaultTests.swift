// The fault script on a recording at full speed: every broken chain is seen at once and healed by a snapshot.
import Fixtures
import Foundation
import Testing

extension Demos {
  @Suite(.serialized)
  struct FaultsOnARecording {
    /// One fault of each kind, on quiet and busy instruments, on the last message and on a snapshot.
    private static let script = """
      at 100 of ELON-USDT drop
      at 300 of ELON-USDT duplicate
      at 500 of ELON-USDT reorder
      at 700 of ELON-USDT gap
      at 900 of ELON-USDT reset
      at 1000 of ELON-USDT heartbeat
      at 1100 of ELON-USDT garbage
      at 1300 of ELON-USDT disconnect
      at 200 of UNI-USD-SWAP drop
      at 200 of UNI-USD-SWAP drop-snapshot
      at 600 of UNI-USD-SWAP reset
      at 396 of ZEN-USDT drop
      at 4 of ETH-USD-220228-3000-C drop
      at 2 of ETH-USD-220624-20000-C reorder
      """
    /// The same on the made recording.
    private static let madeScript = """
      at 20 of MOON-USDT drop
      at 40 of MOON-USDT duplicate
      at 60 of MOON-USDT reorder
      at 80 of MOON-USDT gap
      at 100 of MOON-USDT reset
      at 110 of MOON-USDT heartbeat
      at 120 of MOON-USDT garbage
      at 140 of MOON-USDT disconnect
      at 30 of UNI-USD-SWAP drop
      at 30 of UNI-USD-SWAP drop-snapshot
      at 100 of UNI-USD-SWAP reset
      at 111 of BTC-USDT drop
      at 2 of ETH-USD-220429-1900-P reorder
      """
    private static let madeGaps = [
      "MOON-USDT": 4, "UNI-USD-SWAP": 1, "BTC-USDT": 1, "ETH-USD-220429-1900-P": 1,
    ]
    /// Faults that break a chain, by instrument: each is one gap, no more and no less.
    private static let gaps = [
      "ELON-USDT": 4, "UNI-USD-SWAP": 1, "ZEN-USDT": 1, "ETH-USD-220228-3000-C": 1,
      "ETH-USD-220624-20000-C": 1,
    ]

    @Test(.recorded, arguments: ["fused", "split"], ["uring", "epoll"])
    func brokenChainsAreSeenAtTheNextMessage(_ topology: String, _ transport: String) throws {
      let report = try play(
        Recordings.file("recordings/okx-2022-02-books-l2-tbt.raw").path,
        FaultsOnARecording.script, topology, transport)
      expectBreaks(report, FaultsOnARecording.gaps, resets: ["ELON-USDT", "UNI-USD-SWAP"])
    }

    @Test(arguments: [("fused", "epoll"), ("split", "uring")])
    func brokenMadeChainsAreSeenAtTheNextMessage(_ topology: String, _ transport: String) throws {
      let report = try play(Made.books.path, FaultsOnARecording.madeScript, topology, transport)
      expectBreaks(report, FaultsOnARecording.madeGaps, resets: ["MOON-USDT", "UNI-USD-SWAP"])
    }

    private func play(
      _ file: String, _ text: String, _ topology: String, _ transport: String
    ) throws -> Report {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let script = folder.appendingPathComponent("faults")
      try text.write(to: script, atomically: true, encoding: .utf8)
      return try Demo.play(
        [
          "--recording", file, "--speed", "max", "--faults", script.path, "--topology", topology,
          "--transport", transport,
        ], in: folder)
    }

    private func expectBreaks(_ report: Report, _ gaps: [String: Int], resets: [String]) {
      for (id, one) in report.instruments {
        #expect(one.book.gap == gaps[id] ?? 0, "\(id)")
        // An update taken across a break would fail its recorded checksum.
        #expect(one.checksum.failed == 0, "\(id)")
        #expect(one.checksum.verified > 0, "\(id)")
      }
      for id in resets { #expect(report.instruments[id]?.book.reset == 1, "\(id)") }
      #expect(report.faults["sequenceGap"] == gaps.values.reduce(0, +))
      #expect(report.faults["snapshotTimeout"] == 1)
      #expect(report.faults["malformedJSON"] == 1)
      #expect(report.faults["connectionLost"] == 1)
      report.expectAgreement()
    }

    /// Generated frames with signals and a fault every few hundred messages: the journal's intents name
    /// only references that were valid.
    @Test func noIntentIsMadeFromAnInvalidBook() throws {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let kinds = ["drop", "gap", "reorder", "reset", "duplicate"]
      let lines = ["BTC-USDT", "ETH-USDT", "SOL-USDT"].flatMap { id in
        (1...30).map { "at \($0 * 60) of \(id) \(kinds[$0 % kinds.count])" }
      }
      let script = folder.appendingPathComponent("faults")
      try lines.joined(separator: "\n").write(to: script, atomically: true, encoding: .utf8)
      let report = try Demo.play(
        ["--seconds", "12", "--faults", script.path, "--generate", "3"], in: folder)
      let gaps = report.instruments.values.map(\.book.gap).reduce(0, +)
      #expect(gaps >= 20, "the script did break chains")
      report.expectAgreement()
      let journal = try Demo.run(
        Demo.binary(), ["journal", "cat", folder.appendingPathComponent("journal").path])
      var intents = 0
      for line in String(decoding: journal.output, as: UTF8.self).split(separator: "\n") {
        let record = try JSONDecoder().decode(Record.self, from: Data(line.utf8))
        if record.kind != "intent" || record.action != "place" { continue }
        intents += 1
        #expect(record.isBookValid == true, "\(line)")
      }
      #expect(intents > 0)
    }

    private struct Record: Decodable {
      var kind: String
      var action: String?
      var isBookValid: Bool?
      enum CodingKeys: String, CodingKey {
        case kind, action
        case isBookValid = "book_valid"
      }
    }
  }
}
