// Balances and positions as REST and the private line tell them (docs/OKX.md, Account and positions).

import Exchange
import Foundation
import Testing

@Suite struct AccountTests {
  @Test func eventsComeInBatchesAndPagesAreASnapshots() throws {
    let bench = try Bench(swaps: 3) { $0.positionsPerPage = 1 }
    bench.advance(milliseconds: 1_000)
    let line = try bench.privateLine()
    for name in ["BTC-USDT-SWAP", "ETH-USDT-SWAP"] {
      try bench.order(name, "buy", "market", size: "1")
      bench.advance(milliseconds: 10)
    }
    #expect(try line.pushes("positions").isEmpty, "nothing before 50 ms are over")
    bench.advance(milliseconds: 50)
    let event = try #require(try line.pushes("positions").first)
    #expect(event["eventType"] as? String == "event_update")
    #expect(event["curPage"] == nil && event["lastPage"] == nil)
    #expect((event["data"] as? [Any])?.count == 2, "one push tells of both")
    let late = bench.opened(.private)
    bench.logIn(late)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"positions","instType":"ANY"}]}"#, on: late)
    let pages = try late.pushes("positions")
    #expect(pages.map { $0["curPage"] as? Int } == [1, 2])
    #expect(pages.map { $0["lastPage"] as? Bool } == [false, true])
    #expect(pages.allSatisfy { $0["eventType"] as? String == "snapshot" })
  }

  @Test func aClosedPositionIsPushedOnceAndThenAbsent() throws {
    let bench = try Bench(swaps: 1)
    bench.advance(milliseconds: 1_000)
    let line = try bench.privateLine()
    try bench.order(Bench.swap, "buy", "market", size: "2")
    bench.advance(milliseconds: 60)
    let open = try #require(try line.rows("positions").first)
    #expect(open["mgnMode"] as? String == "cross" && open["posSide"] as? String == "net")
    let fills = try bench.rows("trade/fills?instType=SWAP")
    #expect(open["tradeId"] as? String == fills[0]["tradeId"] as? String)
    #expect(open["uTime"] as? String == fills[0]["fillTime"] as? String)
    try bench.order(Bench.swap, "sell", "market", size: "2")
    bench.advance(milliseconds: 60)
    #expect(try line.rows("positions").map { $0["pos"] as? String } == ["0"])
    #expect(try bench.rows("account/positions").isEmpty)
    // By its name or id it is told all the same, and what it made is forgotten once it opens again.
    let id = try #require(open["posId"] as? String)
    for query in ["instId=\(Bench.swap)", "posId=\(id)"] {
      let row = try #require(try bench.rows("account/positions?\(query)").first)
      #expect(row["pos"] as? String == "0" && row["pnl"] as? String != "0")
    }
    try bench.order(Bench.swap, "sell", "market", size: "1")
    let again = try #require(try bench.rows("account/positions").first)
    #expect(again["pnl"] as? String == "0" && again["posId"] as? String == id)
    bench.advance(milliseconds: 5_000)
    let regular = try line.pushes("positions").filter { $0["eventType"] as? String == "snapshot" }
    #expect(regular.count == 1, "everything once in 5 s")
  }

  @Test(arguments: [false, true])
  func aSpotBuyPaysInWhatTheAccountSays(_ inQuote: Bool) throws {
    let bench = try Bench { $0.engineSettings.spotFeesInQuote = inQuote }
    bench.advance(milliseconds: 1_000)
    #expect(try bench.rows("account/config")[0]["feeType"] as? String == (inQuote ? "1" : "0"))
    func cash(_ name: String) throws -> Double {
      let row = try #require(try bench.rows("account/balance?ccy=\(name)").first)
      let details = try #require(row["details"] as? [[String: Any]])
      return try #require((details[0]["cashBal"] as? String).flatMap(Double.init))
    }
    let before = (try cash("BTC"), try cash("USDT"))
    try bench.order("BTC-USDT", "buy", "market", size: "0.001")
    var (coins, money, fees) = (0.0, 0.0, 0.0)
    for fill in try bench.rows("trade/fills") {
      func number(_ name: String) throws -> Double {
        try #require((fill[name] as? String).flatMap(Double.init))
      }
      coins += try number("fillSz")
      money += try number("fillSz") * number("fillPx")
      fees += try number("fee")
      #expect(fill["feeCcy"] as? String == (inQuote ? "USDT" : "BTC"))
    }
    #expect(fees < 0)
    #expect(abs(try cash("BTC") - before.0 - coins - (inQuote ? 0 : fees)) < 1e-9)
    #expect(abs(before.1 - (try cash("USDT")) - money + (inQuote ? fees : 0)) < 1e-6)
  }

  /// docs/OKX.md OKX-194: what an order names is held, paid and told; what is not offered is refused.
  @Test func aSpotOrderIsPaidInWhatItNames() throws {
    let bench = try Bench { $0.engineSettings.spotFeesInQuote = true }
    bench.advance(milliseconds: 1_000)
    func code(_ more: String = "") throws -> String? {
      try bench.order(price: "1000", size: "0.001", more: more)["sCode"] as? String
    }
    let inDollars = #","tradeQuoteCcy":"USD""#
    #expect(try code(inDollars) == "51000")
    try bench.play("at 0ms of exchange trade-quotes BTC-USDT USDT,USD")
    let row = try #require(
      try bench.rows("public/instruments?instType=SPOT&instId=BTC-USDT").first)
    #expect(row["tradeQuoteCcyList"] as? [String] == ["USDT", "USD"])
    #expect(try code(inDollars) == "51008", "the account has no dollars")
    try bench.play("at 0ms of exchange deposit USD 1000000")
    let before = try bench.cash()
    #expect(try code(inDollars) == "0")
    let resting = try #require(try bench.rows("trade/orders-pending").first)
    #expect(resting["tradeQuoteCcy"] as? String == "USD")
    try bench.order("BTC-USDT", "buy", "market", size: "0.001", more: inDollars)
    let fills = try bench.rows("trade/fills")
    #expect(!fills.isEmpty && Set(text(fills, "feeCcy")) == ["USD"])
    let after = try bench.cash()
    #expect(after["USDT"] == before["USDT"])
    #expect(try #require(after["USD"]) < 999_990)
    let bills = text(try bench.rows("account/bills"), "ccy")
    #expect(Set(bills) == ["BTC", "USD"])
    // Without its own among them, an order that names none is refused.
    try bench.play("at 0ms of exchange trade-quotes BTC-USDT USD")
    #expect(try code() == "51000")
    #expect(try code(inDollars) == "0")
  }

  @Test func spotHasNoRowAmongPositions() throws {
    let bench = try Bench(swaps: 1)
    bench.advance(milliseconds: 1_000)
    let line = try bench.privateLine()
    try bench.order("BTC-USDT", "buy", "market", size: "0.001")
    try bench.order(Bench.swap, "buy", "market", size: "1")
    bench.advance(milliseconds: 60)
    #expect(text(try line.rows("positions"), "instId") == [Bench.swap])
    #expect(text(try bench.rows("account/positions"), "instId") == [Bench.swap])
    #expect(try bench.rows("account/positions?instId=BTC-USDT").isEmpty)
    bench.advance(milliseconds: 5_000)
    #expect(text(try line.rows("positions"), "instId") == [Bench.swap])
    #expect(bench.exchange.report().instruments["BTC-USDT"]?.position == "100")
  }
}
