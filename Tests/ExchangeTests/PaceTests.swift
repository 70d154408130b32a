// When and in which order market pushes come: 100 ms, one order of channels, signs of life, and faults among them.

import Exchange
import Foundation
import Market
import Testing

@Suite struct PaceTests {
  /// OKX's order on one connection (docs/OKX.md OKX-063).
  private static let order = [
    "bbo-tbt", "books-l2-tbt", "books50-l2-tbt", "books", "books-rpi", "books5",
  ]

  private func followed(
    _ channels: [String], script: String = "", of name: String = "BTC-USDT"
  ) throws -> (Bench, HeldPeer) {
    let bench = try Bench(swaps: 1, script: script)
    bench.advance(milliseconds: 10)
    let line = bench.opened(.public)
    for channel in channels {
      bench.receive(
        #"{"op":"subscribe","args":[{"channel":"\#(channel)","instId":"\#(name)"}]}"#, on: line)
    }
    return (bench, line)
  }

  private func channel(_ push: [String: Any]) -> String {
    (push["arg"] as? [String: Any])?["channel"] as? String ?? "none"
  }

  private func data(_ push: [String: Any]) throws -> [String: Any] {
    try #require((push["data"] as? [[String: Any]])?.first)
  }

  @Test func oneEventComesInOneOrder() throws {
    // books-l2-tbt drives books and books50 off its connection: two lines have them all.
    for channels in [Self.order.filter { $0 != "books-l2-tbt" }, ["bbo-tbt", "books-l2-tbt"]] {
      let (bench, line) = try followed(channels.reversed())
      bench.advance(milliseconds: 50)
      _ = try line.take()
      var seen: Set<String> = []
      for _ in 0..<40 {
        bench.advance(milliseconds: 50)
        var ranks: [Int: [Int]] = [:]
        for push in try line.objects() {
          let name = channel(push)
          seen.insert(name)
          let number = try #require(try data(push)["seqId"] as? Int)
          ranks[number, default: []].append(Self.order.firstIndex(of: name) ?? -1)
        }
        #expect(ranks.values.allSatisfy { $0 == $0.sorted() })
      }
      #expect(seen == Set(channels))
    }
  }

  @Test func booksComeEachHundredMilliseconds() throws {
    let (bench, line) = try followed(["books", "books5", "trades"])
    let tick = bench.opened(.public)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"books-l2-tbt","instId":"BTC-USDT"}]}"#, on: tick)
    _ = try (line.take(), tick.take())
    var times: [String: [Int]] = [:]
    var last = -1
    var ticks = 0
    for millisecond in 1...3_000 {
      bench.advance(milliseconds: 1)
      var newest = last
      for push in try tick.objects() {
        newest = try #require(try data(push)["seqId"] as? Int)
        ticks += 1
      }
      for push in try line.objects() {
        times[channel(push), default: []].append(millisecond)
        if channel(push) != "books" { continue }
        let seqId = try #require(try data(push)["seqId"] as? Int)
        #expect(seqId >= last && seqId == newest, "all that happened by then")
        last = seqId
      }
      last = max(last, newest)
    }
    for name in ["books", "books5"] {
      let found = times[name] ?? []
      #expect(found.count > 15 && Set(found).count == found.count, "\(name)")
      #expect(Set(found.map { $0 % 100 }).count == 1, "\(name) at \(found.prefix(5))")
    }
    #expect(ticks > 2 * (times["books"]?.count ?? 0), "several changes in one push")
    #expect(Set((times["trades"] ?? []).map { $0 % 100 }).count > 5, "trades come at once")
  }

  /// A client that came between two pushes holds the same book as one that was there before.
  @Test func aLateSubscriberJoinsTheChain() throws {
    let (bench, line) = try followed(["books"])
    bench.advance(milliseconds: 1_234)
    let late = bench.opened(.public)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#, on: late)
    let first = try line.pushes("books").compactMap { try data($0)["seqId"] as? Int }
    bench.advance(milliseconds: 1_000)
    let shared = try line.pushes("books").map { try data($0)["seqId"] as? Int }
    let own = try late.pushes("books").map { try data($0)["seqId"] as? Int }
    #expect(own.first == first.last && Array(own.dropFirst()) == shared && shared.count > 5)
  }

  @Test func quietBooksSayThatTheyAreThere() throws {
    let channels = ["books", "books5", "bbo-tbt", "books50-l2-tbt"]
    let (bench, line) = try followed(channels)
    bench.advance(milliseconds: 1_000)
    try bench.play("at 0ms of exchange state BTC-USDT suspend")
    bench.advance(milliseconds: 200)
    var latest: [String: [String: Any]] = [:]
    for push in try line.objects() where push["data"] != nil {
      latest[channel(push)] = try data(push)
    }
    var counts: [String: Int] = [:]
    for second in 0..<130 {
      bench.advance(milliseconds: 1_000)
      if second % 20 == 0 { bench.receive("ping", on: line) }
      for push in try line.take().filter({ $0 != "pong" }).map(parsed) {
        let (name, row) = (channel(push), try data(push))
        counts[name, default: 0] += 1
        #expect(second > 55, "not before a minute")
        #expect(row["seqId"] as? Int == latest[name]?["seqId"] as? Int)
        if name.hasPrefix("books5") && name != "books50-l2-tbt" || name == "bbo-tbt" {
          #expect(row["bids"] as? [[String]] == latest[name]?["bids"] as? [[String]])
        } else {
          #expect(row["prevSeqId"] as? Int == row["seqId"] as? Int)
          #expect((row["bids"] as? [Any])?.isEmpty == true && push["action"] as? String == "update")
        }
      }
    }
    #expect(counts == Dictionary(uniqueKeysWithValues: channels.map { ($0, 2) }))
  }

  @Test(arguments: [
    ("drop", 1, 0), ("gap", 1, 0), ("reorder", 2, 0), ("duplicate", 1, 0), ("reset", 0, 1),
    ("heartbeat", 0, 0), ("garbage", 0, 0),
  ])
  func faultsAreSeenAtTheNextPush(_ kind: String, _ gaps: Int, _ resets: Int) throws {
    let (bench, line) = try followed(["books"], script: "at 60 of BTC-USDT \(kind)")
    bench.advance(milliseconds: 2_000)
    var (last, broken, backwards, lives, odd) = (-1, 0, 0, 0, 0)
    for text in try line.take() {
      guard let push = try? parsed(text) else {
        odd += 1
        continue
      }
      if push["data"] == nil { continue }
      let row = try data(push)
      let previous = try #require(row["prevSeqId"] as? Int)
      let seqId = try #require(row["seqId"] as? Int)
      if previous != last && push["action"] as? String != "snapshot" { broken += 1 }
      if seqId < previous { backwards += 1 }
      if seqId == previous { lives += 1 }
      last = seqId
    }
    // Two pushes that changed places break the chain twice or, the later one first, three times.
    #expect(kind == "reorder" ? broken >= gaps : broken == gaps, "\(broken) gaps")
    #expect(backwards == resets && lives == (kind == "heartbeat" ? 1 : 0))
    #expect(odd == (kind == "garbage" ? 1 : 0))
  }

  @Test func pricesAreLimitedUnlessTheyAreNot() throws {
    let (bench, _) = try followed([])
    let limit = try #require(try bench.rows("public/price-limit?instId=BTC-USDT").first)
    #expect(limit["enabled"] as? Bool == true)
    let book = try #require(try bench.rows("market/books?instId=BTC-USDT&sz=1").first)
    let ask = try #require(((book["asks"] as? [[String]])?.first?.first).flatMap(Double.init))
    let (buy, sell) = (try number(limit, "buyLmt"), try number(limit, "sellLmt"))
    #expect(abs(buy / ask - 1.03) < 1e-4 && abs(sell / ask - 0.97) < 1e-3)
    let row = try #require(try bench.rows("public/instruments?instType=SPOT&instId=BTC-USDT").first)
    #expect(row["floatPxLmtPct"] as? String == "0.03")
    func sCode(_ bench: Bench, _ side: String, _ price: Double) throws -> String? {
      let text = String(Int(price))
      return try bench.order("BTC-USDT", side, price: text, size: "0.001")["sCode"] as? String
    }
    #expect(
      try sCode(bench, "buy", buy + 10) == "51006" && sCode(bench, "sell", sell - 10) == "51006")
    #expect(try sCode(bench, "buy", ask / 2) == "0" && sCode(bench, "sell", ask * 2) == "0")
    let free = try Bench { $0.engineSettings.priceLimitPercent = 0 }
    free.advance(milliseconds: 10)
    #expect(try sCode(free, "buy", ask * 2) == "0")
    let none = try #require(try free.rows("public/price-limit?instId=BTC-USDT").first)
    #expect(none["enabled"] as? Bool == false)
  }
}
