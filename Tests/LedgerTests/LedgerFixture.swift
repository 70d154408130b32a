// A ledger in a folder of its own, and records to put into it.
import Foundation
import GRDB
import Ledger

final class LedgerFixture {
  let folder: String
  let ledger: Ledger
  var path: String { folder + "/ledger.sqlite" }

  init() throws {
    folder = try LedgerFixture.freshFolder()
    ledger = try Ledger(path: folder + "/ledger.sqlite")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What a query that is not the ledger's own says of its file.
  func count(_ sql: String) throws -> Int {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read {
      try Int.fetchOne($0, sql: sql) ?? -1
    }
  }

  func texts(_ sql: String) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration).read {
      try String.fetchAll($0, sql: sql)
    }
  }

  /// Writes what no journal holds.
  func write(_ body: @Sendable (Database) throws -> Void) throws {
    try DatabaseQueue(path: path).write(body)
  }

  static func freshFolder() throws -> String {
    let folder = NSTemporaryDirectory() + "ledger-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    return folder
  }

  static func trace(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 32 - digits.utf8.count) + digits
  }

  static func record(
    _ agent: String = "macro_trader", cycle: Int64 = 1, instrument: String = "BTC-USDT",
    at: Int64 = 1_000, trace: Int = 1
  ) -> DecisionRecord {
    var record = DecisionRecord(
      cycle: cycle, traceID: LedgerFixture.trace(trace), spanID: "00000000000000aa", agentID: agent,
      instrument: instrument, startedAt: at - 5, endedAt: at, outcome: .valid, source: "local")
    record.conclusion = "hold what there is"
    record.inputSummary = "60 bars"
    record.renderedPrompt = "You trade."
    record.rawReply = "{\"stance\": 10}"
    record.output = "{\"stance\":10}"
    return record
  }
}
