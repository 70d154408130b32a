// The chapter *Algo orders*: lists and amendments, legs that trigger, and stops of a whole position; control plane.

import JSON
import Quantities

extension ConformStep {
  static let algoLists: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let desk = AlgoDesk(bench: bench)
    let above = JSONValue.string(try await desk.price(bench.swap, thousandths: 1_100))
    let below = JSONValue.string(try await desk.price(bench.swap, thousandths: 900))
    let further = try await desk.price(bench.swap, thousandths: 1_200)
    let stop: [String: JSONValue] = ["slTriggerPx": above, "slOrdPx": "-1"]
    let first = try await desk.place("conditional", buy: true, stop)
    let second = try await desk.place("conditional", buy: true, stop)
    let oco = try await desk.place(
      "oco", buy: true, stop.merging(["tpTriggerPx": below, "tpOrdPx": "-1"]) { $1 })
    let trail = try await desk.place("move_order_stop", buy: false, ["callbackRatio": "0.2"])
    let pair = try await desk.place(
      "conditional", of: bench.spot, buy: false,
      [
        "slTriggerPx": .string(try await desk.price(bench.spot, thousandths: 900)),
        "slOrdPx": "-1",
      ])
    let all = [first, second, oco, trail, pair]
    guard all.allSatisfy({ $0.code == "0" }) else {
      try await desk.cancelAll(all)
      return findings.differs(
        "OKX-238", expected: "five algo orders taken", seen: "\(all.map(\.code))")
    }
    try await judgeLists(bench, findings, first, second, oco)
    let moved = try await desk.amend(first, ["newSlTriggerPx": .string(further)])
    let now = try await bench.read("trade/order-algo?algoId=\(first.id)").first ?? .null
    let codes = [
      try await desk.amend(trail, ["newCallbackRatio": "0.3", "newSz": .string("1")]),
      try await desk.amend(first, ["newSlTriggerPx": "0"]),
      try await desk.amend(oco, ["newTpTriggerPx": "0"]),
      try await desk.amend(pair, ["newSlTriggerPxType": "last"]),
    ]
    let crowd = try await desk.cancel([AlgoReply](repeating: first, count: 11))
    findings.expect(
      "OKX-237",
      moved == "0" && Exact.equal(now.text("slTriggerPx"), further)
        && codes == ["51506", "51531", "0", "51543"] && crowd.code == "51406",
      "a trigger price moved; 51506 for trailing; 51531 for the only leg, one of two goes; 51543 of spot; 51406 for 11",
      seen:
        "\(moved) to \(now.text("slTriggerPx")), \(codes), 11 at once \(crowd.code)")
    try await desk.cancelAll(all)
    try await judgeHistory(bench, findings, first.id)
  }

  private static func judgeLists(
    _ bench: ConformBench, _ findings: Findings, _ first: AlgoReply, _ second: AlgoReply,
    _ oco: AlgoReply
  ) async throws {
    let path = "trade/orders-algo-pending"
    let untyped = try await bench.ask("GET", path)
    let both = try await bench.read("\(path)?ordType=conditional,oco&instType=SWAP")
    let ids = both.map { $0.text("algoId") }
    let after = try await bench.read(
      "\(path)?ordType=conditional&instType=SWAP&after=\(second.id)&limit=1")
    let before = try await bench.read(
      "\(path)?ordType=conditional&instType=SWAP&before=\(first.id)&limit=1")
    findings.expect(
      "OKX-238",
      untyped.code != "0" && Set([first.id, second.id, oco.id]).isSubset(of: ids)
        && isFalling(ids.map { Int64($0) }) && after.map { $0.text("algoId") } == [first.id]
        && before.map { $0.text("algoId") } == [second.id],
      "waiting orders by ordType, TP/SL kinds together, paged by algoId",
      seen:
        "without ordType \(untyped.code); \(ids); after \(second.id) \(after.map { $0.text("algoId") }); before "
        + "\(first.id) \(before.map { $0.text("algoId") })")
  }

  private static func judgeHistory(
    _ bench: ConformBench, _ findings: Findings, _ id: String
  ) async throws {
    let path = "trade/orders-algo-history?ordType=conditional"
    let neither = try await bench.ask("GET", path)
    let both = try await bench.ask("GET", "\(path)&state=canceled&algoId=\(id)")
    let row = try await bench.eventually("the cancelled order in the history") {
      try await bench.read("\(path)&algoId=\(id)").first
    }
    let list = try await bench.read("\(path)&state=canceled")
    findings.expect(
      "OKX-238",
      neither.code == "51602" && both.code == "51601" && row.text("algoId") == id
        && row.text("state") == "canceled" && list.contains { $0.text("algoId") == id }
        && list.allSatisfy { $0.text("state") == "canceled" }
        && isFalling(list.map { $0.number("algoId") }),
      "the history by state or algoId, 51602 by neither, 51601 by both",
      seen:
        "\(neither.code), \(both.code), \(row.text("state")), \(list.count) cancelled")
  }

  static let algoTrigger: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard try await isFlat(bench) else {
      return findings.notSeen("OKX-231", "the account holds a position of the swap already")
    }
    let desk = AlgoDesk(bench: bench)
    let line = try await bench.openPrivate(.business)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "orders-algo", "instType": "SWAP"])
    _ = try await bench.take(bench.swap, buy: false)
    var oco: AlgoReply?
    let client = bench.nextOrderID()
    // The market may pass a price that near before the order is there.
    for ticks in [1, 2, 4, 8, 16, 32] as [Int64] where oco == nil {
      let reply = try await desk.place(
        "oco", buy: true,
        [
          "tpTriggerPx": .string(
            try await desk.price(bench.swap, thousandths: 1_000, ticks: -ticks)),
          "tpOrdPx": "-1", "slOrdPx": "-1", "reduceOnly": true, "algoClOrdId": .string(client),
          "slTriggerPx": .string(
            try await desk.price(bench.swap, thousandths: 1_000, ticks: ticks)),
        ])
      if reply.code == "0" { oco = reply }
    }
    guard let oco else { throw ConformHindrance("an oco near the market was refused") }
    let done: ConformFrame
    do {
      done = try await line.next("end of algo order \(oco.id)", after: mark, seconds: 20) { frame in
        frame.isPush(of: "orders-algo")
          && frame.rows.contains { $0.text("algoId") == oco.id && $0.text("state") != "live" }
      }
    } catch {
      try await desk.cancelAll([oco])
      _ = try await bench.take(bench.swap, buy: true, ["reduceOnly": true])
      throw error
    }
    let row = done.rows.first { $0.text("algoId") == oco.id } ?? .null
    try await judgeTriggered(bench, desk, findings, oco, row, client: client)
    if try await isFlat(bench) { return }
    _ = try await bench.take(bench.swap, buy: true, ["reduceOnly": true])
  }

  private static func isFlat(_ bench: ConformBench) async throws -> Bool {
    let position = try await bench.position()
    return position == nil || position?.mantissa == 0
  }

  private static func judgeTriggered(
    _ bench: ConformBench, _ desk: AlgoDesk, _ findings: Findings, _ oco: AlgoReply,
    _ row: JSONValue, client: String
  ) async throws {
    let made = row["ordIdList"]?.array?.compactMap(\.string) ?? []
    findings.expect(
      "OKX-234",
      row.text("state") == "effective" && made.count == 1
        && Exact.equal(row.text("actualSz"), bench.swap.text("minSz"))
        && !row.text("actualPx").isEmpty && ["tp", "sl"].contains(row.text("actualSide"))
        && (row.number("triggerTime") ?? 0) > 0,
      "effective with its order, size, price, side and time",
      seen:
        "\(row.text("state")), ordIdList \(made), actualSz \(row.text("actualSz")), actualPx \(row.text("actualPx")), "
        + "actualSide \(row.text("actualSide")), triggerTime \(row.text("triggerTime"))")
    let order = try await bench.eventually("the order that it made") {
      try await bench.read(
        "trade/order?instId=\(bench.name(bench.swap))&ordId=\(made.first ?? "")"
      ).first { $0.text("state") == "filled" }
    }
    findings.expect(
      "OKX-230",
      order.text("algoId") == oco.id && order.text("algoClOrdId") == client
        && order.text("side") == "buy",
      "the order that it made carries algoId and algoClOrdId",
      seen: "algoId \(order.text("algoId")), algoClOrdId \(order.text("algoClOrdId"))")
    let waiting = try await bench.read("trade/orders-algo-pending?ordType=oco&instType=SWAP")
    let isFlat = try await isFlat(bench)
    findings.expect(
      "OKX-231", !waiting.contains { $0.text("algoId") == oco.id } && made.count == 1 && isFlat,
      "one leg triggered, the other void",
      seen: "\(row.text("actualSide")) made \(made.count) orders, flat \(isFlat)")
    let amended = try await desk.amend(oco, ["newSlTriggerPx": .string("1000000")])
    let cancelled = try await desk.cancel([oco]).rowCode
    findings.expect(
      "OKX-237", amended == "51532" && cancelled == "51416",
      "triggered: amended 51532, cancelled 51416", seen: "\(amended), \(cancelled)")
  }

  static let algoClose: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard try await isFlat(bench) else {
      return findings.notSeen("OKX-232", "the account holds a position of the swap already")
    }
    let desk = AlgoDesk(bench: bench)
    _ = try await bench.take(bench.swap, buy: false)
    let above = JSONValue.string(try await desk.price(bench.swap, thousandths: 1_100))
    let below = JSONValue.string(try await desk.price(bench.swap, thousandths: 900))
    let whole: [String: JSONValue] = [
      "sz": .null, "closeFraction": "1", "reduceOnly": true, "slTriggerPx": above,
      "slOrdPx": "-1",
    ]
    func code(_ more: [String: JSONValue], buy: Bool = true, spot: Bool = false) async throws
      -> AlgoReply
    {
      try await desk.place(
        "conditional", of: spot ? bench.spot : bench.swap, buy: buy, whole.merging(more) { $1 })
    }
    var refused = [
      try await code(["closeFraction": "0.5"]),
      try await code(["reduceOnly": false]),
      try await code(["slOrdPx": above]),
      try await code(["slTriggerPx": below], buy: false),
      try await code(
        [
          "reduceOnly": .null,
          "slTriggerPx": .string(try await desk.price(bench.spot, thousandths: 1_100)),
        ], spot: true),
    ]
    let first = try await code([:])
    refused.append(try await code([:]))
    let sized = try await desk.amend(first, ["newSz": .string(bench.swap.text("minSz"))])
    let codes = refused.map(\.code)
    findings.expect(
      "OKX-232",
      first.code == "0" && codes.first != "0"
        && Array(codes.dropFirst()) == ["51328", "51330", "51331", "51327", "51088"]
        && sized == "51524",
      "closeFraction 1 alone; 51328, 51330, 51331, 51327 for what does not fit, 51088 for a second, 51524 for its size",
      seen: "\(first.code); 0.5 and the others \(codes); size \(sized)")
    let tied = try await desk.place(
      "conditional", buy: true,
      [
        "reduceOnly": true, "cxlOnClosePos": true, "slTriggerPx": above, "slOrdPx": "-1",
      ])
    let loose = try await desk.place(
      "conditional", buy: true, ["slTriggerPx": above, "slOrdPx": "-1"])
    _ = try await bench.take(bench.swap, buy: true, ["reduceOnly": true])
    let ended = try await findings.demand("OKX-233", "an end of the tied order") {
      try await bench.eventually("end of the tied order") {
        try await bench.read("trade/order-algo?algoId=\(tied.id)").first {
          $0.text("state") != "live"
        }
      }
    }
    let kept = try await bench.read("trade/order-algo?algoId=\(loose.id)").first ?? .null
    let rest = try await bench.read("trade/order-algo?algoId=\(first.id)").first ?? .null
    findings.expect(
      "OKX-233",
      tied.code == "0" && ended.text("state") == "canceled" && kept.text("state") == "live",
      "cxlOnClosePos: cancelled with the position, others stay",
      seen:
        "tied \(ended.text("state")), another \(kept.text("state")), that of the whole position \(rest.text("state"))"
    )
    try await desk.cancelAll(refused + [first, tied, loose])
  }
}
