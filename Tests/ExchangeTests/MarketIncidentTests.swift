// What a fault script does to notices, books and the market's own channels.

import Exchange
import Foundation
import Market
import Testing

@Suite struct MarketIncidentTests {
  private func ready(_ script: String = "") throws -> (Bench, HeldPeer) {
    let bench = try Bench(swaps: 1, script: script)
    bench.advance(milliseconds: 1_000)
    return (bench, try bench.privateLine())
  }

  @Test func aNoticeComesAMinuteAhead() throws {
    let (bench, line) = try ready("at 2000ms of exchange notice")
    bench.advance(milliseconds: 1_000)
    let notice = try #require(try line.objects().first { $0["event"] as? String == "notice" })
    #expect(notice["code"] as? String == "64008")
    for _ in 0..<3 {
      bench.receive("ping", on: line)
      bench.advance(milliseconds: 19_900)
    }
    #expect(line.isOpen)
    bench.advance(milliseconds: 500)
    #expect(!line.isOpen)
  }

  @Test func aNoticeMayBeOfOneLine() throws {
    let (bench, line) = try ready()
    let other = bench.opened(.public)
    bench.receive(#"{"op":"subscribe","args":[{"channel":"status"}]}"#, on: other)
    let id = try #require(try other.objects().first?["connId"] as? String)
    try bench.play("at 0ms of exchange notice \(id)")
    func told(_ line: HeldPeer) throws -> Bool {
      try line.objects().contains { $0["event"] as? String == "notice" }
    }
    #expect(try told(other))
    #expect(try !told(line))
  }

  @Test func aBookIsRenumberedAndStandsStill() throws {
    let (bench, _) = try ready()
    let line = bench.opened(.public)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"}]}"#, on: line)
    try bench.play("at 0ms of exchange renumber BTC-USDT-SWAP")
    bench.advance(milliseconds: 2_000)
    let rows = try line.rows("books-l2-tbt")
    let numbers = rows.compactMap { $0["seqId"] as? Int }
    let before = rows.compactMap { $0["prevSeqId"] as? Int }
    #expect(zip(numbers, before).count { $0 < $1 } == 1, "one reset")
    #expect(Array(before.dropFirst()) == Array(numbers.dropLast()), "the chain goes on")
    try bench.play("at 0ms of exchange still BTC-USDT-SWAP 1000")
    bench.advance(milliseconds: 100)
    _ = try line.take()
    bench.advance(milliseconds: 800)
    #expect(try line.rows("books-l2-tbt").isEmpty)
    bench.advance(milliseconds: 2_000)
    #expect(try !line.rows("books-l2-tbt").isEmpty)
  }

  @Test func aSqueezeIsToldAndAWarningEachSecond() throws {
    let (bench, _) = try ready()
    let line = bench.opened(.public)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"liquidation-orders","instType":"SWAP"},"#
        + #"{"channel":"adl-warning","instType":"SWAP","instFamily":"BTC-USDT"}]}"#, on: line)
    bench.advance(milliseconds: 1_500)
    #expect(try line.rows("adl-warning").isEmpty)
    try bench.play(
      "at 0ms of exchange squeeze BTC-USDT-SWAP\nat 0ms of exchange warn BTC-USDT-SWAP 3000")
    bench.advance(milliseconds: 5_000)
    let frames = try line.objects()
    func rows(_ channel: String) -> [[String: Any]] {
      frames.filter { ($0["arg"] as? [String: Any])?["channel"] as? String == channel }
        .flatMap { $0["data"] as? [[String: Any]] ?? [] }
    }
    #expect(text(rows("liquidation-orders"), "instId").contains("BTC-USDT-SWAP"))
    #expect(text(rows("adl-warning"), "state") == ["warning", "warning", "warning"])
  }
}
