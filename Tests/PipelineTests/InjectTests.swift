// A signal by hand during a demo: orders go out and fill, and both sides hold the same account after it.
import Foundation
import Testing

extension Demos {
  @Suite(.serialized)
  struct InjectedSignals {
    @Test(arguments: ["fused", "split"])
    func thePositionArrivesAtTheTarget(_ topology: String) async throws {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let demo = Task.detached {
        try Demo.play(["--seconds", "10", "--no-agents", "--topology", topology], in: folder)
      }
      // Urgency decides who crosses; a passive one may well rest until the end.
      try await inject(["BTC-USDT", "3", "high"], in: folder)
      try await inject(["ETH-USDT", "-2", "high"], in: folder)
      try await inject(["SOL-USDT", "1", "normal"], in: folder)
      let report = try await demo.value
      #expect(report.instruments["BTC-USDT"]?.position == "3")
      #expect(report.instruments["ETH-USDT"]?.position == "-2")
      #expect(report.instruments["SOL-USDT"]?.signals == 1)
      for one in report.instruments.values {
        #expect(one.orders.sent == one.orders.acknowledged + one.orders.rejected)
      }
      report.expectAgreement()
      try expectRecordsBeforeSending(folder)
    }

    /// The door opens a moment after the demo starts.
    private func inject(_ words: [String], in folder: URL) async throws {
      for _ in 0..<150 {
        let (status, _) = try Demo.run(
          Demo.binary(),
          [
            "inject", "--state-dir", folder.path, "--instrument", words[0], "--target=\(words[1])",
            "--urgency", words[2],
          ])
        if status == 0 { return }
        try await Task.sleep(for: .milliseconds(100))
      }
      Issue.record("nobody answered at the door in \(folder.path)")
    }

    /// Every order that the exchange acknowledged was on record before, under the same id.
    private func expectRecordsBeforeSending(_ folder: URL) throws {
      let journal = try Demo.run(
        Demo.binary(), ["journal", "cat", folder.appendingPathComponent("journal").path])
      var ordered: [String: Int64] = [:]
      var acknowledged = 0
      for line in String(decoding: journal.output, as: UTF8.self).split(separator: "\n") {
        let record = try JSONDecoder().decode(Record.self, from: Data(line.utf8))
        guard let id = record.clientOrder, id != "0" else { continue }
        if record.kind == "order" { ordered[id] = record.instant }
        if record.kind == "report" && record.report == "acknowledged" {
          acknowledged += 1
          #expect(try #require(ordered[id]) < record.instant)
        }
      }
      #expect(acknowledged > 0)
      let verified = try Demo.run(
        Demo.binary(), ["journal", "verify", folder.appendingPathComponent("journal").path])
      #expect(verified.status == 0)
    }

    private struct Record: Decodable {
      var kind: String
      var instant: Int64
      var report: String?
      var clientOrder: String?
      enum CodingKeys: String, CodingKey {
        case kind, instant, report
        case clientOrder = "cl_ord_id"
      }
    }
  }
}
