// An exchange that answers what it is told: Tests/Peers/exchange/hostile.py, with a swap and a spot pair.

import Account
import Exchange
import Foundation
import OKX
import Quantities
import Testing

struct HostileExchange: Sendable {
  let rest: RESTClient
  let reader: AccountReader
  let table: InstrumentTable

  static func run(_ body: (HostileExchange) async throws -> Void) async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", root + "/Peers/exchange/hostile.py"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer { try? input.fileHandleForWriting.close() }
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    let keys = AcceptedKey.simulated
    let rest = try RESTClient(
      base: "http://127.0.0.1:\(port)",
      key: APIKey(key: keys.key, secret: keys.secret, passphrase: keys.passphrase))
    var catalog = InstrumentCatalog()
    try catalog.add(body: Data(envelope(instruments.joined(separator: ",")).utf8))
    let table = try catalog.table(["BTC-USDT-SWAP", "BTC-USDT"])
    let exchange = HostileExchange(
      rest: rest, reader: AccountReader(rest: rest, instruments: table), table: table)
    do {
      try await body(exchange)
    } catch {
      await rest.shutdown()
      throw error
    }
    await rest.shutdown()
  }

  /// Ticks of 0.1; lots of 0.01 contracts, and of 0.0001 bitcoin.
  static let instruments = [
    """
    {"instId":"BTC-USDT-SWAP","instType":"SWAP","instIdCode":5,\
    "baseCcy":"","quoteCcy":"","settleCcy":"USDT","ctVal":"0.01","ctMult":"1","ctValCcy":"BTC",\
    "ctType":"linear","tickSz":"0.1","lotSz":"0.01","minSz":"0.01","maxLmtSz":"1000",\
    "lever":"100","state":"live","instFamily":"BTC-USDT","uly":"BTC-USDT"}
    """,
    """
    {"instId":"BTC-USDT","instType":"SPOT","instIdCode":6,\
    "baseCcy":"BTC","quoteCcy":"USDT","settleCcy":"","ctVal":"","ctMult":"","ctValCcy":"",\
    "ctType":"","tickSz":"0.1","lotSz":"0.0001","minSz":"0.0001","maxLmtSz":"1000",\
    "lever":"10","state":"live","instFamily":"","uly":""}
    """,
  ]

  static func envelope(_ rows: String) -> String {
    "{\"code\":\"0\",\"msg\":\"\",\"data\":[\(rows)]}"
  }

  struct Answer: Codable {
    /// A part of the path, or of the body that is posted to it.
    var when: String
    var body: String
    var status = 200
  }

  /// All requests are answered so.
  func say(_ text: String) async throws {
    _ = try await rest.postSigned("/body", body: Data(text.utf8))
  }

  func sayRows(_ rows: String...) async throws {
    try await say(HostileExchange.envelope(rows.joined(separator: ",")))
  }

  /// The first answer that fits.
  func say(_ answers: [Answer]) async throws {
    _ = try await rest.postSigned("/answers", body: try JSONEncoder().encode(answers))
  }

  func asked() async throws -> [String] {
    try JSONDecoder().decode([String].self, from: try await rest.plain("/asked"))
  }

  var swap: InstrumentID { InstrumentID(index: 0) }
  var spot: InstrumentID { InstrumentID(index: 1) }
}

/// A documented row with some members changed; nil leaves one out, and a value that opens with `=` is written as it is.
func row(_ base: [String: String], _ changes: [String: String?] = [:]) -> String {
  var members = base
  for (key, value) in changes { members[key] = value }
  return "{"
    + members.sorted { $0.key < $1.key }.map { key, value in
      "\"\(key)\":" + (value.hasPrefix("=") ? String(value.dropFirst()) : "\"\(value)\"")
    }.joined(separator: ",") + "}"
}
