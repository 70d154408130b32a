// Equity on record: once a second, after every fill, and at the end what the exchange itself says.
import Foundation
import Testing

extension Demos {
  @Suite(.serialized)
  struct AccountOnRecord {
    /// Two cores serve both sides and other tests' builds: a second may be late by this much.
    private static let lateNanoseconds: Int64 = 900_000_000
    private static let second: Int64 = 1_000_000_000

    @Test func equityIsOnRecordEachSecondAndAfterEachFill() throws {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let report = try Demo.play(
        ["--seconds", "14", "--generate", "3", "--rate", "400", "--seed", "5"], in: folder)
      let records = try journal(folder)
      let account = records.filter { $0.kind == "account" }
      let asked = account.filter { $0.reconciled == true }.map(\.wall)
      #expect(asked.count >= 11)
      for (one, next) in zip(asked, asked.dropFirst().dropLast()) {
        #expect(next - one < AccountOnRecord.second + AccountOnRecord.lateNanoseconds)
      }
      let fills = records.filter { $0.kind == "report" && $0.report == "fill" }
      #expect(fills.count > 0, "the scripted source trades")
      for fill in fills {
        let next = account.first { $0.wall > fill.wall }
        let pause = (next?.wall ?? .max) - fill.wall
        #expect(pause < AccountOnRecord.lateNanoseconds, "a fill without an account record")
      }
      // Pushes tell of fills before the next second's question does.
      #expect(account.contains { $0.reconciled == false })
      let last = try #require(account.last)
      #expect(last.total == report.exchange.totalEquityUsd)
      for row in account {
        #expect(try decimal(row.total) > 0)
        #expect(row.available == nil, "account level 2 has none (OKX-151)")
      }
    }

    @Test func feesAreOnRecordAndSpotHasNoPositionRow() throws {
      let folder = try Demo.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let report = try Demo.play(
        ["--seconds", "9", "--generate", "2", "--rate", "400", "--seed", "6"], in: folder)
      let records = try journal(folder)
      let fees = records.filter { $0.kind == "feeRate" }
      #expect(Set(fees.compactMap(\.instrument)) == ["BTC-USDT", "ETH-USDT"])
      #expect(fees.allSatisfy { $0.maker == "-0.0008" && $0.taker == "-0.001" })
      #expect(
        report.instruments.values.contains { $0.position != "0" }, "the scripted source trades")
      #expect(!records.contains { $0.kind == "positionDetail" }, "spot has no row (OKX-153)")
    }

    private func decimal(_ text: String?) throws -> Decimal {
      try #require(Decimal(string: text ?? "absent"))
    }

    private func journal(_ folder: URL) throws -> [Record] {
      let output = try Demo.run(
        Demo.binary(), ["journal", "cat", folder.appendingPathComponent("journal").path]
      ).output
      return try String(decoding: output, as: UTF8.self).split(separator: "\n").map {
        try JSONDecoder().decode(Record.self, from: Data($0.utf8))
      }
    }

    private struct Record: Decodable {
      var kind: String
      var wall: Int64
      var report: String?
      var instrument: String?
      var reconciled: Bool?
      var total: String?
      var available: String?
      var maker: String?
      var taker: String?

      enum CodingKeys: String, CodingKey {
        case kind, report, instrument, reconciled
        case wall = "wall_ns"
        case maker = "maker_rate"
        case taker = "taker_rate"
        case total = "total_usd"
        case available = "available_usd"
      }
    }
  }
}
