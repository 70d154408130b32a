// A simulated exchange behind a front that is busy when a test says so; both on loopback.

import Account
import Exchange
import Foundation
import Logging
import OKX
import Quantities
import Testing

/// The exchange in this process, the front in Tests/Peers/exchange/busy.py.
struct BusyExchange: Sendable {
  let server: ExchangeServer
  let rest: RESTClient
  let table: InstrumentTable

  /// Two spot pairs and a swap; the market stands still, so that figures can be compared.
  static func run(
    _ body: (BusyExchange) async throws -> Void
  ) async throws {
    let folder = NSTemporaryDirectory() + "llmtrading-core-" + UUID().uuidString
    var options = ExchangeOptions(
      stateDirectory: folder,
      market: .generated(instruments: 2, messagesPerSecond: 300, seed: 21))
    options.plaintext = true
    options.swaps = 1
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = ExchangeServer(options)
    let port = try await server.start()
    let (front, process, input) = try startFront(before: port)
    defer {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    let keys = AcceptedKey.simulated
    let rest = try RESTClient(
      base: "http://127.0.0.1:\(front)",
      key: APIKey(key: keys.key, secret: keys.secret, passphrase: keys.passphrase))
    var failure: (any Error)?
    do {
      var catalog = InstrumentCatalog()
      for type in ["SPOT", "SWAP"] {
        try catalog.add(body: try await rest.get("/api/v5/public/instruments?instType=\(type)"))
      }
      let exchange = BusyExchange(
        server: server, rest: rest,
        table: try catalog.table(["BTC-USDT", "ETH-USDT", "BTC-USDT-SWAP"]))
      try await body(exchange)
    } catch { failure = error }
    await rest.shutdown()
    await server.stop()
    if let failure { throw failure }
  }

  private static func startFront(before port: Int) throws -> (Int, Process, Pipe) {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", root + "/Peers/exchange/busy.py", "\(port)"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let front = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    return (front, process, input)
  }

  struct Busy: Codable {
    /// 0 hangs up without a word.
    var status: Int
    var body = ""
    var count = 1
    /// Of the requests that are answered so: a prefix.
    var path = "/"
  }

  /// The next requests are answered so, in this order for each path.
  func say(_ answers: Busy...) async throws {
    for answer in answers {
      _ = try await rest.postSigned("/busy", body: try JSONEncoder().encode(answer))
    }
  }

  /// Paths without their queries that were asked so far, by how often.
  func asked() async throws -> [String: Int] {
    let paths = try JSONDecoder().decode([String].self, from: try await rest.plain("/asked"))
    return Dictionary(paths.map { (String($0.prefix { $0 != "?" }), 1) }, uniquingKeysWith: +)
  }

  func id(_ name: String) throws -> InstrumentID {
    let symbol = try #require(Symbol(name))
    return try #require(table.find(symbol))
  }

  /// Places an order as somebody beside the core would.
  func order(_ fields: [String: String]) async throws {
    let body = try JSONEncoder().encode(fields)
    let reply = try await rest.postSigned("/api/v5/trade/order", body: body)
    #expect(String(decoding: reply, as: UTF8.self).contains("\"sCode\":\"0\""))
  }

  func buy(_ name: String, _ size: String, mode: String = "cash", as client: String = "")
    async throws
  {
    var fields = [
      "instId": name, "tdMode": mode, "side": "buy", "ordType": "market", "sz": size,
      "tgtCcy": "base_ccy",
    ]
    if !client.isEmpty { fields["clOrdId"] = client }
    try await order(fields)
  }

  /// Far from the market, so that it rests.
  func rest(_ name: String, price: String, as client: String) async throws {
    var fields = [
      "instId": name, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": price,
      "sz": "0.01",
    ]
    if !client.isEmpty { fields["clOrdId"] = client }
    try await order(fields)
  }

  func working() async throws -> [OrderUpdateName] {
    struct Envelope: Decodable { var data: [OrderUpdateName] }
    let body = try await rest.getSigned("/api/v5/trade/orders-pending")
    return try JSONDecoder().decode(Envelope.self, from: body).data
  }

  struct OrderUpdateName: Decodable, Equatable {
    var instId: String
    var clOrdId: String
  }
}

/// Log lines, kept.
final class LogBook: @unchecked Sendable {
  // SAFETY: the lock guards the lines.
  private let lock = NSLock()
  private var kept: [(level: Logger.Level, text: String)] = []

  var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

  func lines(_ level: Logger.Level) -> [String] {
    lock.withLock { kept.filter { $0.level == level }.map(\.text) }
  }

  private func keep(_ level: Logger.Level, _ text: String) {
    lock.withLock { kept.append((level, text)) }
  }

  private struct Handler: LogHandler {
    let book: LogBook
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
      book.keep(event.level, "\(event.message) \(event.metadata ?? [:])")
    }
  }
}

/// Waits until `isDone`, at most so long.
func eventually(
  seconds: Double = 20, _ isDone: () async throws -> Bool
) async throws -> Bool {
  let end = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < end {
    if try await isDone() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}
