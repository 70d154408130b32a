// The exchange as it was: each dated change of its rules, the day before and on the day.

import Exchange
import ExchangeCalendar
import Foundation
import Market
import Testing

@Suite struct EpochTests {
  private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

  private func bench(
    _ text: String, isDemo: Bool = false, closed: Set<String> = []
  ) throws -> Bench {
    let rules = RulesInForce(on: try day(text), isDemo: isDemo)
    let bench = try Bench(swaps: 1) {
      $0.rules = rules
      $0.account.closedQuotes = closed
    }
    bench.advance(milliseconds: 1_000)
    return bench
  }

  private func subscribed(_ bench: Bench, _ argument: String, _ endpoint: Endpoint = .public)
    throws -> HeldPeer
  {
    let line = bench.opened(endpoint)
    bench.receive(#"{"op":"subscribe","args":[\#(argument)]}"#, on: line)
    return line
  }

  // MARK: - The table

  @Test func theTableIsInOrderAndWhole() {
    #expect(Set(DatedRule.table.map(\.change)) == Set(RuleChange.allCases))
    #expect(DatedRule.table.count == RuleChange.allCases.count)
    for (rule, next) in zip(DatedRule.table, DatedRule.table.dropFirst()) {
      #expect(rule.live <= next.live, "\(next.change)")
    }
    for rule in DatedRule.table {
      #expect(rule.demo.map { $0 < rule.live } ?? true, "demo trading comes first")
      #expect(rule.live >= DatedRule.first && rule.what.hasSuffix("."))
      for isDemo in [false, true] {
        let on = RulesInForce(on: rule.day(isDemo: isDemo), isDemo: isDemo)
        #expect(on.has(rule.change))
      }
    }
    #expect(RuleChange.allCases.allSatisfy { RulesInForce.all.has($0) })
    #expect(RulesInForce(on: DatedRule.first) != .all)
  }

  @Test(arguments: [
    ("2026-10-31", true), ("2024-02-29", true), ("2026-02-29", false), ("2026-1-01", false),
    ("2026-13-01", false), ("2026-00-10", false), ("20261031", false), ("2026-10-32", false),
    ("2026-10-3x", false), ("", false),
  ])
  func daysAreDays(_ text: String, _ isDay: Bool) {
    #expect((CalendarDay(text) != nil) == isDay)
    if isDay { #expect(CalendarDay(text)?.description == text) }
  }

  @Test func milliseconds() {
    #expect(CalendarDay(milliseconds: 0).description == "1970-01-01")
    #expect(CalendarDay(milliseconds: -1).description == "1969-12-31")
    #expect(CalendarDay(milliseconds: 1_785_542_399_999).description == "2026-07-31")
    #expect(CalendarDay(milliseconds: 1_785_542_400_000).description == "2026-08-01")
    #expect(CalendarDay(milliseconds: 1_709_164_800_000).description == "2024-02-29")
  }

  // MARK: - Orders

  @Test(arguments: [
    ("2026-03-25", false, "0", "0"), ("2026-03-26", false, "50014", "0"),
    ("2026-04-07", false, "50014", "50014"), ("2026-01-29", true, "50014", "50014"),
    ("2026-01-28", true, "0", "0"),
  ])
  func ordersAreNamedByCode(_ on: String, _ isDemo: Bool, _ place: String, _ cancel: String) throws
  {
    let bench = try bench(on, isDemo: isDemo)
    let line = try bench.privateLine()
    func sCode(_ operation: String, _ item: String) throws -> String {
      bench.send(operation, item, id: "x", on: line)
      let reply = try #require(try line.objects().first { $0["id"] as? String == "x" })
      return (reply["data"] as? [[String: Any]])?.first?["sCode"] as? String ?? "none"
    }
    let order =
      #""tdMode":"cash","side":"buy","ordType":"limit","px":"1000","sz":"0.001","clOrdId":"a""#
    #expect(try sCode("order", #""instId":"BTC-USDT",\#(order)"#) == place)
    let code = try bench.code(of: "BTC-USDT")
    if place != "0" {
      #expect(try sCode("order", #""instIdCode":\#(code),\#(order)"#) == "0")
    }
    #expect(
      try sCode("amend-order", #""instId":"BTC-USDT","clOrdId":"a","newSz":"0.002""#) == cancel)
    #expect(try sCode("cancel-order", #""instId":"BTC-USDT","clOrdId":"a""#) == cancel)
    // The code wins where both are given.
    let other = try bench.code(of: "ETH-USDT")
    let both = #""instId":"BTC-USDT","instIdCode":\#(other),"clOrdId":"none""#
    #expect(try sCode("cancel-order", both) == "51400")
  }

  @Test(arguments: [("2026-03-09", false), ("2026-03-10", true)])
  func answersHaveASubCode(_ on: String, _ has: Bool) throws {
    let bench = try bench(on)
    let row = try bench.order(price: "1000", size: "10000")
    #expect((row["subCode"] != nil) == has)
    if has { #expect(row["sCode"] as? String == "51008" && row["subCode"] as? String == "1000") }
  }

  @Test(arguments: [
    ("2026-08-19", false, ["live", "canceled"]), ("2026-08-20", false, ["canceled"]),
    ("2026-08-09", true, ["live", "canceled"]), ("2026-08-10", true, ["canceled"]),
  ])
  func postOnlyThatWouldTake(_ on: String, _ isDemo: Bool, _ states: [String]) throws {
    let bench = try bench(on, isDemo: isDemo)
    let line = try bench.privateLine()
    try bench.order(Bench.swap, "buy", "post_only", price: "80000", size: "1")
    let rows = try line.rows("orders")
    #expect(text(rows, "state") == states && text(rows, "cancelSource").last == "31")
  }

  @Test(arguments: [("2026-07-06", "0"), ("2026-07-07", "54094")])
  func aCoolOffIsTheAPIsToo(_ on: String, _ code: String) throws {
    let bench = try bench(on)
    try bench.play("at 0ms of exchange cool-off BTC-USDT-SWAP 1000")
    let row = try bench.order(Bench.swap, price: "70000", size: "1")
    #expect(row["sCode"] as? String == code)
  }

  @Test(arguments: [("2026-09-29", "0"), ("2026-09-30", "54109")])
  func aPairThatTheAccountHasNotOpened(_ on: String, _ code: String) throws {
    let bench = try bench(on, closed: ["USDT"])
    let row = try bench.order(price: "1000", size: "0.001")
    #expect(row["sCode"] as? String == code)
  }

  // MARK: - Channels

  /// CRC-32 of the best 25 levels as their texts were last sent (docs/OKX.md OKX-059), bit by bit.
  private func sum(_ bids: [[String]], _ asks: [[String]]) -> Int {
    var parts: [String] = []
    for index in 0..<25 {
      for side in [bids, asks] where index < side.count { parts += side[index].prefix(2) }
    }
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in parts.joined(separator: ":").utf8 {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return Int(Int32(bitPattern: ~crc))
  }

  @Test(
    arguments: [
      ("2026-06-22", false, true), ("2026-06-23", false, false), ("2026-06-01", true, true),
      ("2026-06-02", true, false),
    ], ["books", "books-l2-tbt", "books50-l2-tbt"])
  func checksumsAreReal(_ when: (String, Bool, Bool), _ channel: String) throws {
    let bench = try bench(when.0, isDemo: when.1)
    let line = try subscribed(bench, #"{"channel":"\#(channel)","instId":"BTC-USDT"}"#)
    bench.advance(milliseconds: 2_000)
    var sides: [String: [String: [String]]] = ["bids": [:], "asks": [:]]
    var count = 0
    for push in try line.pushes(channel) {
      let data = try #require((push["data"] as? [[String: Any]])?.first)
      for side in ["bids", "asks"] {
        for level in try #require(data[side] as? [[String]]) {
          sides[side]?[level[0]] = level[1] == "0" ? nil : level
        }
      }
      func ranked(_ side: String, _ isBid: Bool) -> [[String]] {
        (sides[side] ?? [:]).values.sorted {
          let (a, b) = (Double($0[0]) ?? 0, Double($1[0]) ?? 0)
          return isBid ? a > b : a < b
        }
      }
      let told = try #require(data["checksum"] as? Int)
      #expect(told == (when.2 ? sum(ranked("bids", true), ranked("asks", false)) : 0))
      count += 1
    }
    #expect(count > 5)
  }

  @Test(arguments: [
    ("2026-07-27", false, true, false), ("2026-07-28", false, true, true),
    ("2026-07-23", true, true, true), ("2026-10-30", false, true, true),
    ("2026-10-31", false, false, true),
  ])
  func retailBooksHaveTwoNames(_ on: String, _ isDemo: Bool, _ elp: Bool, _ rpi: Bool) throws {
    let bench = try bench(on, isDemo: isDemo)
    for (channel, isOffered) in [("books-elp", elp), ("books-rpi", rpi)] {
      let line = try subscribed(bench, #"{"channel":"\#(channel)","instId":"BTC-USDT"}"#)
      bench.advance(milliseconds: 500)
      let pushes = try line.objects()
      if isOffered {
        let data = try #require((pushes.last?["data"] as? [[String: Any]])?.first)
        #expect(data["checksum"] == nil && data["seqId"] != nil && pushes.count > 2)
        let snapshot = pushes.first { $0["action"] as? String == "snapshot" }
        let level = ((snapshot?["data"] as? [[String: Any]])?.first?["bids"] as? [[String]])?.first
        #expect(level?.count == 4 && level?[1] == level?[2], "none of it is retail")
      } else {
        #expect(pushes.last?["code"] as? String == "60018")
      }
    }
  }

  @Test(arguments: [("2026-06-08", 3), ("2026-06-09", 0)])
  func warningsAreQuiet(_ on: String, _ count: Int) throws {
    let bench = try bench(on)
    let line = try subscribed(
      bench, #"{"channel":"adl-warning","instType":"SWAP","instFamily":"BTC-USDT"}"#)
    for _ in 0..<12 {
      bench.advance(milliseconds: 10_100)
      bench.receive("ping", on: line)
    }
    let rows = try line.take().filter { $0 != "pong" }.map(parsed)
      .flatMap { $0["data"] as? [[String: Any]] ?? [] }
    #expect(rows.count == count && rows.allSatisfy { $0["state"] as? String == "normal" })
  }

  @Test(arguments: [("2026-06-10", false), ("2026-06-11", true)])
  func noticesReachBusinessLines(_ on: String, _ reaches: Bool) throws {
    let bench = try bench(on)
    let line = try subscribed(
      bench, #"{"channel":"candle1s","instId":"BTC-USDT"}"#, .business)
    let other = try subscribed(bench, #"{"channel":"trades","instId":"BTC-USDT"}"#)
    try bench.play("at 0ms of exchange notice")
    func isTold(_ line: HeldPeer) throws -> Bool {
      try line.objects().contains { $0["code"] as? String == "64008" }
    }
    #expect(try isTold(line) == reaches && isTold(other))
  }

  @Test(arguments: [("2026-09-29", 40), ("2026-09-30", 3)])
  func instrumentsComeInPart(_ on: String, _ fields: Int) throws {
    let bench = try bench(on)
    let line = try subscribed(bench, #"{"channel":"instruments","instType":"SPOT"}"#)
    try bench.play("at 0ms of exchange state BTC-USDT suspend")
    #expect(try line.rows("instruments").first?.count == fields)
  }

  @Test(arguments: [
    ("2026-05-05", ["expired", "rebase", "live"]),
    ("2026-05-06", ["expired", "rebase", "post_only", "live"]),
  ])
  func swapsMayTakePostOnly(_ on: String, _ states: [String]) throws {
    let bench = try bench(on)
    let line = try subscribed(bench, #"{"channel":"instruments","instType":"SWAP"}"#)
    try bench.play("at 0ms of exchange rename BTC-USDT-SWAP XBT-USDT-SWAP")
    #expect(text(try line.rows("instruments"), "state") == states)
  }

  // MARK: - The second port

  @Test(arguments: [("2026-10-30", true), ("2026-10-31", false)])
  func theSecondPortCloses(_ on: String, _ isOpen: Bool) async throws {
    let rules = RulesInForce(on: try day(on))
    try await TestExchange.run {
      $0.rules = rules
      $0.secondPort = 0
    } body: { exchange in
      let second = exchange.server.secondPort
      #expect((second != nil) == isOpen && second != exchange.port)
      guard let second else { return }
      let old = TestExchange(server: exchange.server, port: second, folder: exchange.folder)
      try await old.expect("session.py", "channels")
    }
  }
}
