// What orders are called and found by (OKX-102, OKX-106, OKX-118); control plane.

import JSON

extension ConformStep {
  static let orderIdentity: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    try await judgeClientIDs(bench, findings, line)
    try await judgeCancelling(bench, findings, line)
    try await judgeTags(bench, findings, line)
  }

  private static func judgeClientIDs(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let (spot, id) = (bench.spot, bench.nextOrderID())
    let price = JSONValue.string(try await bench.price(spot, buy: true, restingBy: 20))
    func place(_ id: String) async throws -> ConformOrder {
      try await bench.place(
        line, bench.order(spot, buy: true, ["px": price, "clOrdId": .string(id)]))
    }
    let first = try await place(id)
    guard first.code == "0" else {
      throw ConformHindrance("an order that would rest was refused: \(first.reply.text)")
    }
    let twice = try await place(id)
    findings.expect(
      "OKX-102", twice.code == "51016", "the clOrdId of an open order is 51016",
      seen: twice.reply.text)
    try await bench.undo(line, spot, first)
    let second = try await place(id)
    findings.expect(
      "OKX-102", second.code == "0" && second.exchangeID != first.exchangeID,
      "the clOrdId of an order that is done is taken again", seen: second.reply.text)
    if second.code == "0" {
      let found = try await bench.queried(spot, client: id).rows.first?.text("ordId") ?? "none"
      findings.expect(
        "OKX-102", found == second.exchangeID, "a query answers for the latest of that clOrdId",
        seen: "\(found) of \(first.exchangeID) and \(second.exchangeID)")
      try await bench.undo(line, spot, second)
    }
    let long = bench.prefix + String(repeating: "x", count: 32 - bench.prefix.utf8.count)
    let longest = try await place(long)
    findings.expect(
      "OKX-102", longest.code == "0" && longest.reply.rows.first?.text("clOrdId") == long,
      "a clOrdId of 32 letters and digits is taken", seen: longest.reply.text)
    if longest.code == "0" { try await bench.undo(line, spot, longest) }
    for (words, bad) in [("33 letters", long + "x"), ("a hyphen", bench.prefix + "-1")] {
      let refused = try await place(bad)
      findings.expect(
        "OKX-102", !["", "0"].contains(refused.code), "a clOrdId with \(words) is refused",
        seen: refused.reply.text)
      if refused.code == "0" { try await bench.undo(line, spot, refused) }
    }
  }

  private static func judgeCancelling(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let one = try await bench.rest(line, bench.spot)
    let other = try await bench.rest(line, bench.spot)
    let code = bench.spot["instIdCode"] ?? .null
    let both = try await bench.ask(
      line, "cancel-order",
      ["instIdCode": code, "ordId": .string(one.exchangeID), "clOrdId": .string(other.clientID)])
    func isGone(_ order: ConformOrder, _ seconds: Double) async throws -> Bool {
      try await bench.pushes(line, of: order, seconds: seconds)
        .contains { $0.text("state") == "canceled" }
    }
    let isOneGone = try await isGone(one, 5)
    let isOtherGone = try await isGone(other, 0.3)
    findings.expect(
      "OKX-106", both.code == "0" && isOneGone && !isOtherGone,
      "of two ids that name two orders ordId wins",
      seen: "\(both.reply.text), that of ordId \(isOneGone ? "went" : "stayed"), "
        + "that of clOrdId \(isOtherGone ? "went" : "stayed")")
    if isOtherGone { return }
    let byClient = try await bench.ask(
      line, "cancel-order", ["instIdCode": code, "clOrdId": .string(other.clientID)])
    let isGoneByClient = try await isGone(other, 5)
    findings.expect(
      "OKX-106", byClient.code == "0" && isGoneByClient, "clOrdId alone names an order",
      seen: byClient.reply.text)
    let neither = try await bench.ask(line, "cancel-order", ["instIdCode": code])
    findings.expect(
      "OKX-106", !["", "0"].contains(neither.code), "a cancel without an id is refused",
      seen: neither.reply.text)
  }

  private static func judgeTags(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let (spot, tag) = (bench.spot, ConformBench.tag)
    let placed = try await bench.rest(line, spot)
    let push = try await bench.pushes(line, of: placed, until: ["live"]).last
    let pending = try await bench.listed(
      "trade/orders-pending?instId=\(bench.name(spot))", placed.exchangeID)
    let queried = try await bench.queried(spot, client: placed.clientID).rows.first
    let places: [(String, String?)] = [
      ("reply", placed.reply.rows.first?.text("tag")), ("push", push?.text("tag")),
      ("orders-pending", pending?.text("tag")), ("trade/order", queried?.text("tag")),
    ]
    findings.expect(
      "OKX-118", places.allSatisfy { $0.1 == tag }, "the tag comes back everywhere",
      seen: places.map { "\($0.0) \($0.1 ?? "none")" }.joined(separator: ", "))
    try await bench.undo(line, spot, placed)
    let price = JSONValue.string(try await bench.price(spot, buy: true, restingBy: 20))
    let bad = [("17 letters", "conformconformcon"), ("a hyphen", "con-form")]
    for (words, text) in bad {
      let refused = try await bench.place(
        line, bench.order(spot, buy: true, ["px": price, "tag": .string(text)]))
      findings.expect(
        "OKX-118", !["", "0"].contains(refused.code), "a tag with \(words) is refused",
        seen: refused.reply.text)
      if refused.code == "0" { try await bench.undo(line, spot, refused) }
    }
  }
}
