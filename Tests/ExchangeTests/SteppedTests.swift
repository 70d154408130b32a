// The exchange stepped by hand: no socket, no thread, a clock that the test sets.

import Crypto
import Exchange
import Foundation
import Logging
import Market
import Testing

/// Both clocks stand still until the test moves them.
private final class SetClock: ExchangeClock {
  var nanoseconds: Int64 = 1_000_000_000
  /// 2026-08-01 00:00:00 UTC when `nanoseconds` was one second.
  static let wallMicroseconds: Int64 = 1_785_542_400_000_000

  func monotonic() -> Int64 { nanoseconds }
  func wallMicroseconds() -> Int64 {
    SetClock.wallMicroseconds + (nanoseconds - 1_000_000_000) / 1_000
  }
}

/// Keeps what it is sent.
private final class HeldPeer: Peer {
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
}

private struct Bench {
  let clock = SetClock()
  let exchange: SimulatedExchange

  init() throws {
    var options = ExchangeOptions(
      stateDirectory: "",
      market: .generated(instruments: 2, messagesPerSecond: 200, seed: 5))
    options.requestsPerHour = 0
    var number: UInt32 = 0x1000_0000
    exchange = try SimulatedExchange(
      options: options,
      source: GeneratedMarket(
        instruments: 2, seed: 5, messagesPerSecond: 200, start: clock.wallMicroseconds() / 1_000),
      script: FaultScript(), clock: clock, logger: Logger(label: "test")
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

  func logIn(_ peer: HeldPeer) {
    let keys = AcceptedKey.simulated
    let stamp = String(clock.wallMicroseconds() / 1_000_000)
    let code = HMAC<SHA256>.authenticationCode(
      for: Data((stamp + "GET/users/self/verify").utf8),
      using: SymmetricKey(data: Data(keys.secret.utf8)))
    receive(
      #"{"op":"login","args":[{"apiKey":"\#(keys.key)","passphrase":"\#(keys.passphrase)","timestamp":"\#(stamp)","sign":"\#(Data(code).base64EncodedString())"}]}"#,
      on: peer)
  }

  func get(_ target: String) -> HTTPReply {
    exchange.answer(
      HTTPRequest(method: "GET", target: target, headers: [], body: [], address: "127.0.0.1"))
  }
}

private let books = #"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#

@Suite struct SteppedTests {
  @Test func nothingMovesBetweenTwoSteps() throws {
    let bench = try Bench()
    bench.advance(by: 1_000_000_000)
    let peer = bench.opened(.public)
    bench.receive(books, on: peer)
    let first = try peer.take()
    #expect(first.count == 2 && first[0].contains("\"subscribe\""))
    #expect(first[1].contains("\"snapshot\""))
    bench.exchange.settled()
    #expect(peer.frames.isEmpty)
    bench.advance(by: 500_000_000)
    let later = try peer.take()
    #expect(later.count > 10 && later.allSatisfy { $0.contains("\"update\"") })
    bench.receive("ping", on: peer)
    #expect(try peer.take() == ["pong"])
  }

  @Test func anOrderFillsAndIsTold() throws {
    let bench = try Bench()
    bench.advance(by: 1_000_000_000)
    let peer = bench.opened(.private)
    bench.logIn(peer)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"}]}"#,
      on: peer)
    #expect(try peer.take().contains { $0.contains("\"login\"") && $0.contains("\"code\":\"0\"") })
    let rows = bench.get("/api/v5/public/instruments?instType=SPOT&instId=BTC-USDT").body
    let code = try #require(
      rows.split(separator: ",").first { $0.hasPrefix("\"instIdCode\":") }?.dropFirst(13))
    bench.receive(
      #"{"id":"7","op":"order","args":[{"instIdCode":\#(code),"tdMode":"cash","side":"buy","ordType":"ioc","px":"99999","sz":"0.001","clOrdId":"5"}]}"#,
      on: peer)
    let told = try peer.take()
    #expect(told.first?.contains("\"sCode\":\"0\"") == true, "the reply comes before the push")
    #expect(told.dropFirst().contains { $0.contains("\"state\":\"filled\"") })
    #expect(!told.contains { $0.contains("\"event_update\"") })
    bench.advance(by: 50_000_000)
    #expect(try peer.take().contains { $0.contains("\"event_update\"") }, "after 50 ms")
  }

  @Test func twoRunsSayTheSame() throws {
    func run() throws -> [[ServerFrame]] {
      let bench = try Bench()
      let peers = [bench.opened(.public), bench.opened(.private), bench.opened(.public)]
      bench.logIn(peers[1])
      for channel in ["books", "trades", "bbo-tbt", "tickers", "index-tickers", "mark-price"] {
        for name in ["BTC-USDT", "ETH-USDT"] {
          let text = #"{"op":"subscribe","args":[{"channel":"\#(channel)","instId":"\#(name)"}]}"#
          for peer in [peers[0], peers[2]] { bench.receive(text, on: peer) }
        }
      }
      bench.receive(
        #"{"op":"subscribe","args":[{"channel":"account"},{"channel":"positions","instType":"ANY"}]}"#,
        on: peers[1])
      for _ in 0..<20 {
        bench.advance(by: 300_000_000)
        for peer in peers { bench.receive("ping", on: peer) }
      }
      return peers.map(\.frames)
    }
    let (first, second) = (try run(), try run())
    #expect(first.map(\.count) == second.map(\.count) && first[0].count > 500)
    #expect(first == second)
  }

  @Test func whoSaysNothingIsClosed() throws {
    let bench = try Bench()
    let peer = bench.opened(.private)
    bench.advance(by: 29_000_000_000)
    #expect(peer.isOpen)
    bench.advance(by: 2_000_000_000)
    #expect(peer.closed?.number == 4004)
    var isDrained = false
    bench.exchange.closed(peer)
    bench.exchange.stop { isDrained = true }
    #expect(isDrained)
  }
}
