// Algo orders, close-position, leverage and balance_and_position, as REST and the sockets tell them.

import Exchange
import Foundation
import Testing

@Suite struct AlgoTests {
  /// A long position of three contracts, and a business line that follows algo orders.
  private func ready() throws -> (Bench, line: HeldPeer, algos: HeldPeer) {
    let bench = try Bench(swaps: 1)
    bench.advance(milliseconds: 1_000)
    let line = try bench.privateLine()
    bench.receive(#"{"op":"subscribe","args":[{"channel":"balance_and_position"}]}"#, on: line)
    let algos = bench.opened(.business)
    bench.logIn(algos)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"orders-algo","instType":"ANY"}]}"#, on: algos)
    #expect(try algos.take().count == 2, "a login, an acknowledgement, and no snapshot")
    try bench.order(Bench.swap, "buy", "market", size: "3")
    bench.advance(milliseconds: 60)
    _ = try line.take()
    return (bench, line, algos)
  }

  private func post(_ bench: Bench, _ path: String, _ body: String) throws -> [String: Any] {
    let reply = bench.call("POST", "/api/v5/" + path, body)
    bench.advance(by: 0)
    return try parsed(reply.body)
  }

  private func row(_ reply: [String: Any]) throws -> [String: Any] {
    try #require((reply["data"] as? [[String: Any]])?.first, "\(reply)")
  }

  private func last(_ bench: Bench) throws -> Double {
    try number(bench.rows("market/ticker?instId=\(Bench.swap)")[0], "last")
  }

  private func stop(_ bench: Bench, _ share: Double, _ more: String) throws -> [String: Any] {
    let price = String(format: "%.1f", try last(bench) * share)
    return try row(
      post(
        bench, "trade/order-algo",
        #"{"instId":"\#(Bench.swap)","tdMode":"cross","side":"sell","ordType":"conditional","slTriggerPx":"\#(price)","slOrdPx":"-1","reduceOnly":true\#(more)}"#
      ))
  }

  @Test func aStopIsPushedFromItsPlacingToItsOrder() throws {
    let (bench, line, algos) = try ready()
    let placed = try stop(bench, 1, #","sz":"2","algoClOrdId":"guard""#)
    let id = try #require(placed["algoId"] as? String)
    #expect(placed["sCode"] as? String == "0" && placed["algoClOrdId"] as? String == "guard")
    let live = try algos.rows("orders-algo")
    #expect(text(live, "state") == ["live"] && text(live, "algoId") == [id])
    #expect(
      text(try bench.rows("trade/orders-algo-pending?ordType=conditional,oco"), "algoId") == [id])
    // The generated market comes back to its price within a while.
    for _ in 0..<600 where try bench.rows("account/positions").first?["pos"] as? String == "3" {
      bench.advance(milliseconds: 100)
    }
    let done = try #require(try algos.rows("orders-algo").last)
    #expect(done["state"] as? String == "effective" && done["actualSide"] as? String == "sl")
    #expect(done["actualSz"] as? String == "2" && done["failCode"] as? String == "")
    let order = try #require((done["ordIdList"] as? [String])?.first)
    let pushes = try line.rows("orders").filter { $0["ordId"] as? String == order }
    #expect(text(pushes, "algoId").allSatisfy { $0 == id } && pushes.count >= 2)
    #expect(text(pushes, "algoClOrdId").allSatisfy { $0 == "guard" })
    #expect(try bench.rows("trade/orders-algo-pending?ordType=conditional").isEmpty)
    let history = try bench.rows("trade/orders-algo-history?ordType=conditional&state=effective")
    #expect(text(history, "algoId") == [id])
    #expect(text(try bench.rows("trade/order-algo?algoClOrdId=guard"), "algoId") == [id])
  }

  @Test func aWholePositionsStopGoesWhenThePositionIsClosed() throws {
    let (bench, line, algos) = try ready()
    _ = try stop(bench, 0.5, #","closeFraction":"1""#)
    #expect(try stop(bench, 0.5, #","closeFraction":"1""#)["sCode"] as? String == "51088")
    let shown = try bench.rows("account/positions")[0]["closeOrderAlgo"] as? [[String: Any]] ?? []
    #expect(text(shown, "closeFraction") == ["1"] && text(shown, "slTriggerPxType") == ["last"])
    try bench.order(Bench.swap, "sell", price: "200000", size: "1", id: "rest")
    let body = #"{"instId":"\#(Bench.swap)","mgnMode":"cross"}"#
    let refused = bench.call("POST", "/api/v5/trade/close-position", body)
    #expect(refused.status == 429 && refused.body.contains("51115"))
    _ = try line.take()
    let closed = try row(
      post(bench, "trade/close-position", body.dropLast() + #","autoCxl":true,"clOrdId":"bye"}"#))
    #expect(closed["posSide"] as? String == "net" && closed["clOrdId"] as? String == "bye")
    bench.advance(milliseconds: 60)
    let orders = try line.rows("orders")
    #expect(orders.first?["cancelSource"] as? String == "17")
    #expect(orders.last?["state"] as? String == "filled")
    #expect(text(try algos.rows("orders-algo"), "state") == ["live", "canceled"])
    #expect(try bench.rows("account/positions").isEmpty)
    let again = bench.call("POST", "/api/v5/trade/close-position", body)
    #expect(again.body.contains("51023"))
  }

  @Test func holdingsAreToldAtOnceAndWithTheirReason() throws {
    let (bench, line, _) = try ready()
    let late = bench.opened(.private)
    bench.logIn(late)
    bench.receive(#"{"op":"subscribe","args":[{"channel":"balance_and_position"}]}"#, on: late)
    let snapshot = try #require(try late.rows("balance_and_position").first)
    #expect(snapshot["eventType"] as? String == "snapshot")
    let held = snapshot["posData"] as? [[String: Any]] ?? []
    #expect(text(held, "pos") == ["3"] && text(held, "instId") == [Bench.swap])
    try bench.order(Bench.swap, "sell", "market", size: "1")
    let filled = try #require(try late.rows("balance_and_position").first, "before 50 ms are over")
    #expect(filled["eventType"] as? String == "filled")
    let trade = try bench.rows("trade/fills")[0]["tradeId"] as? String
    #expect((filled["trades"] as? [[String: Any]])?.last?["tradeId"] as? String == trade)
    let balances = filled["balData"] as? [[String: Any]] ?? []
    #expect(text(balances, "ccy") == ["USDT"])
    let cash = try #require(try bench.cash()["USDT"])
    #expect(try number(balances[0], "cashBal") == cash)
    for (deed, event, hasPositions) in [
      ("funding BTC-USDT-SWAP 0.0001", "funding_fee", true),
      ("transfer USDT 5", "transferred", false),
      ("liquidate BTC-USDT-SWAP", "liquidation", true),
    ] {
      try bench.play("at 0ms of exchange " + deed)
      let told = try late.rows("balance_and_position")
      #expect(text(told, "eventType") == [event])
      #expect((told.first?["posData"] as? [Any])?.isEmpty == !hasPositions)
    }
    _ = try line.take()
  }

  @Test func leverageIsSetAndShownEverywhere() throws {
    let (bench, line, _) = try ready()
    let margin = try number(try bench.rows("account/positions")[0], "imr")
    let body = #"{"instId":"\#(Bench.swap)","mgnMode":"cross","lever":5}"#
    #expect(try row(post(bench, "account/set-leverage", body))["lever"] as? String == "5")
    bench.advance(milliseconds: 60)
    #expect(try text(line.rows("positions"), "lever") == ["5"])
    let position = try bench.rows("account/positions")[0]
    let doubled = try number(position, "imr")
    #expect(position["lever"] as? String == "5" && abs(doubled - 2 * margin) < 1e-6)
    let query = "account/leverage-info?instId=\(Bench.swap)&mgnMode=cross"
    #expect(try text(bench.rows(query), "lever") == ["5"])
    let order = try bench.order(Bench.swap, price: "1000", size: "1", id: "low")
    #expect(order["sCode"] as? String == "0")
    #expect(
      try bench.rows("trade/order?instId=\(Bench.swap)&clOrdId=low")[0]["lever"] as? String == "5")
    for (lever, code) in [("1000", "59102"), ("0", "51000"), ("2.5", "51000")] {
      let reply = try post(
        bench, "account/set-leverage", body.replacingOccurrences(of: ":5}", with: ":\(lever)}"))
      #expect(reply["code"] as? String == code)
    }
  }

  @Test func whatIsNotSimulatedIsRefusedAndNotForgotten() throws {
    let (bench, _, _) = try ready()
    let attached = try bench.order(
      Bench.swap, price: "1000", size: "1",
      more: #","attachAlgoOrds":[{"slTriggerPx":"900","slOrdPx":"-1"}]"#)
    #expect(attached["sCode"] as? String == "51044")
    for type in ["twap", "chase", "smart_iceberg"] {
      let reply = try post(
        bench, "trade/order-algo",
        #"{"instId":"\#(Bench.swap)","tdMode":"cross","side":"sell","ordType":"\#(type)","sz":"1"}"#
      )
      #expect(try row(reply)["sCode"] as? String == "51000")
    }
    #expect(try bench.code("trade/orders-algo-pending") == "50014")
    #expect(try bench.code("trade/orders-algo-history?ordType=oco") == "51602")
    #expect(
      try bench.code("trade/orders-algo-history?ordType=oco&state=canceled&algoId=1") == "51601")
    #expect(try bench.code("trade/order-algo?algoId=1") == "51603")
  }

  /// OKX's own Python client sends the time of its login as a number (docs/OKX.md OKX-025).
  @Test func trailingOrdersAreOnTheirOwnChannelAndBeginWithWhatWaits() throws {
    let (bench, _, algos) = try ready()
    let reply = try post(
      bench, "trade/order-algo",
      #"{"instId":"\#(Bench.swap)","tdMode":"cross","side":"sell","ordType":"move_order_stop","sz":"1","callbackRatio":"0.1"}"#
    )
    let id = try #require(try row(reply)["algoId"] as? String)
    #expect(try algos.rows("orders-algo").isEmpty)
    bench.receive(
      #"{"op":"subscribe","args":[{"channel":"algo-advance","instType":"ANY"}]}"#, on: algos)
    #expect(try text(algos.rows("algo-advance"), "algoId") == [id])
    let cancel = try post(
      bench, "trade/cancel-algos", #"[{"instId":"\#(Bench.swap)","algoId":"\#(id)"}]"#)
    #expect(try row(cancel)["sCode"] as? String == "0")
    #expect(try text(algos.rows("algo-advance"), "state") == ["canceled"])
    let many = (0..<11).map { #"{"instId":"\#(Bench.swap)","algoId":"\#($0)"}"# }
    let refused = bench.call(
      "POST", "/api/v5/trade/cancel-algos", "[" + many.joined(separator: ",") + "]")
    #expect(refused.status == 400 && refused.body.contains("51406"))
  }
}
