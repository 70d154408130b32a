// States of an instrument, its end, its other name, a cool-off, and planned maintenance.

import Exchange
import Foundation
import Market
import Testing

@Suite struct InstrumentStateTests {
  private func ready() throws -> (Bench, HeldPeer) {
    let bench = try Bench(swaps: 1)
    bench.advance(milliseconds: 1_000)
    let line = bench.opened(.public)
    subscribe(#"{"channel":"instruments","instType":"SWAP"}"#, bench, line)
    return (bench, line)
  }

  private func subscribe(
    _ argument: String, _ bench: Bench, _ line: HeldPeer, _ operation: String = "subscribe"
  ) {
    bench.receive(#"{"op":"\#(operation)","args":[\#(argument)]}"#, on: line)
  }

  private func placed(
    _ bench: Bench, _ type: String = "limit", name: String = Bench.swap, id: String = "",
    more: String = ""
  ) throws -> String {
    let price = type == "market" ? "" : "70000"
    let row = try bench.order(name, "buy", type, price: price, size: "1", id: id, more: more)
    return row["sCode"] as? String ?? "none"
  }

  private func done(
    _ bench: Bench, _ call: String, _ id: String, _ more: String = "", name: String = Bench.swap
  ) throws -> String {
    let reply = try parsed(
      bench.call(
        "POST", "/api/v5/trade/" + call, #"{"instId":"\#(name)","clOrdId":"\#(id)"\#(more)}"#
      ).body)
    let row = (reply["data"] as? [[String: Any]])?.first
    return row?["sCode"] as? String ?? reply["code"] as? String ?? "none"
  }

  @Test(arguments: [
    ("suspend", "51022", "51022", "51022"), ("rebase", "51022", "51022", "51022"),
    ("preopen", "51021", "51021", "51021"), ("post_only", "51022", "0", "0"),
    ("live", "0", "0", "0"),
  ])
  func aStateTakesWhatItTakes(
    _ state: String, _ limit: String, _ postOnly: String, _ amend: String
  ) throws {
    let (bench, line) = try ready()
    #expect(try placed(bench, "post_only", id: "a") == "0")
    try bench.play("at 0ms of exchange state BTC-USDT-SWAP \(state)")
    if state != "live" {
      let rows = try line.rows("instruments")
      #expect(rows.count == 1 && Set(rows[0].keys) == ["instType", "instId", "state"])
      #expect(rows[0]["state"] as? String == state)
    }
    #expect(try placed(bench) == limit)
    #expect(try placed(bench, "market") == limit)
    #expect(try placed(bench, "post_only") == postOnly)
    #expect(try done(bench, "amend-order", "a", #","newSz":"2""#) == amend)
    #expect(try done(bench, "cancel-order", "a") == "0")
  }

  @Test func nothingMovesWhileItIsSuspendedAndAllGoesOnAfter() throws {
    let (bench, line) = try ready()
    subscribe(#"{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"}"#, bench, line)
    try bench.play("at 0ms of exchange state BTC-USDT-SWAP suspend 5000")
    bench.advance(milliseconds: 200)
    _ = try line.take()
    bench.advance(milliseconds: 4_790)
    #expect(try line.pushes("books-l2-tbt").isEmpty)
    bench.advance(milliseconds: 2_000)
    let objects = try line.objects()
    #expect(
      objects.contains { ($0["data"] as? [[String: Any]])?.first?["state"] as? String == "live" })
    #expect(objects.count { $0["action"] as? String == "update" } > 10)
    #expect(try placed(bench) == "0")
  }

  @Test func aListingIsToldWithItsTime() throws {
    let (bench, line) = try ready()
    try bench.play("at 0ms of exchange state BTC-USDT-SWAP preopen 2000")
    let row = try #require(try line.rows("instruments").first)
    #expect(row["listTime"] as? String == "1785542403000" && row["state"] as? String == "preopen")
    bench.advance(milliseconds: 2_000)
    #expect(text(try line.rows("instruments"), "state") == ["live"])
  }

  // MARK: - The end

  @Test func aDelistingIsToldAndThenTheInstrumentIsUnknown() throws {
    let (bench, line) = try ready()
    let account = try bench.privateLine()
    subscribe(#"{"channel":"books","instId":"BTC-USDT-SWAP"}"#, bench, line)
    try bench.order(Bench.swap, "buy", "market", size: "3")
    #expect(try placed(bench, id: "rest") == "0")
    let code = try bench.code(of: Bench.swap)
    let cash = try #require(try bench.cash()["USDT"])
    let open = try #require(try bench.rows("account/positions").first)
    try bench.play("at 0ms of exchange expire BTC-USDT-SWAP 3000")
    let told = try line.rows("instruments")
    #expect(text(told, "expTime") == ["1785542404000"] && told[0]["state"] == nil)
    bench.advance(milliseconds: 3_060)
    let rows = try line.rows("instruments")
    #expect(text(rows, "state") == ["expired"] && text(rows, "instId") == [Bench.swap])
    let orders = try account.take().map(parsed)
    let channels = orders.compactMap { ($0["arg"] as? [String: Any])?["channel"] as? String }
    #expect(channels.contains("orders") && channels.contains("positions"))
    #expect(try bench.rows("trade/orders-pending").isEmpty)
    #expect(try bench.rows("account/positions").isEmpty)
    let bill = try #require(try bench.rows("account/bills").first)
    #expect(bill["type"] as? String == "3" && bill["subType"] as? String == "112")
    let profit = try number(bill, "balChg")
    #expect(abs(try #require(try bench.cash()["USDT"]) - cash - profit) < 1e-6)
    #expect(try abs(profit) < 100 && number(open, "pos") == 3)
    // By neither of its names.
    #expect(try placed(bench) == "51001")
    account.frames.removeAll()
    bench.send(
      "order",
      #""instIdCode":\#(code),"tdMode":"cross","side":"buy","ordType":"limit","px":"70000","sz":"1""#,
      id: "x", on: account)
    let reply = try #require(try account.objects().first)
    #expect(((reply["data"] as? [[String: Any]])?.first?["sCode"] as? String) == "51001")
    #expect(try bench.code("public/instruments?instType=SWAP&instId=\(Bench.swap)") == "51001")
    #expect(try bench.rows("public/instruments?instType=SWAP").isEmpty)
    #expect(try bench.rows("market/tickers?instType=SWAP").isEmpty)
    bench.advance(milliseconds: 500)
    _ = try line.take()
    bench.advance(milliseconds: 2_000)
    #expect(try line.pushes("books").isEmpty)
    subscribe(#"{"channel":"trades","instId":"BTC-USDT-SWAP"}"#, bench, line)
    #expect(try line.objects().last?["code"] as? String == "60018")
    #expect(
      try bench.order(price: "1000", size: "0.001")["sCode"] as? String == "0", "others go on")
  }

  // MARK: - Another name

  @Test func aRenamedContractGoesOnByItsCode() throws {
    let (bench, line) = try ready()
    for channel in ["books", "trades", "tickers", "mark-price"] {
      subscribe(#"{"channel":"\#(channel)","instId":"BTC-USDT-SWAP"}"#, bench, line)
    }
    let account = bench.opened(.private)
    bench.logIn(account)
    subscribe(
      #"{"channel":"positions","instType":"SWAP","instId":"BTC-USDT-SWAP"},{"channel":"orders","instType":"SWAP","instId":"BTC-USDT-SWAP"}"#,
      bench, account)
    try bench.order(Bench.swap, "buy", "market", size: "3")
    bench.advance(milliseconds: 60)
    let code = try bench.code(of: Bench.swap)
    _ = (try line.take(), try account.take())
    try bench.play("at 0ms of exchange rename BTC-USDT-SWAP XBT-USDT-SWAP 1000")
    bench.advance(milliseconds: 2_500)
    #expect(try placed(bench, "post_only", name: "XBT-USDT-SWAP", id: "p") == "0")
    #expect(try placed(bench, name: "XBT-USDT-SWAP") == "51022", "post_only as yet")
    bench.advance(milliseconds: 4_500)
    let objects = try line.objects()
    let rows = objects.filter {
      ($0["arg"] as? [String: Any])?["channel"] as? String == "instruments"
    }
    .flatMap { $0["data"] as? [[String: Any]] ?? [] }
    #expect(text(rows, "state") == ["expired", "rebase", "post_only", "live"])
    #expect(text(rows, "instId") == [Bench.swap] + Array(repeating: "XBT-USDT-SWAP", count: 3))
    #expect(rows[1]["instIdCode"] as? Int == code && rows[1]["uly"] as? String == "XBT-USDT")
    #expect(rows[1]["ctValCcy"] as? String == "XBT" && rows[1]["tickSz"] as? String == "0.1")
    #expect(try bench.code("public/instruments?instType=SWAP&instId=\(Bench.swap)") == "51001")
    #expect(try placed(bench) == "51001")
    #expect(try placed(bench, name: "XBT-USDT-SWAP") == "0")
    // Books and trades go on, and timed positions; the rest is silent.
    bench.advance(milliseconds: 5_000)
    let pushes = try line.objects()
    func count(_ channel: String) -> Int {
      pushes.count { ($0["arg"] as? [String: Any])?["channel"] as? String == channel }
    }
    #expect(count("books") > 0 && count("trades") > 0)
    #expect(count("tickers") == 0 && count("mark-price") == 0)
    let positions = try account.take().map(parsed)
    let own = positions.flatMap { $0["data"] as? [[String: Any]] ?? [] }
    #expect(!own.isEmpty && own.allSatisfy { $0["instId"] as? String == "XBT-USDT-SWAP" })
    #expect(
      positions.allSatisfy { ($0["arg"] as? [String: Any])?["channel"] as? String != "orders" })
    // The old name is refused; a book is given up by the new one, then asked for again.
    subscribe(#"{"channel":"books","instId":"BTC-USDT-SWAP"}"#, bench, line)
    #expect(try line.objects().last?["code"] as? String == "60018")
    subscribe(#"{"channel":"books","instId":"XBT-USDT-SWAP"}"#, bench, line)
    #expect(try line.objects().allSatisfy { $0["action"] as? String != "snapshot" })
    subscribe(#"{"channel":"books","instId":"XBT-USDT-SWAP"}"#, bench, line, "unsubscribe")
    subscribe(#"{"channel":"books","instId":"XBT-USDT-SWAP"}"#, bench, line)
    #expect(try line.objects().contains { $0["action"] as? String == "snapshot" })
    subscribe(#"{"channel":"mark-price","instId":"XBT-USDT-SWAP"}"#, bench, line)
    #expect(try line.rows("mark-price").count == 1)
  }

  // MARK: - What the desk meets for a while

  @Test func aCoolOffLeavesWhatReduces() throws {
    let (bench, _) = try ready()
    try bench.order(Bench.swap, "buy", "market", size: "3")
    try bench.play("at 0ms of exchange cool-off BTC-USDT-SWAP 2000")
    #expect(try placed(bench) == "54094")
    #expect(
      try bench.order(Bench.swap, "sell", "market", size: "1", more: #","reduceOnly":true"#)[
        "sCode"]
        as? String == "0")
    #expect(try bench.order(price: "1000", size: "0.001")["sCode"] as? String == "0", "spot")
    bench.advance(milliseconds: 2_000)
    #expect(try placed(bench) == "0")
  }

  @Test func maintenanceIsToldAndKeepsOrdersOut() throws {
    let (bench, line) = try ready()
    let account = try bench.privateLine()
    subscribe(#"{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"}"#, bench, line)
    #expect(try placed(bench, id: "a") == "0")
    try bench.play("at 0ms of exchange maintenance 1000 2000 1000")
    subscribe(#"{"channel":"status"}"#, bench, line)
    let first = try line.rows("status")
    #expect(text(first, "state") == ["scheduled"], "the latest alone")
    #expect(first[0]["preOpenBegin"] as? String == "1785542404000")
    #expect(try placed(bench, id: "b") == "0")
    bench.advance(milliseconds: 1_200)
    _ = try line.take()
    let refused = bench.call(
      "POST", "/api/v5/trade/order",
      #"{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"70000","sz":"1"}"#
    )
    #expect(try parsed(refused.body)["code"] as? String == "50001" && refused.status == 503)
    #expect(try done(bench, "cancel-order", "a") == "50001")
    #expect(text(try bench.rows("system/status"), "state") == ["ongoing"])
    _ = try account.take()
    let code = try bench.code(of: Bench.swap)
    bench.send("cancel-order", #""instIdCode":\#(code),"clOrdId":"a""#, id: "c", on: account)
    #expect(try account.objects().first?["code"] as? String == "50001")
    bench.advance(milliseconds: 1_000)
    #expect(try line.pushes("books-l2-tbt").isEmpty)
    bench.advance(milliseconds: 900)
    #expect(try placed(bench) == "50001" && (try placed(bench, "post_only", id: "p")) == "0")
    #expect(try done(bench, "amend-order", "b", #","newSz":"2""#) == "50001")
    #expect(try done(bench, "cancel-order", "a") == "0")
    bench.advance(milliseconds: 1_000)
    #expect(try placed(bench) == "0" && (try bench.rows("system/status")).isEmpty)
    #expect(text(try bench.rows("system/status?state=completed"), "end") == ["1785542405000"])
    #expect(text(try line.rows("status"), "state") == ["pre_open", "completed"])
  }
}
