// What happens to an account without its owner: liquidation, ADL, funding, settlement, transfers, other people.

import Exchange
import Foundation
import Market
import Testing

@Suite struct SystemTests {
  private func ready(position: String = "3") throws -> (Bench, HeldPeer) {
    let bench = try Bench(swaps: 1)
    bench.advance(milliseconds: 1_000)
    let line = try bench.privateLine()
    try bench.order(Bench.swap, "buy", "market", size: position)
    bench.advance(milliseconds: 60)
    _ = try line.take()
    return (bench, line)
  }

  @Test(arguments: [
    ("liquidate BTC-USDT-SWAP", "full_liquidation", "107", "0"),
    ("liquidate BTC-USDT-SWAP 2", "partial_liquidation", "103", "1"),
    ("adl BTC-USDT-SWAP 1", "adl", "128", "2"),
  ])
  func theSystemReducesAPosition(
    _ deed: String, _ category: String, _ kind: String, _ left: String
  ) throws {
    let (bench, line) = try ready()
    let before = try bench.rows("trade/fills").count
    let resting = try bench.order(Bench.swap, price: "1000", size: "1", id: "rest")
    #expect(resting["sCode"] as? String == "0")
    bench.advance(milliseconds: 60)
    _ = try line.take()
    try bench.play("at 0ms of exchange " + deed)
    bench.advance(milliseconds: 60)
    let frames = try line.objects()
    let rows = frames.filter { ($0["arg"] as? [String: Any])?["channel"] as? String == "orders" }
      .flatMap { $0["data"] as? [[String: Any]] ?? [] }
    let push = try #require(rows.first { $0["category"] as? String == category })
    #expect(push["tradeId"] as? String == "0" && push["execType"] as? String == "")
    #expect(push["state"] as? String == "filled" && push["clOrdId"] as? String == "")
    // Liquidation cancels the instrument's orders first.
    let cancelled = rows.contains { $0["clOrdId"] as? String == "rest" }
    #expect(cancelled == (category != "adl"))
    let fill = try bench.rows("trade/fills")[0]
    #expect(try bench.rows("trade/fills").count == before + 1)
    #expect(try number(fill, "tradeId") < 0 && fill["execType"] as? String == "")
    #expect(fill["subType"] as? String == kind)
    let query = "account/positions?instId=\(Bench.swap)"
    let position = try bench.rows(query)[0]
    #expect(position["pos"] as? String == left && position["tradeId"] as? String == "0")
    // Until the next own trade.
    try bench.order(Bench.swap, "buy", "market", size: "1")
    #expect(try number(try bench.rows(query)[0], "tradeId") > 0)
  }

  /// One row for each margin mode: what is isolated moves nothing of the cross position.
  @Test func anIsolatedPositionIsARowOfItsOwn() throws {
    let (bench, line) = try ready()
    try bench.play("at 0ms of exchange foreign-isolated BTC-USDT-SWAP buy market - 2")
    bench.advance(milliseconds: 60)
    let rows = try bench.rows("account/positions?instId=\(Bench.swap)")
    let sizes = rows.map { "\($0["mgnMode"] as? String ?? "") \($0["pos"] as? String ?? "")" }
    #expect(sizes.sorted() == ["cross 3", "isolated 2"])
    #expect(Set(rows.compactMap { $0["posId"] as? String }).count == 2)
    let pushes = try line.objects()
    func pushed(_ channel: String) -> [[String: Any]] {
      pushes.filter { ($0["arg"] as? [String: Any])?["channel"] as? String == channel }
        .flatMap { $0["data"] as? [[String: Any]] ?? [] }
    }
    #expect(pushed("orders").contains { $0["tdMode"] as? String == "isolated" })
    #expect(pushed("positions").contains { $0["mgnMode"] as? String == "isolated" })
    #expect(try bench.rows("trade/fills")[0]["tdMode"] == nil, "its row does not say so")
  }

  @Test func aSilentLiquidationIsSeenByPositionsAlone() throws {
    let (bench, line) = try ready()
    try bench.play("at 0ms of exchange liquidate BTC-USDT-SWAP 1 silent")
    bench.advance(milliseconds: 60)
    let frames = try line.objects()
    func channel(_ name: String) -> [[String: Any]] {
      frames.filter { ($0["arg"] as? [String: Any])?["channel"] as? String == name }
    }
    #expect(channel("orders").isEmpty && channel("positions").count == 1)
    #expect(channel("account").count == 1)
    #expect(try number(try bench.rows("trade/fills")[0], "tradeId") < 0)
  }

  @Test func fundingSettlementAndTransfersHaveBills() throws {
    let (bench, line) = try ready()
    let before = try #require(try bench.cash()["USDT"])
    let first = try #require(try bench.rows("account/bills").first?["billId"] as? String)
    try bench.play(
      """
      at 0ms of exchange funding BTC-USDT-SWAP 0.0001
      at 0ms of exchange transfer USDT -250.5
      at 0ms of exchange deposit EUR 7
      at 0ms of exchange settle BTC-USDT-SWAP 78000
      """)
    bench.advance(milliseconds: 60)
    let bills = try bench.rows("account/bills?before=\(first)")
    #expect(text(bills, "type") == ["34", "1", "1", "8"])
    #expect(text(bills, "subType") == ["355", "11", "12", "173"])
    try #require(bills.count == 4)
    let (settled, arrived, left, funded) = (bills[0], bills[1], bills[2], bills[3])
    #expect(try number(funded, "pnl") < 0 && funded["instId"] as? String == Bench.swap)
    #expect(try number(funded, "pnl") == number(funded, "balChg"))
    #expect(left["from"] as? String == "18" && left["to"] as? String == "6")
    #expect(arrived["ccy"] as? String == "EUR" && arrived["instId"] as? String == "")
    let position = try bench.rows("account/positions")[0]
    #expect(position["avgPx"] as? String == "78000", "the average moves to the settlement price")
    #expect(position["settledPnl"] as? String == settled["pnl"] as? String)
    #expect(position["fundingFee"] as? String == funded["pnl"] as? String)
    let changes = try bills.filter { $0["ccy"] as? String == "USDT" }
      .reduce(0.0) { try $0 + number($1, "balChg") }
    let after = try #require(try bench.cash()["USDT"])
    #expect(abs(after - before - changes) < 1e-6)
    #expect(try bench.cash()["EUR"] == 7)
    #expect(try line.rows("account").count == 1, "one push tells of all")
    // Shorts receive what longs pay.
    try bench.order(Bench.swap, "sell", "market", size: "5")
    try bench.play("at 0ms of exchange funding BTC-USDT-SWAP 0.0001")
    let received = try bench.rows("account/bills?type=8")
    #expect(text(received, "subType") == ["174", "173"])
    #expect(try number(received[0], "pnl") > 0)
  }

  @Test func ordersFromAPhone() throws {
    let (bench, line) = try ready()
    try bench.play(
      """
      at 0ms of exchange foreign BTC-USDT buy limit 1000 0.001 phone1
      at 0ms of exchange foreign BTC-USDT buy limit 1000 0.001
      at 0ms of exchange foreign BTC-USDT sell market - 0.002
      """)
    let rows = try line.rows("orders")
    #expect(text(rows, "clOrdId").prefix(2) == ["phone1", ""])
    let last = try #require(rows.last)
    #expect(last["state"] as? String == "filled" && last["side"] as? String == "sell")
    #expect(text(try bench.rows("trade/orders-pending"), "clOrdId").sorted() == ["", "phone1"])
    try bench.play("at 0ms of exchange foreign-cancel BTC-USDT")
    #expect(try bench.rows("trade/orders-pending").isEmpty)
    #expect(text(try line.rows("orders"), "cancelSource") == ["1", "1"])
  }

  @Test func billsComeInPagesAndReachSevenDays() throws {
    let bench = try Bench()
    bench.advance(milliseconds: 1_000)
    try bench.order("BTC-USDT", "buy", "market", size: "0.001")
    _ = bench.call("POST", "/sim/pause")
    let all = try bench.rows("account/bills")
    let fill = try bench.rows("trade/fills")[0]
    // A fill of a pair changes two balances; its own bill is the first of the two.
    #expect(text(all, "ccy").prefix(2) == ["USDT", "BTC"])
    #expect(all[1]["billId"] as? String == fill["billId"] as? String)
    #expect(all[1]["tradeId"] as? String == fill["tradeId"] as? String)
    #expect(all[1]["fee"] as? String == fill["fee"] as? String && all[0]["fee"] as? String == "0")
    #expect(all[1]["mgnMode"] as? String == "cash" && all[1]["execType"] as? String == "T")
    let oldest = try #require(all.last?["billId"] as? String)
    let page = try bench.rows("account/bills?before=\(oldest)&limit=1")
    #expect(page.count == 1 && page[0]["billId"] as? String == text(all, "billId")[all.count - 2])
    #expect(try bench.rows("account/bills?ccy=BTC").count == all.count / 2)
    #expect(try bench.rows("account/bills?instType=SWAP").isEmpty)
    bench.jump(hours: 7 * 24 - 1)
    #expect(try bench.rows("account/bills").count == all.count)
    bench.jump(hours: 2)
    #expect(try bench.rows("account/bills").isEmpty)
    #expect(try bench.rows("account/bills-archive").count == all.count)
  }

  /// Whatever happens, bills are the balances and fills the positions; the same seed says the same.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func aSeedDrivesEverything(_ seed: UInt64) throws {
    func run() throws -> [ServerFrame] {
      let bench = try Bench(swaps: 1) { $0.ordersPerTwoSeconds = 0 }
      bench.advance(milliseconds: 1_000)
      let line = try bench.privateLine()
      let before = try bench.cash()
      var random = SystemRandom(state: seed)
      for step in 0..<150 {
        let deed = SystemTests.deeds[Int(random.next() % UInt64(SystemTests.deeds.count))]
        try bench.play("at 0ms of exchange \(deed)\nat 1 of orders delay \(step % 90)")
        let side = random.next() % 2 == 0 ? "buy" : "sell"
        let name = random.next() % 2 == 0 ? "BTC-USDT" : Bench.swap
        let size = name == Bench.swap ? "1" : "0.001"
        try bench.order(name, side, "market", size: size)
        bench.advance(milliseconds: Int64(random.next() % 90))
      }
      try bench.play("at 0ms of exchange calm")
      bench.advance(milliseconds: 1_000)
      try SystemTests.expectSums(bench, since: before)
      return line.frames
    }
    let first = try run()
    #expect(first.count > 200)
    #expect(first == (try run()))
  }

  private static let deeds = [
    "funding BTC-USDT-SWAP -0.0002", "settle BTC-USDT-SWAP", "transfer USDT 12.5",
    "liquidate BTC-USDT-SWAP", "adl BTC-USDT-SWAP 1", "liquidate BTC-USDT-SWAP 1 silent",
    "foreign BTC-USDT-SWAP buy market - 2 phone", "foreign-cancel BTC-USDT-SWAP",
    "rest-lag 100 50", "not-found 50", "foreign BTC-USDT sell market - 0.001",
  ]

  private static func all(_ bench: Bench, _ path: String) throws -> [[String: Any]] {
    var rows: [[String: Any]] = []
    while true {
      let after = rows.last.map { "&after=\($0["billId"] as? String ?? "")" } ?? ""
      let page = try bench.rows("\(path)?limit=100\(after)")
      rows += page
      if page.count < 100 { return rows }
    }
  }

  private static func expectSums(_ bench: Bench, since before: [String: Double]) throws {
    let bills = try all(bench, "account/bills")
    var sums = before
    for bill in bills {
      let currency = try #require(bill["ccy"] as? String)
      sums[currency, default: 0] += try number(bill, "balChg")
    }
    let cash = try bench.cash()
    #expect(Set(cash.keys) == Set(sums.keys))
    for (currency, sum) in sums { #expect(abs(try #require(cash[currency]) - sum) < 1e-5) }
    var positions: [String: Double] = [:]
    let fills = try all(bench, "trade/fills")
    #expect(Set(text(fills, "billId")).count == fills.count)
    for fill in fills {
      let sign = fill["side"] as? String == "buy" ? 1.0 : -1.0
      positions[fill["instId"] as? String ?? "", default: 0] += try sign * number(fill, "fillSz")
    }
    let row = try bench.rows("account/positions?instId=\(Bench.swap)").first
    #expect(try abs(number(try #require(row), "pos") - (positions[Bench.swap] ?? 0)) < 1e-9)
  }
}

/// SplitMix64.
private struct SystemRandom {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
