// Orders that rest, and what is said of them without a fill (OKX-107, OKX-109, OKX-113, OKX-114, OKX-132); control plane.

import JSON
import Quantities

extension ConformStep {
  static let orderResting: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let spot = bench.spot
    let placed = try await bench.rest(line, spot)
    let live = try await bench.pushes(line, of: placed, until: ["live"]).last
    findings.expect(
      "OKX-132", live != nil, "the push tells that an accepted order is there",
      seen: live?.text("state") ?? "no push in 5 s")
    let list = "trade/orders-pending?instId=\(bench.name(spot))"
    let pending = try await bench.listed(list, placed.exchangeID)
    let queried = try await bench.queried(spot, client: placed.clientID).rows.first
    let gone = try await bench.cancel(line, spot, placed)
    let rows = try await bench.pushes(line, of: placed)
    let end = rows.last { $0.text("state") == "canceled" }
    findings.expect(
      "OKX-132", gone.code == "0" && end?.text("cancelSource") == "1",
      "the push tells that a cancelled order is gone, by the user (cancelSource 1)",
      seen: end.map { "\($0.text("state")) \($0.text("cancelSource"))" } ?? gone.reply.text)
    let history = try await bench.listed(
      "trade/orders-history?instType=SPOT&instId=\(bench.name(spot))", placed.exchangeID)
    judgeMeans(findings, live: live, pending: pending, queried: queried, history: history)
    let bare = [("push", live), ("trade/order", queried)]
    findings.expect(
      "OKX-114",
      bare.allSatisfy { $0.1?.showsFill != true && ["", "0"].contains($0.1?.text("tradeId")) },
      "an order without a fill shows none",
      seen: bare.map {
        "\($0.0) fillSz \($0.1?.text("fillSz") ?? "-") tradeId \($0.1?.text("tradeId") ?? "-")"
      }.joined(separator: ", "))
    try await judgeRefused(bench, findings, line)
    judgeLives(bench, findings, line)
  }

  /// OKX-113 before the first fill.
  private static func judgeMeans(
    _ findings: Findings, live: JSONValue?, pending: JSONValue?, queried: JSONValue?,
    history: JSONValue?
  ) {
    let means: [(String, JSONValue?, String)] = [
      ("push", live, "0"), ("orders-pending", pending, "0"), ("trade/order", queried, ""),
      ("orders-history", history, ""),
    ]
    for (place, row, wanted) in means {
      guard let row else { continue }
      findings.expect(
        "OKX-113", row.text("avgPx") == wanted,
        "avgPx before the first fill is '\(wanted)' in \(place)", seen: "'\(row.text("avgPx"))'")
    }
  }

  private static func judgeRefused(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let price = JSONValue.string(try await bench.price(bench.spot, buy: true, restingBy: 20))
    let refused = try await bench.place(
      line, bench.order(bench.spot, buy: true, ["px": price, "sz": "0"]))
    let pushes = try await bench.pushes(line, of: refused, seconds: 0.5)
    findings.expect(
      "OKX-107", !["", "0"].contains(refused.code) && pushes.isEmpty,
      "what the gateway refused is answered and never pushed",
      seen: pushes.first.map { "a push: \($0.text("state"))" } ?? refused.reply.text)
  }

  /// Each order of this run on the line, as it lived.
  static func lives(_ bench: ConformBench, _ line: ConformLine) -> [[JSONValue]] {
    let rows = line.frames.filter { $0.isPush(of: "orders") }.flatMap(\.rows)
      .filter { $0.text("clOrdId").hasPrefix(bench.prefix) }
    return Dictionary(grouping: rows) { $0.text("ordId") }.values.sorted {
      ($0.first?.text("ordId") ?? "") < ($1.first?.text("ordId") ?? "")
    }
  }

  /// OKX-107 of every order that the line told of. Pushes may repeat (OKX-108).
  static func judgeLives(_ bench: ConformBench, _ findings: Findings, _ line: ConformLine) {
    let ranks = ["live": 0, "partially_filled": 1, "filled": 2, "canceled": 2]
    let all = lives(bench, line)
    let odd = all.first { rows in
      let states = rows.map { $0.text("state") }
      let steps = states.map { ranks[$0] ?? -1 }
      let isOrdered = zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 }
      let hasOneEnd = Set(states).isSuperset(of: ["filled", "canceled"]) == false
      let beginsRight = states.first == "live" || states.first == "canceled"
      let isPart = rows.allSatisfy {
        $0.text("state") != "partially_filled" || ($0.decimal("accFillSz")?.mantissa ?? 0) > 0
      }
      return steps.contains(-1) || !isOrdered || !hasOneEnd || !beginsRight || !isPart
    }
    if all.isEmpty { return }
    findings.expect(
      "OKX-107", odd == nil, "each order is live, then partially_filled, then filled or canceled",
      seen: odd.map { $0.map { $0.text("state") }.joined(separator: ", ") }
        ?? "\(all.count) orders")
  }

  static let orderPostOnly: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let resting = try await bench.rest(line, bench.swap, ["ordType": "post_only"])
    let rows = try await bench.pushes(line, of: resting, until: ["live", "canceled"])
    findings.expect(
      "OKX-109", rows.map { $0.text("state") } == ["live"], "a post_only order that rests is live",
      seen: rows.map { $0.text("state") }.joined(separator: ", "))
    try await bench.undo(line, bench.swap, resting)
    for buy in [true, false] {
      // A tick through the best price of the other side would do; the market moves on its way.
      let price = try await bench.price(bench.swap, buy: buy, restingBy: -2)
      let taking = try await bench.place(
        line, bench.order(bench.swap, buy: buy, ["px": .string(price), "ordType": "post_only"]))
      guard taking.code == "0" else {
        findings.differs(
          "OKX-109", expected: "a post_only order that would take is accepted, then canceled",
          seen: taking.reply.text)
        continue
      }
      _ = try await bench.pushes(line, of: taking)
      // Whether more comes behind the end.
      let told = try await bench.pushes(line, of: taking, seconds: 0.2, until: [])
      let states = told.map { $0.text("state") }
      let wanted = bench.rules.has(.postOnlyRests) ? ["canceled"] : ["live", "canceled"]
      findings.expect(
        "OKX-109", states == wanted && told.last?.text("cancelSource") == "31",
        "a post_only order that would take is pushed as \(wanted.joined(separator: ", ")) "
          + "with cancelSource 31",
        seen:
          "\(states.joined(separator: ", ")), cancelSource \(told.last?.text("cancelSource") ?? "-")"
      )
      if states.last != "canceled" { try await bench.undo(line, bench.swap, taking) }
    }
  }
}
