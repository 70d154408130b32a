// What a fault script does to pushes, requests, REST and lines.

import Exchange
import Foundation
import Market
import Testing

@Suite struct IncidentTests {
  private func ready(_ script: String = "") throws -> (Bench, HeldPeer) {
    let bench = try Bench(swaps: 1, script: script)
    bench.advance(milliseconds: 1_000)
    return (bench, try bench.privateLine())
  }

  private func reply(_ line: HeldPeer, _ id: String) throws -> [String: Any]? {
    try line.objects().first { $0["id"] as? String == id }
  }

  // MARK: - Pushes

  @Test(arguments: [
    ("drop", ["a", "c"], ["a", "c"]), ("duplicate", ["a", "b", "b", "c"], []),
    ("reorder", ["a", "c", "b"], []), ("delay 300", ["a", "c"], ["b"]),
  ])
  func ordersPushes(_ deed: String, _ told: [String], _ later: [String]) throws {
    let (bench, line) = try ready("at 2 of orders \(deed)")
    for client in ["a", "b", "c"] { try bench.rest(client, on: line) }
    #expect(text(try line.rows("orders"), "clOrdId") == told)
    bench.advance(milliseconds: 299)
    #expect(try line.rows("orders").isEmpty)
    bench.advance(milliseconds: 1)
    #expect(text(try line.rows("orders"), "clOrdId") == (deed == "drop" ? [] : later))
    #expect(try bench.rows("trade/orders-pending").count == 3, "the exchange knows them all")
    #expect(bench.exchange.report().faults.values.reduce(0, +) == 1)
  }

  @Test func whatIsHeldBackComesAlone() throws {
    let (bench, line) = try ready("at 1 of orders reorder")
    try bench.rest("a", on: line)
    #expect(try line.rows("orders").isEmpty)
    bench.advance(milliseconds: 200)
    #expect(text(try line.rows("orders"), "clOrdId") == ["a"])
  }

  @Test func positionsPushesAreLostToo() throws {
    let (bench, line) = try ready("at 1 of positions drop\nat 1 of account drop")
    try bench.order(Bench.swap, "buy", "market", size: "1")
    bench.advance(milliseconds: 60)
    #expect(try line.pushes("positions").isEmpty)
    try bench.order(Bench.swap, "buy", "market", size: "1")
    bench.advance(milliseconds: 60)
    #expect(text(try line.rows("positions"), "pos") == ["2"])
  }

  /// The lines that carry a book end; those that carry another's, or figures of the same instrument, do not.
  @Test func aBooksLinesAreCut() throws {
    let (bench, _) = try ready()
    func line(_ channel: String, _ name: String) -> HeldPeer {
      let line = bench.opened(.public)
      bench.receive(
        #"{"op":"subscribe","args":[{"channel":"\#(channel)","instId":"\#(name)"}]}"#, on: line)
      return line
    }
    let lines = [
      line("books", "BTC-USDT"), line("bbo-tbt", "BTC-USDT"), line("books", "ETH-USDT"),
      line("trades", "BTC-USDT"), line("tickers", "BTC-USDT"),
    ]
    try bench.play("at 0ms of exchange cut BTC-USDT")
    #expect(lines.map(\.isOpen) == [false, false, true, true, true])
    #expect(bench.exchange.report().faults["cut"] == 1)
    #expect(throws: FaultScriptError.self) { try bench.play("at 0ms of exchange cut NOBODY") }
  }

  // MARK: - Requests

  @Test(arguments: ["50013", "50004", "50026", "51149", "64007", "1"], ["take", "take-all"])
  func takenAlthoughRefused(_ code: String, _ deed: String) throws {
    let (bench, line) = try ready("at 1 of place \(deed) \(code)")
    try bench.rest("a", on: line)
    let frames = try line.objects()
    let answer = try #require(frames.first { $0["id"] as? String == "ra" })
    let rows = try #require(answer["data"] as? [[String: Any]])
    if deed == "take" {
      #expect(text(rows, "sCode") == [code] && text(rows, "ordId") == [""])
    } else {
      #expect(rows.isEmpty && answer["code"] as? String == code)
    }
    #expect(frames.contains { $0["data"] != nil && $0["arg"] != nil }, "its push comes")
    #expect(text(try bench.rows("trade/orders-pending"), "clOrdId") == ["a"])
  }

  @Test(arguments: ["refuse 51008", "refuse-all 50011", "lose-request"])
  func refusedIsNotTaken(_ deed: String) throws {
    let (bench, line) = try ready("at 2 of place \(deed)")
    for client in ["a", "b", "c"] { try bench.rest(client, on: line) }
    #expect(text(try bench.rows("trade/orders-pending"), "clOrdId").sorted() == ["a", "c"])
    let answers = try line.objects().filter { $0["op"] != nil }
    #expect(answers.count == (deed == "lose-request" ? 2 : 3))
    if deed == "refuse-all 50011" { #expect(answers[1]["code"] as? String == "50011") }
  }

  @Test func aLostReplyLeavesTheOrder() throws {
    let (bench, line) = try ready("at 1 of place lose-reply\nat 1 of cancel lose-reply")
    try bench.rest("a", on: line)
    #expect(try line.objects().filter { $0["op"] != nil }.isEmpty)
    let code = try bench.code(of: "BTC-USDT")
    let item = #""instIdCode":\#(code),"clOrdId":"a""#
    bench.send("cancel-order", item, id: "c", on: line)
    #expect(text(try line.rows("orders"), "state") == ["canceled"])
    // By REST the connection ends without an answer.
    try bench.play("at 1 of place lose-reply")
    let body =
      #"{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"9","sz":"1"}"#
    #expect(bench.call("POST", "/api/v5/trade/order", body).status == 0)
    #expect(try bench.rows("trade/orders-pending").count == 1)
  }

  @Test(arguments: ["refuse 51400", "take 50004", "take-all 50004"])
  func cancelsMeetTheSame(_ deed: String) throws {
    let (bench, line) = try ready("at 1 of cancel \(deed)")
    try bench.rest("a", on: line)
    let code = try bench.code(of: "BTC-USDT")
    bench.send("cancel-order", #""instIdCode":\#(code),"clOrdId":"a""#, id: "c", on: line)
    let isGone = try bench.rows("trade/orders-pending").isEmpty
    #expect(isGone == deed.hasPrefix("take"))
  }

  // MARK: - REST

  @Test func restLagsBehind() throws {
    let (bench, line) = try ready()
    try bench.rest("old", on: line)
    bench.advance(milliseconds: 2_000)
    try bench.play("at 0ms of exchange rest-lag 500 10000")
    try bench.rest("new", on: line)
    try bench.order("BTC-USDT", "buy", "market", size: "0.001", id: "m")
    let code = try bench.code(of: "BTC-USDT")
    bench.send("cancel-order", #""instIdCode":\#(code),"clOrdId":"old""#, id: "c", on: line)
    func shown() throws -> [String] { text(try bench.rows("trade/orders-pending"), "clOrdId") }
    #expect(try shown() == ["old"])
    #expect(try bench.code("trade/order?instId=BTC-USDT&clOrdId=new") == "51603")
    let old = try bench.rows("trade/order?instId=BTC-USDT&clOrdId=old")
    #expect(text(old, "state") == ["live"])
    #expect(try bench.rows("trade/fills").isEmpty)
    bench.advance(milliseconds: 501)
    #expect(try shown() == ["new"])
    #expect(try !bench.rows("trade/fills").isEmpty)
    let done = try bench.rows("trade/order?instId=BTC-USDT&clOrdId=old")
    #expect(text(done, "state") == ["canceled"])
    bench.advance(milliseconds: 10_000)
    try bench.rest("last", on: line)
    #expect(try shown().contains("last"), "the span is over")
  }

  @Test func restFailsForASpan() throws {
    let (bench, line) = try ready()
    for (code, status) in [
      ("503", 503), ("429", 429), ("0", 0), ("50001", 503), ("50011", 429), ("50013", 429),
    ] {
      try bench.play("at 0ms of exchange rest-fail \(code) 1000 trade/")
      let reply = bench.get("/api/v5/trade/fills")
      #expect(reply.status == status)
      if code.count == 5 { #expect(try bench.code("trade/fills") == code) }
      #expect(try bench.rows("account/config").count == 1, "another path")
      bench.advance(milliseconds: 1_001)
      #expect(try bench.code("trade/fills") == "0")
    }
    try bench.rest("a", on: line)
    try bench.play("at 0ms of exchange not-found 1000")
    #expect(try bench.code("trade/order?instId=BTC-USDT&clOrdId=a") == "51603")
    bench.advance(milliseconds: 1_001)
    #expect(try bench.code("trade/order?instId=BTC-USDT&clOrdId=a") == "0")
  }

  /// What was cancelled without a fill is forgotten with time, what was filled is not (docs/OKX.md OKX-135).
  @Test func doneOrdersAge() throws {
    let (bench, line) = try ready()
    try bench.rest("a", on: line)
    try bench.rest("open", on: line)
    try bench.order("BTC-USDT", "buy", "market", size: "0.001", id: "m")
    let code = try bench.code(of: "BTC-USDT")
    bench.send("cancel-order", #""instIdCode":\#(code),"clOrdId":"a""#, id: "c", on: line)
    func answer(_ id: String) throws -> String {
      try bench.code("trade/order?instId=BTC-USDT&clOrdId=\(id)")
    }
    try bench.play("at 0ms of exchange age BTC-USDT 7100000")
    #expect(try answer("a") == "0")
    try bench.play("at 0ms of exchange age BTC-USDT 200000")
    #expect(try answer("a") == "51603")
    #expect(try answer("m") == "0" && answer("open") == "0")
  }

  // MARK: - Lines

  @Test func privateLinesAreCutTogether() throws {
    let (bench, line) = try ready("at 1 of orders disconnect")
    let (other, market) = (try bench.privateLine(), bench.opened(.public))
    try bench.rest("a", on: line)
    #expect(line.isOpen, "after the push, not instead of it")
    bench.advance(by: 0)
    #expect(!line.isOpen && !other.isOpen && market.isOpen)
    #expect(text(try line.rows("orders"), "clOrdId") == ["a"])
  }

  @Test func aHalfOpenLineSaysNothingAndHearsNothing() throws {
    let (bench, line) = try ready()
    try bench.play("at 0ms of exchange half-open")
    try bench.rest("a", on: line)
    bench.receive("ping", on: line)
    try bench.order(price: "1000", size: "0.001", id: "b")
    bench.advance(milliseconds: 40_000)
    #expect(line.frames.isEmpty && line.isOpen)
    #expect(text(try bench.rows("trade/orders-pending"), "clOrdId") == ["b"])
    let next = try bench.privateLine()
    try bench.rest("c", on: next)
    #expect(text(try next.rows("orders"), "clOrdId") == ["c"], "a new line is whole")
  }

  // MARK: - The script

  @Test(arguments: [
    "at 0 of orders drop", "at 5ms of orders drop", "at 1 of exchange disconnect",
    "at 1 of orders refuse 1", "at 1 of place drop", "at 1 of orders", "at 1 of orders vanish",
    "at 1 of orders delay", "at 1 of orders delay x", "at 0ms of exchange rest-lag 5",
    "at 0ms of exchange funding BTC-USDT-SWAP x", "at 0ms of exchange deposit USDT -1",
    "at 0ms of exchange calm now", "at 0ms of exchange foreign BTC-USDT buy limit 1",
    "at 0ms of exchange still BTC-USDT-SWAP", "at 0ms of exchange squeeze",
  ])
  func mistakesAreNamed(_ line: String) {
    #expect(throws: FaultScriptError.self) { try FaultScript(text: line) }
  }

  @Test func whatIsNotThereIsRefused() throws {
    let (bench, _) = try ready()
    #expect(throws: FaultScriptError.self) { try bench.play("at 0ms of exchange liquidate NO") }
    #expect(throws: FaultScriptError.self) { try bench.play("at 3 of BTC-USDT drop") }
    let reply = bench.call("POST", "/sim/faults", "at 0ms of exchange deposit USDT 5")
    #expect(reply.status == 200)
    #expect(bench.call("POST", "/sim/faults", "at x of orders drop").status == 400)
    #expect(bench.exchange.report().faults == ["transfer": 1])
  }

  @Test func calmEndsWhatWaitsAndLasts() throws {
    let (bench, line) = try ready("at 1 of orders drop\nat 0ms of exchange rest-fail 503 100000")
    #expect(bench.get("/api/v5/trade/fills").status == 503)
    try bench.play("at 0ms of exchange calm")
    try bench.rest("a", on: line)
    #expect(try line.rows("orders").count == 1)
    #expect(bench.get("/api/v5/trade/fills").status == 200)
  }
}
