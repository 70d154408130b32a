// An exchange stepped by hand, and what tests ask of it: signed REST calls, rows, pushes.

import Crypto
import Exchange
import Foundation
import Logging
import Market
import Testing

/// Both clocks stand still until the test moves them.
final class SetClock: ExchangeClock {
  var nanoseconds: Int64 = 1_000_000_000
  /// 2026-08-01 00:00:00 UTC when `nanoseconds` was one second.
  static let wallMicroseconds: Int64 = 1_785_542_400_000_000

  func monotonic() -> Int64 { nanoseconds }
  func wallMicroseconds() -> Int64 {
    SetClock.wallMicroseconds + (nanoseconds - 1_000_000_000) / 1_000
  }
}

/// Keeps what it is sent.
final class HeldPeer: Peer {
  let endpoint: Endpoint
  var frames: [ServerFrame] = []
  var isOpen = true
  var lastActivity: Int64 = 0
  var blockedSince: Int64?
  var pendingBytes = 0
  var closed: CloseCode?

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }
  func send(_ frame: ServerFrame) { frames.append(frame) }
  func flush() {}
  func close(_ code: CloseCode) { (closed, isOpen) = (code, false) }
  func abort() { isOpen = false }

  /// The texts since the last call; every frame must be one unmasked text frame with its whole payload.
  func take() throws -> [String] {
    defer { frames.removeAll() }
    return try frames.map { frame in
      let bytes = frame.bytes
      #expect(bytes[0] == 0x81)
      let header = bytes[1] < 126 ? 2 : bytes[1] == 126 ? 4 : 10
      let count = bytes[(header == 2 ? 1 : 2)..<header].reduce(0) { $0 << 8 | Int($1) }
      try #require(bytes.count == header + count)
      return String(decoding: bytes[header...], as: UTF8.self)
    }
  }

  /// The objects since the last call.
  func objects() throws -> [[String: Any]] { try take().map { try parsed($0) } }

  /// The pushes of one channel since the last call; others are forgotten.
  func pushes(_ channel: String) throws -> [[String: Any]] {
    try objects().filter {
      ($0["arg"] as? [String: Any])?["channel"] as? String == channel && $0["data"] != nil
    }
  }

  /// The rows of those pushes.
  func rows(_ channel: String) throws -> [[String: Any]] {
    try pushes(channel).flatMap { $0["data"] as? [[String: Any]] ?? [] }
  }
}

func parsed(_ text: String) throws -> [String: Any] {
  let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
  return try #require(object as? [String: Any])
}

/// Two spot pairs and a swap, a script, clocks that stand still.
struct Bench {
  let clock = SetClock()
  let exchange: SimulatedExchange
  static let swap = "BTC-USDT-SWAP"

  init(
    swaps: Int = 0, script: String = "", _ change: (inout ExchangeOptions) -> Void = { _ in }
  ) throws {
    var options = ExchangeOptions(
      stateDirectory: "", market: .generated(instruments: 2, messagesPerSecond: 200, seed: 5))
    options.requestsPerHour = 0
    options.limitsRequests = false
    change(&options)
    var number: UInt32 = 0x1000_0000
    exchange = try SimulatedExchange(
      options: options,
      source: GeneratedMarket(
        instruments: 2, swaps: swaps, seed: 5, messagesPerSecond: 200,
        start: clock.wallMicroseconds() / 1_000),
      script: FaultScript(text: script), clock: clock, logger: Logger(label: "test")
    ) {
      number += 1
      return number
    }
    exchange.start()
  }

  func opened(_ endpoint: Endpoint) -> HeldPeer {
    let peer = HeldPeer(endpoint)
    peer.lastActivity = clock.nanoseconds
    exchange.opened(peer)
    return peer
  }

  func receive(_ text: String, on peer: HeldPeer) {
    peer.lastActivity = clock.nanoseconds
    exchange.received(Array(text.utf8), on: peer)
    exchange.settled()
  }

  /// Moves the clock on, stopping at whatever is due.
  func advance(by nanoseconds: Int64) {
    let end = clock.nanoseconds + nanoseconds
    while let due = exchange.nextDue, due <= end {
      clock.nanoseconds = max(clock.nanoseconds, due)
      exchange.runDue()
    }
    clock.nanoseconds = end
  }

  /// Hours that nobody lives through: what was due then happens at their end.
  func jump(hours: Int64) {
    clock.nanoseconds += hours * 3_600 * 1_000_000_000
    advance(by: 0)
  }

  func advance(milliseconds: Int64) { advance(by: milliseconds * 1_000_000) }

  private func sign(_ text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(text.utf8), using: SymmetricKey(data: Data(AcceptedKey.simulated.secret.utf8)))
    return Data(code).base64EncodedString()
  }

  func logIn(_ peer: HeldPeer) {
    let keys = AcceptedKey.simulated
    let stamp = String(clock.wallMicroseconds() / 1_000_000)
    let signature = sign(stamp + "GET/users/self/verify")
    receive(
      #"{"op":"login","args":[{"apiKey":"\#(keys.key)","passphrase":"\#(keys.passphrase)","timestamp":"\#(stamp)","sign":"\#(signature)"}]}"#,
      on: peer)
  }

  /// A logged-in private line with the account's three channels, its first frames forgotten.
  func privateLine() throws -> HeldPeer {
    let peer = opened(.private)
    logIn(peer)
    receive(
      #"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"},{"channel":"positions","instType":"ANY"}]}"#,
      on: peer)
    #expect(try peer.take().count >= 6)
    return peer
  }

  // MARK: - REST

  func get(_ target: String) -> HTTPReply { call("GET", target) }

  func call(_ method: String, _ target: String, _ body: String = "") -> HTTPReply {
    let keys = AcceptedKey.simulated
    let seconds = clock.wallMicroseconds() / 1_000_000
    let format = ISO8601DateFormatter()
    format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let stamp = format.string(from: Date(timeIntervalSince1970: Double(seconds)))
    return exchange.answer(
      HTTPRequest(
        method: method, target: target,
        headers: [
          ("OK-ACCESS-KEY", keys.key), ("OK-ACCESS-PASSPHRASE", keys.passphrase),
          ("OK-ACCESS-TIMESTAMP", stamp), ("OK-ACCESS-SIGN", sign(stamp + method + target + body)),
        ], body: Array(body.utf8), address: "127.0.0.1"))
  }

  /// The rows of a call that must succeed.
  func rows(_ target: String) throws -> [[String: Any]] {
    let reply = try parsed(get("/api/v5/" + target).body)
    try #require(reply["code"] as? String == "0", "\(target): \(reply)")
    return try #require(reply["data"] as? [[String: Any]])
  }

  func code(_ target: String) throws -> String {
    try #require(try parsed(get("/api/v5/" + target).body)["code"] as? String)
  }

  /// An order by REST; the reply's only row.
  @discardableResult
  func order(
    _ name: String = "BTC-USDT", _ side: String = "buy", _ type: String = "limit",
    price: String = "", size: String, id: String = "", more: String = ""
  ) throws -> [String: Any] {
    let mode = name.hasSuffix("-SWAP") ? "cross" : "cash"
    let reply = call(
      "POST", "/api/v5/trade/order",
      #"{"instId":"\#(name)","tdMode":"\#(mode)","side":"\#(side)","ordType":"\#(type)","px":"\#(price)","sz":"\#(size)","tgtCcy":"base_ccy","clOrdId":"\#(id)"\#(more)}"#
    )
    advance(by: 0)
    let rows = try parsed(reply.body)["data"] as? [[String: Any]]
    return try #require(rows?.first, "\(reply.body)")
  }

  /// `instIdCode`, as WebSocket requests want it.
  func code(of name: String) throws -> Int {
    let type = name.hasSuffix("-SWAP") ? "SWAP" : "SPOT"
    let row = try #require(
      try rows("public/instruments?instType=\(type)&instId=\(name)").first)
    return try #require(row["instIdCode"] as? Int)
  }

  /// A request on a private line.
  func send(_ operation: String, _ item: String, id: String, on line: HeldPeer) {
    receive(#"{"id":"\#(id)","op":"\#(operation)","args":[{\#(item)}]}"#, on: line)
  }

  /// Far from the market, so that it rests.
  func rest(_ client: String, on line: HeldPeer) throws {
    let code = try code(of: "BTC-USDT")
    send(
      "order",
      #""instIdCode":\#(code),"tdMode":"cash","side":"buy","ordType":"limit","px":"1000","sz":"0.001","clOrdId":"\#(client)""#,
      id: "r" + client, on: line)
  }

  func play(_ script: String) throws { try exchange.play(FaultScript(text: script)) }

  /// Cash by currency.
  func cash() throws -> [String: Double] {
    let details = try rows("account/balance").first?["details"] as? [[String: Any]] ?? []
    return Dictionary(
      uniqueKeysWithValues: try details.map { row in
        (try #require(row["ccy"] as? String), try number(row, "cashBal"))
      })
  }
}

func number(_ row: [String: Any], _ name: String) throws -> Double {
  try #require((row[name] as? String).flatMap(Double.init), "\(name) of \(row)")
}

func text(_ rows: [[String: Any]], _ name: String) -> [String] {
  rows.map { $0[name] as? String ?? "none" }
}
