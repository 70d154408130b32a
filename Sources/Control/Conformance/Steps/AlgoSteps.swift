// The chapter *Algo orders* of docs/OKX.md: placing, listing, amending, and how many may wait; control plane.

import JSON
import Quantities

extension ConformStep {
  static let algoSteps: [ConformStep] = [
    ConformStep(
      "algos.place", "let a stop wait far away, and place what is refused",
      rules: ["OKX-230", "OKX-231", "OKX-236"], run: algoPlace),
    ConformStep(
      "algos.sides", "put take-profits and stops on the wrong side of three prices",
      rules: ["OKX-234"], run: algoSides),
    ConformStep(
      "algos.lists", "list, amend and cancel waiting orders", rules: ["OKX-237", "OKX-238"],
      run: algoLists),
    ConformStep(
      "algos.trigger", "let one of two legs close a short",
      rules: ["OKX-230", "OKX-231", "OKX-234", "OKX-237"], run: algoTrigger),
    ConformStep(
      "algos.close", "tie stops to a whole position, and close it",
      rules: ["OKX-232", "OKX-233"], run: algoClose),
    ConformStep(
      "algos.trailing", "let as many trailing stops wait as may",
      rules: ["OKX-234", "OKX-235", "OKX-236"], run: algoTrailing),
  ]

  private static let algoPlace: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let desk = AlgoDesk(bench: bench)
    let line = try await bench.openPrivate(.business)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "orders-algo", "instType": "ANY"])
    let money = bench.swap.text("settleCcy")
    let before = try await bench.balance(money)?.text("ordFrozen")
    let far = try await desk.price(bench.swap, thousandths: 1_100)
    let stop: [String: JSONValue] = ["slTriggerPx": .string(far), "slOrdPx": "-1"]
    let name = bench.nextOrderID()
    let first = try await desk.place(
      "conditional", buy: true, stop.merging(["algoClOrdId": .string(name)]) { $1 })
    let id = first.id
    let push = try await findings.demand("OKX-236", "a push of the waiting order") {
      try await line.next("push of orders-algo", after: mark) { frame in
        frame.isPush(of: "orders-algo") && frame.rows.contains { $0.text("algoId") == id }
      }
    }
    let early = line.frames.dropFirst(mark).prefix { $0.index < push.index }.filter {
      $0.isPush(of: "orders-algo")
    }
    let isAlone = early.allSatisfy { $0.rows.allSatisfy { $0.text("state") != "live" } }
    let row = push.rows.first { $0.text("algoId") == id } ?? .null
    findings.expect(
      "OKX-236", isAlone && row.text("state") == "live" && row.text("ordType") == "conditional",
      "orders-algo begins with nothing and tells of the new order as live",
      seen: "\(early.count) pushes before it, \(row.text("ordType")) \(row.text("state"))")
    let held = try await bench.balance(money)?.text("ordFrozen")
    let again = try await desk.place(
      "conditional", buy: true, stop.merging(["algoClOrdId": .string(name)]) { $1 })
    let both = try await desk.place(
      "conditional", buy: true, stop.merging(["closeFraction": "1", "reduceOnly": true]) { $1 })
    let neither = try await desk.place(
      "conditional", buy: true, stop.merging(["sz": .null]) { $1 })
    findings.expect(
      "OKX-230",
      first.code == "0" && !id.isEmpty && Exact.equal(before, held) && again.code == "51065"
        && both.code != "0" && neither.code != "0",
      "taken without holding money; 51065 for the same algoClOrdId; sz or closeFraction, one of them",
      seen:
        "\(first.code), ordFrozen \(before ?? "none") then \(held ?? "none"), again \(again.code), both "
        + "\(both.code), neither \(neither.code)")
    try await judgeConditional(bench, desk, findings)
    try await desk.cancelAll([first, again, both, neither])
  }

  /// Of a conditional order with two legs the stop alone is checked.
  private static func judgeConditional(
    _ bench: ConformBench, _ desk: AlgoDesk, _ findings: Findings
  ) async throws {
    let above = JSONValue.string(try await desk.price(bench.swap, thousandths: 1_100))
    let below = JSONValue.string(try await desk.price(bench.swap, thousandths: 900))
    func legs(_ type: String, profit: JSONValue, stop: JSONValue) async throws -> AlgoReply {
      try await desk.place(
        type, buy: true,
        ["tpTriggerPx": profit, "tpOrdPx": "-1", "slTriggerPx": stop, "slOrdPx": "-1"])
    }
    let profit = try await legs("conditional", profit: above, stop: above)
    let stop = try await legs("conditional", profit: below, stop: below)
    let oco = try await legs("oco", profit: above, stop: above)
    let right = try await legs("oco", profit: below, stop: above)
    findings.expect(
      "OKX-231",
      profit.code == "0" && stop.code == "51278" && oco.code == "51277" && right.code == "0",
      "of a conditional order the stop alone is checked (51278), of an oco both (51277)",
      seen:
        "conditional with a wrong profit \(profit.code), with a wrong stop \(stop.code), oco with a wrong profit "
        + "\(oco.code), with both right \(right.code)")
    try await desk.cancelAll([profit, stop, oco, right])
  }

  private static let algoSides: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let desk = AlgoDesk(bench: bench)
    let above = JSONValue.string(try await desk.price(bench.swap, thousandths: 1_100))
    let below = JSONValue.string(try await desk.price(bench.swap, thousandths: 900))
    let wanted: [(source: String, codes: [String])] = [
      ("last", ["51277", "51278", "51279", "51280"]),
      ("mark", ["51300", "51302", "51303", "51304"]),
      ("index", ["51305", "51306", "51307", "51308"]),
    ]
    var made: [AlgoReply] = []
    for (source, codes) in wanted {
      var seen: [String] = []
      // Of a buy the profit lies below and the stop above; of a sell the other way round.
      for (buy, leg, price) in [
        (true, "tp", above), (true, "sl", below), (false, "tp", below), (false, "sl", above),
      ] {
        let reply = try await desk.place(
          "conditional", buy: buy,
          [
            leg + "TriggerPx": price, leg + "OrdPx": "-1",
            leg + "TriggerPxType": .string(source),
          ])
        made.append(reply)
        seen.append(reply.code)
      }
      findings.expect(
        "OKX-234", seen == codes, "\(codes) for the wrong side of the \(source) price",
        seen: "\(seen)")
    }
    let pair = try await desk.place(
      "conditional", of: bench.spot, buy: false,
      [
        "slTriggerPx": .string(try await desk.price(bench.spot, thousandths: 900)),
        "slOrdPx": "-1", "slTriggerPxType": "mark",
      ])
    made.append(pair)
    findings.expect(
      "OKX-234", pair.code == "51415", "spot by the last price alone (51415)", seen: pair.code)
    try await desk.cancelAll(made)
  }

  private static let algoTrailing: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let desk = AlgoDesk(bench: bench)
    func trail(_ more: [String: JSONValue]) async throws -> AlgoReply {
      try await desk.place("move_order_stop", buy: false, more)
    }
    let far = try await trail(["callbackRatio": "0.2"])
    let wide = try await trail(["callbackRatio": "2"])
    let low = try await trail([
      "callbackRatio": "0.05",
      "activePx": .string(try await desk.price(bench.swap, thousandths: 950)),
    ])
    let high = try await desk.place(
      "move_order_stop", buy: true,
      [
        "callbackRatio": "0.05",
        "activePx": .string(try await desk.price(bench.swap, thousandths: 1_050)),
      ])
    let line = try await bench.openPrivate(.business)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "algo-advance", "instType": "ANY"])
    let first = try await findings.demand("OKX-236", "algo-advance with what waits") {
      try await line.next("push of algo-advance", after: mark) { frame in
        frame.isPush(of: "algo-advance") && frame.rows.contains { $0.text("algoId") == far.id }
      }
    }
    findings.expect(
      "OKX-236", first.rows.allSatisfy { $0.text("ordType") != "conditional" },
      "algo-advance begins with the trailing orders that wait",
      seen: "\(first.rows.count) rows, \(first.rows.first?.text("ordType") ?? "")")
    let row = first.rows.first { $0.text("algoId") == far.id } ?? .null
    let last =
      try await bench.read("market/ticker?instId=\(bench.name(bench.swap))", signed: false)
      .first?.double("last") ?? 0
    let moved = row.double("moveTriggerPx") ?? 0
    findings.expect(
      "OKX-234",
      far.code == "0" && wide.code == "51311" && low.code == "51258" && high.code == "51259"
        && moved > last * 0.78 && moved < last * 0.82,
      "a trailing stop a fifth below the best price; 51311, 51258, 51259 for what does not fit",
      seen:
        "\(far.code) at \(row.text("moveTriggerPx")) of \(last), ratio 2 \(wide.code), activePx below \(low.code), "
        + "above for a buy \(high.code)")
    try await judgeMost(bench, desk, findings, [far, wide, low, high])
  }

  /// Up to the fifty that may wait, twenty in two seconds, then one too many.
  private static func judgeMost(
    _ bench: ConformBench, _ desk: AlgoDesk, _ findings: Findings, _ made: [AlgoReply]
  ) async throws {
    var waiting = made
    var refused: AlgoReply?
    let others = try await bench.read("trade/orders-algo-pending?ordType=move_order_stop").count
    for _ in others..<51 {
      let reply = try await desk.place("move_order_stop", buy: false, ["callbackRatio": "0.2"])
      waiting.append(reply)
      if reply.code != "0" {
        refused = reply
        break
      }
    }
    let count = others + waiting.dropFirst(made.count).count { $0.code == "0" }
    let code = refused?.code ?? "none refused"
    findings.expect(
      "OKX-235", code == "51260" && count == 50,
      "50 trailing orders wait, the next is 51260; the other two limits take hundreds of orders to see",
      seen: "\(count) waiting, then \(code)")
    try await desk.cancelAll(waiting)
  }
}

struct AlgoReply: Sendable {
  var id: String
  var code: String
  var row: JSONValue
  var instrument: String
}

/// Algo orders of the smallest size, placed and taken back.
struct AlgoDesk: Sendable {
  let bench: ConformBench

  /// On the grid, as so many thousandths of the last price.
  func price(_ instrument: JSONValue, thousandths: Int64, ticks: Int64 = 0) async throws -> String {
    let row =
      try await bench.read("market/ticker?instId=\(bench.name(instrument))", signed: false).first
      ?? .null
    guard let tick = instrument.decimal("tickSz"), let last = row.decimal("last"),
      let units = try? last.units(of: tick),
      let price = DecimalNumber.of(units: units * thousandths / 1_000 + ticks, increment: tick)
    else { throw ConformHindrance("\(bench.name(instrument)) has no last price on its grid") }
    return price.description
  }

  /// `more` adds and replaces; null takes away.
  func place(
    _ type: String, of instrument: JSONValue? = nil, buy: Bool, _ more: [String: JSONValue]
  ) async throws -> AlgoReply {
    let instrument = instrument ?? bench.swap
    var members: [String: JSONValue] = [
      "instId": .string(bench.name(instrument)),
      "tdMode": bench.isSpot(instrument) ? "cash" : "cross", "side": buy ? "buy" : "sell",
      "ordType": .string(type), "sz": .string(instrument.text("minSz")),
      "tag": .string(ConformBench.tag),
    ]
    members.merge(more) { $1 }
    let answer = try await bench.ask(
      "POST", "trade/order-algo", members.filter { !$0.value.isNull })
    let row = answer.rows.first ?? .null
    return AlgoReply(
      id: answer.rowCode == "0" ? row.text("algoId") : "",
      code: answer.rowCode.isEmpty ? answer.code : answer.rowCode, row: row,
      instrument: bench.name(instrument))
  }

  func amend(_ order: AlgoReply, _ more: [String: JSONValue]) async throws -> String {
    let members: [String: JSONValue] = [
      "instId": .string(order.instrument), "algoId": .string(order.id),
    ]
    let answer = try await bench.ask("POST", "trade/amend-algos", members.merging(more) { $1 })
    return answer.rowCode.isEmpty ? answer.code : answer.rowCode
  }

  /// The answer to cancelling these.
  func cancel(_ orders: [AlgoReply]) async throws -> ConformReply {
    let items = orders.map { order -> JSONValue in
      ["instId": .string(order.instrument), "algoId": .string(order.id)]
    }
    var answer = try await bench.call("POST", "trade/cancel-algos", .array(items))
    for _ in 0..<4 where answer.code == "50011" {
      try await Task.sleep(nanoseconds: 700_000_000)
      answer = try await bench.call("POST", "trade/cancel-algos", .array(items))
    }
    return answer
  }

  /// Ten at a time, as many as may go together.
  func cancelAll(_ orders: [AlgoReply]) async throws {
    let placed = orders.filter { !$0.id.isEmpty }
    for start in stride(from: 0, to: placed.count, by: 10) {
      _ = try await cancel(Array(placed[start..<min(start + 10, placed.count)]))
    }
  }
}
