// The fault script on a recording at full speed: every broken chain is seen at once and healed by a snapshot.
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
    /// Faults that break a chain, by instrument: each is one gap, no more and no less.
    private static let gaps = [
      "ELON-USDT": 4, "UNI-USD-SWAP": 1, "ZEN-USDT": 1, "ETH-USD-220228-3000-C": 1,
      "ETH-USD-220624-20000-C": 1,
    ]

    @Test(arguments: ["fused", "split"], ["uring", "epoll"])
    func brokenChainsAreSeenAtTheNextMessage(_ topology: String, _ transport: String) throws {
      guard let file = Demo.recording("okx-2022-02-books-l2-tbt.raw") else { return }
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let script = folder.appendingPathComponent("faults")
      try FaultsOnARecording.script.write(to: script, atomically: true, encoding: .utf8)
      let report = try Demo.play(
        [
          "--recording", file, "--speed", "max", "--faults", script.path, "--topology", topology,
          "--transport", transport,
        ], in: folder)
      for (id, one) in report.instruments {
        #expect(one.book.gap == FaultsOnARecording.gaps[id] ?? 0, "\(id)")
        // An update taken across a break would fail its recorded checksum.
        #expect(one.checksum.failed == 0, "\(id)")
        #expect(one.checksum.verified > 0, "\(id)")
      }
      #expect(report.instruments["ELON-USDT"]?.book.reset == 1)
      #expect(report.instruments["UNI-USD-SWAP"]?.book.reset == 1)
      #expect(report.faults["sequenceGap"] == 8)
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
