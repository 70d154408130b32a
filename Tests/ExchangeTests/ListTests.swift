// Lists of orders and fills by REST: pages, how far they reach back, what a row shows (docs/OKX.md, REST).

import Exchange
import Foundation
import Testing

@Suite struct ListTests {
  private func ids(_ rows: [[String: Any]], _ name: String) -> [Int] {
    rows.compactMap { ($0[name] as? String).flatMap(Int.init) }
  }

  @Test func pendingOrdersComeInPagesOfAHundred() throws {
    let bench = try Bench { $0.ordersPerTwoSeconds = 0 }
    bench.advance(milliseconds: 1_000)
    for _ in 0..<105 { try bench.order(price: "1000", size: "0.001") }
    let first = try bench.rows("trade/orders-pending")
    #expect(first.count == 100 && first.allSatisfy { $0["avgPx"] as? String == "0" })
    var all = ids(first, "ordId")
    #expect(all == all.sorted(by: >))
    let oldest = try #require(all.last)
    all += ids(try bench.rows("trade/orders-pending?after=\(oldest)"), "ordId")
    #expect(all.count == 105 && Set(all).count == 105)
    let nearest = ids(try bench.rows("trade/orders-pending?before=\(all[104])&limit=3"), "ordId")
    #expect(nearest == Array(all[101...103]), "next to before, newest first")
  }

  @Test func listsReachAsFarBackAsDocumented() throws {
    let bench = try Bench()
    bench.advance(milliseconds: 1_000)
    _ = bench.call("POST", "/sim/pause")
    try bench.order("BTC-USDT", "buy", "market", size: "0.001", id: "f")
    let id = try #require(try bench.order(price: "1000", size: "0.001")["ordId"] as? String)
    _ = bench.call(
      "POST", "/api/v5/trade/cancel-order", #"{"instId":"BTC-USDT","ordId":"\#(id)"}"#)
    let query = "trade/order?instId=BTC-USDT&ordId=\(id)"
    let history = "trade/orders-history?instType=SPOT"
    bench.jump(hours: 1)
    #expect(try bench.rows(query)[0]["state"] as? String == "canceled")
    #expect(try bench.rows(history).count == 2)
    bench.jump(hours: 2)
    #expect(try bench.code(query) == "51603")
    #expect(try bench.rows(history).count == 1, "what has a fill stays")
    #expect(try bench.rows("trade/order?instId=BTC-USDT&clOrdId=f").count == 1)
    let fills = try bench.rows("trade/fills").count
    #expect(fills >= 1)
    bench.jump(hours: 70)
    #expect(try bench.rows("trade/fills").isEmpty)
    #expect(try bench.rows("trade/fills-history?instType=SPOT").count == fills)
    #expect(try bench.rows("trade/fills-history?instType=SWAP").isEmpty)
    #expect(try bench.code("trade/fills-history") == "50014")
    bench.jump(hours: 7 * 24)
    #expect(try bench.rows(history).isEmpty)
  }

  @Test func aPushShowsItsOwnFillAndAQueryTheLastOne() throws {
    let bench = try Bench()
    bench.advance(milliseconds: 1_000)
    let line = try bench.privateLine()
    let book = try bench.rows("market/books?instId=BTC-USDT&sz=1")[0]
    let ask = try #require((book["asks"] as? [[String]])?.first)
    // More than the best level holds: the rest rests.
    let size = try #require(Double(ask[1])) + 1
    try bench.order(price: ask[0], size: String(format: "%.5f", size), id: "r")
    let id = try #require(try bench.rows("trade/orders-pending").first?["ordId"] as? String)
    _ = bench.call(
      "POST", "/api/v5/trade/cancel-order", #"{"instId":"BTC-USDT","ordId":"\#(id)"}"#)
    bench.advance(by: 0)
    let pushes = try line.rows("orders")
    #expect(pushes.map { $0["state"] as? String } == ["live", "partially_filled", "canceled"])
    #expect(pushes[0]["avgPx"] as? String == "0" && pushes[2]["fillSz"] as? String == "0")
    let queried = try bench.rows("trade/order?instId=BTC-USDT&ordId=\(id)")[0]
    #expect(queried["tradeId"] as? String == pushes[1]["tradeId"] as? String)
    #expect(queried["fillSz"] as? String == pushes[1]["fillSz"] as? String)
    #expect(try bench.rows("account/balance").count == 1)
  }

  @Test func refusalsOfWordsComeAs400() throws {
    let bench = try Bench { $0.limitsRequests = true }
    #expect(bench.get("/api/v5/trade/orders-history").status == 400)
    #expect(bench.get("/api/v5/market/books?instId=BTC-USDT&sz=0").status == 400)
    #expect(bench.get("/api/v5/market/books?instId=NO").status == 200)
    let statuses = (0..<6).map { _ in bench.get("/api/v5/account/config").status }
    #expect(statuses == [200, 200, 200, 200, 200, 429])
  }

  /// Once a second; the ratios are of other accounts (docs/OKX.md OKX-211).
  @Test func theAccountsOrderRateIsTold() throws {
    let bench = try Bench {
      $0.accountOrdersPerTwoSeconds = 700
      $0.limitsRequests = true
    }
    let row = try bench.rows("trade/account-rate-limit")[0]
    #expect(row["accRateLimit"] as? String == "700" && row["fillRatio"] as? String == "")
    _ = bench.get("/api/v5/trade/account-rate-limit")
    #expect(bench.get("/api/v5/trade/account-rate-limit").status == 429)
  }

  @Test(arguments: [false, true])
  func aRateIsRefusedWhereTheOptionSays(_ inRow: Bool) throws {
    let bench = try Bench {
      $0.ordersPerTwoSeconds = 2
      $0.ratesRefuseInRow = inRow
    }
    bench.advance(milliseconds: 1_000)
    for _ in 0..<2 { try bench.order(price: "1000", size: "0.001") }
    let body =
      #"{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"9","sz":"1"}"#
    let reply = try parsed(bench.call("POST", "/api/v5/trade/order", body).body)
    let rows = try #require(reply["data"] as? [[String: Any]])
    #expect(reply["code"] as? String == (inRow ? "1" : "50011"))
    #expect(rows.map { $0["sCode"] as? String } == (inRow ? ["50011"] : []))
  }
}
