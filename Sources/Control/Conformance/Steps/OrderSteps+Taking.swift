// Orders that take at once, and their fills (OKX-107, OKX-110, OKX-111, OKX-113, OKX-114, OKX-118); control plane.

import JSON
import Quantities

extension ConformStep {
  static let orderTaking: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    try await judgeNothingThere(bench, findings, line)
    let rate = try await takerRate(bench)
    // Each buys what the next one sells.
    let types: [(String, Int64?)] = [
      ("market", nil), ("fok", -3), ("limit", -3), ("optimal_limit_ioc", nil), ("ioc", -3),
      ("market", nil),
    ]
    var buy = true
    for (type, through) in types {
      var more: [String: JSONValue] = ["ordType": .string(type)]
      if let through {
        more["px"] = .string(try await bench.price(bench.swap, buy: buy, restingBy: through))
      }
      let taken = try await bench.take(line, bench.swap, buy: buy, more)
      let states = taken.rows.map { $0.text("state") }
      findings.expect(
        "OKX-110", states.first == "live" && states.last == "filled",
        "a \(type) order that takes is live first, then filled",
        seen: states.joined(separator: ", "))
      let kinds = Set(taken.rows.map { $0.text("ordType") })
      findings.expect(
        "OKX-120", kinds == [type], "pushes of a \(type) order say so in ordType",
        seen: kinds.sorted().joined(separator: ", "))
      try await judgeFills(bench, findings, taken.order, taken.rows, rate: rate)
      buy.toggle()
    }
    try await judgeMaker(bench, findings, line)
    judgeLives(bench, findings, line)
  }

  /// Immediate orders far from the market end without a fill.
  private static func judgeNothingThere(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    for (type, source) in [("ioc", "14"), ("fok", "13")] {
      let placed = try await bench.rest(line, bench.swap, ["ordType": .string(type)])
      let rows = try await bench.pushes(line, of: placed)
      let states = rows.map { $0.text("state") }
      findings.expect(
        "OKX-110", states == ["live", "canceled"] && rows.last?.text("cancelSource") == source,
        "an \(type) order that finds nothing is live, then canceled with cancelSource \(source)",
        seen:
          "\(states.joined(separator: ", ")), cancelSource \(rows.last?.text("cancelSource") ?? "-")"
      )
    }
  }

  private static func judgeFills(
    _ bench: ConformBench, _ findings: Findings, _ order: ConformOrder, _ rows: [JSONValue],
    rate: DecimalNumber?
  ) async throws {
    let fills = rows.filter(\.showsFill)
    guard let last = fills.last else {
      return findings.differs(
        "OKX-111", expected: "a push with the fill of a filled order",
        seen: rows.last?.canonical ?? "no push")
    }
    judgeFillFields(bench, findings, fills, isTaker: true)
    judgeFee(findings, fills, rate: rate)
    let first = rows.first ?? .null
    findings.expect(
      "OKX-114", !first.showsFill && ["", "0"].contains(first.text("tradeId")),
      "the push before a fill shows none", seen: "fillSz \(first.text("fillSz"))")
    let queried = try await bench.queried(bench.swap, client: order.clientID).rows.first ?? .null
    func same(_ name: String) -> Bool { queried.text(name) == last.text(name) }
    findings.expect(
      "OKX-114", same("tradeId") && same("fillSz") && same("fillPx"),
      "trade/order shows the last fill",
      seen: "tradeId \(queried.text("tradeId")) of \(last.text("tradeId"))")
    findings.expect(
      "OKX-113",
      (queried.decimal("avgPx")?.mantissa ?? 0) > 0
        && (rows.last?.decimal("avgPx")?.mantissa ?? 0) > 0, "a fill has a mean price",
      seen: "avgPx '\(queried.text("avgPx"))', pushed '\(rows.last?.text("avgPx") ?? "")'")
    let fill = try await bench.listed(
      "trade/fills?instType=SWAP&ordId=\(order.exchangeID)", order.exchangeID)
    guard let fill else { return }
    findings.expect(
      "OKX-118", fill.text("tag") == ConformBench.tag && last.text("tag") == ConformBench.tag,
      "the tag comes back in fills",
      seen: "trade/fills \(fill.text("tag")), push \(last.text("tag"))")
  }

  private static func judgeFillFields(
    _ bench: ConformBench, _ findings: Findings, _ fills: [JSONValue], isTaker: Bool
  ) {
    let settle = bench.swap.text("settleCcy")
    let odd = fills.first { fill in
      let isWhole =
        (fill.decimal("fillSz")?.mantissa ?? 0) > 0 && (fill.decimal("fillPx")?.mantissa ?? 0) > 0
        && Int64(fill.text("tradeId")) ?? 0 > 0 && fill.decimal("fillFee") != nil
        && fill.text("fillFeeCcy") == settle
      return !isWhole || fill.text("execType") != (isTaker ? "T" : "M")
    }
    func seen(_ fill: JSONValue) -> String {
      ["fillSz", "fillPx", "tradeId", "fillFee", "fillFeeCcy", "execType"]
        .map { "\($0) '\(fill.text($0))'" }.joined(separator: ", ")
    }
    findings.expect(
      "OKX-111", odd == nil,
      "a fill as \(isTaker ? "taker" : "maker") has size, price, tradeId, fee in \(settle), execType",
      seen: seen(odd ?? fills.last ?? .null))
  }

  /// Of rates a negative one is paid (OKX-155), and so is the amount.
  private static func judgeFee(_ findings: Findings, _ fills: [JSONValue], rate: DecimalNumber?) {
    guard let rate, rate.mantissa != 0, let fee = fills.last?.decimal("fillFee") else { return }
    findings.expect(
      "OKX-111", fee.mantissa == 0 || (fee.mantissa < 0) == (rate.mantissa < 0),
      "a fee that is charged is negative", seen: "fillFee \(fee) at a rate of \(rate)")
  }

  private static func takerRate(_ bench: ConformBench) async throws -> DecimalNumber? {
    let path =
      "account/trade-fee?instType=SWAP&instFamily=\(bench.swap.text("instFamily"))"
    let answer = try await bench.call("GET", path)
    let row = answer.rows.first ?? .null
    let group = row["feeGroup"]?.array?.first {
      $0.text("groupId") == bench.swap.text("groupId")
    }
    return group?.decimal("taker") ?? row.decimal("takerU")
  }

  /// At the best price of its own side an order may be hit within two seconds; else nothing is said of makers.
  private static func judgeMaker(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let best = try await bench.best(bench.swap)
    let placed = try await bench.place(
      line,
      bench.order(
        bench.swap, buy: true, ["px": .string(best.bid.description), "ordType": "post_only"]))
    guard placed.code == "0" else { return }
    var rows = try await bench.pushes(line, of: placed, seconds: 2)
    if !rows.contains(where: { ["filled", "canceled"].contains($0.text("state")) }) {
      _ = try await bench.cancel(line, bench.swap, placed)
      rows = try await bench.pushes(line, of: placed)
    }
    let fills = rows.filter(\.showsFill)
    if fills.isEmpty { return }
    judgeFillFields(bench, findings, fills, isTaker: false)
    let held = rows.last?.text("accFillSz") ?? ""
    _ = try await bench.take(line, bench.swap, buy: false, ["sz": .string(held)])
  }

  // MARK: In parts

  static let orderPartial: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    for _ in 0..<6 {
      guard let part = try await takePart(bench, line) else { continue }
      try await judgePart(bench, findings, part.order, part.rows)
      judgeLives(bench, findings, line)
      return
    }
    for rule in ["OKX-107", "OKX-110", "OKX-114"] {
      findings.notSeen(rule, "no order was filled in part: the best price had too much, or moved")
    }
  }

  /// Worth of the best price that is taken for this, in the quote currency.
  private static func worthMax(_ bench: ConformBench) -> Double {
    bench.target.environment == .simulated ? 100_000 : 250
  }

  /// An immediate order for the smallest size more than the best price has; nil where nothing came of it.
  private static func takePart(
    _ bench: ConformBench, _ line: ConformLine
  ) async throws -> (order: ConformOrder, rows: [JSONValue])? {
    let swap = bench.swap
    let books = try await bench.rows(
      "GET", "market/books?instId=\(bench.name(swap))&sz=1", signed: false)
    guard let ask = books.first?["asks"]?[0], let price = ask[0]?.string,
      let there = ask[1]?.string.flatMap({ DecimalNumber($0) }), let lot = swap.decimal("minSz"),
      let lots = try? there.units(of: lot), let value = Double(swap.text("ctVal")),
      let worth = Double(price),
      Double(lots) * (Double(lot.description) ?? 0) * value * worth
        <= worthMax(bench)
    else { return nil }
    let placed = try await bench.place(
      line,
      bench.order(
        swap, buy: true,
        ["ordType": "ioc", "px": .string(price), "sz": .string(bench.size(swap, lots + 1))]))
    guard placed.code == "0" else { return nil }
    let rows = try await bench.pushes(line, of: placed)
    if let filled = rows.last?.text("accFillSz"), !["", "0"].contains(filled) {
      _ = try await bench.take(line, swap, buy: false, ["sz": .string(filled)])
      if rows.last?.text("state") == "canceled" { return (placed, rows) }
    }
    return nil
  }

  private static func judgePart(
    _ bench: ConformBench, _ findings: Findings, _ order: ConformOrder, _ rows: [JSONValue]
  ) async throws {
    let states = rows.map { $0.text("state") }
    let end = rows.last ?? .null
    findings.expect(
      "OKX-107", states.contains("partially_filled"), "an order filled in part is partially_filled",
      seen: states.joined(separator: ", "))
    findings.expect(
      "OKX-110", states.first == "live" && end.text("cancelSource") == "14",
      "what an ioc order leaves ends as canceled with cancelSource 14",
      seen: "\(states.joined(separator: ", ")), cancelSource \(end.text("cancelSource"))")
    let queried = try await bench.queried(bench.swap, client: order.clientID).rows.first ?? .null
    let last = rows.last(where: \.showsFill)?.text("tradeId") ?? "none"
    findings.expect(
      "OKX-114", !end.showsFill && queried.text("tradeId") == last && queried.showsFill,
      "the push of the end shows no fill, trade/order the last one",
      seen: "push '\(end.text("fillSz"))', trade/order \(queried.text("tradeId")) of \(last)")
  }
}
