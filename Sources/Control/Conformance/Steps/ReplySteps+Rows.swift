// The fields of what is answered, and their times (OKX-136 to OKX-139); control plane.

import JSON
import Quantities

extension ConformStep {
  static let replyRows: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let (spot, code) = (bench.spot, bench.spot["instIdCode"] ?? .null)
    let placed = try await bench.rest(line, spot)
    let push = try await bench.pushes(line, of: placed, until: ["live"]).last
    // So that no later time is the creation's by chance.
    try await Task.sleep(nanoseconds: 40_000_000)
    let amended = try await bench.ask(
      line, "amend-order",
      [
        "instIdCode": code, "ordId": .string(placed.exchangeID),
        "reqId": .string(bench.nextID("q")),
        "newSz": .string(bench.size(spot, 2)),
      ])
    try await Task.sleep(nanoseconds: 40_000_000)
    let cancelled = try await bench.cancel(line, spot, placed)
    let replies = [("placing", placed), ("amending", amended), ("cancelling", cancelled)]
    judgeFields(bench, findings, replies)
    judgeCreation(findings, replies, pushed: push?.text("cTime") ?? "")
    judgeTimes(bench, findings, replies)
    try await judgeSubCode(bench, findings, line)
  }

  private static func judgeFields(
    _ bench: ConformBench, _ findings: Findings, _ replies: [(String, ConformOrder)]
  ) {
    let own: [String: Set<String>] = ["placing": ["tag"], "amending": ["reqId"], "cancelling": []]
    let hasSubCode = bench.rules.has(.subCode)
    for (words, order) in replies {
      let row = order.reply.rows.first ?? .null
      let fields = Set(row.object.map { Array($0.keys) } ?? [])
      let wanted = (own[words] ?? []).union(["clOrdId", "ordId", "ts", "sCode", "sMsg"])
      findings.expect(
        "OKX-139",
        fields.subtracting(["subCode"]) == wanted
          && (words != "cancelling" || !fields.contains("subCode")),
        "a row of \(words) has \(wanted.sorted().joined(separator: ", "))",
        seen: fields.sorted().joined(separator: ", "))
      if words == "cancelling" { continue }
      findings.expect(
        "OKX-136", row["subCode"]?.string == (hasSubCode ? "" : nil),
        hasSubCode
          ? "a row of \(words) that was taken has an empty subCode"
          : "a row of \(words) has no subCode yet", seen: row.canonical)
    }
  }

  private static func judgeCreation(
    _ findings: Findings, _ replies: [(String, ConformOrder)], pushed: String
  ) {
    let times = replies.map { $0.1.reply.rows.first?.text("ts") ?? "" }
    findings.expect(
      "OKX-138", !pushed.isEmpty && times.allSatisfy { $0 == pushed },
      "ts is when the order was made (cTime of its push) in every answer about it",
      seen: zip(replies.map(\.0), times).map { "\($0) \($1)" }.joined(separator: ", ")
        + ", cTime \(pushed)")
  }

  /// Times of the gateway lie within so many microseconds of the exchange's clock.
  private static let nearMicroseconds: Int64 = 10_000_000

  private static func judgeTimes(
    _ bench: ConformBench, _ findings: Findings, _ replies: [(String, ConformOrder)]
  ) {
    let now = bench.target.rest.venueClock.now().milliseconds * 1_000
    for (words, order) in replies {
      let (taken, told) = (order.reply.json.text("inTime"), order.reply.json.text("outTime"))
      let holds =
        if let begin = Int64(taken), let end = Int64(told) {
          begin <= end && end - begin < 5_000_000 && abs(begin - now) < nearMicroseconds
        } else { false }
      findings.expect(
        "OKX-137", holds, "inTime and outTime of \(words) are microseconds of now, in order",
        seen: "inTime '\(taken)', outTime '\(told)'")
    }
  }

  /// An order for twice the money that there is.
  private static func judgeSubCode(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let spot = bench.spot
    let balance = try await bench.rows(
      "GET", "account/balance?ccy=\(spot.text("quoteCcy"))"
    ).first?["details"]?[0]
    let price = try await bench.price(spot, buy: true, restingBy: 20)
    guard let free = Double(balance?.text("availBal") ?? ""), let cost = Double(price),
      let least = Double(spot.text("minSz")), let most = Double(spot.text("maxLmtSz"))
    else { return }
    let times = Int64(free * 2 / cost / least) + 1
    if Double(times) * least > most { return }
    let refused = try await bench.place(
      line,
      bench.order(
        spot, buy: true, ["px": .string(price), "sz": .string(bench.size(spot, times))]))
    let row = refused.reply.rows.first ?? .null
    let sub = row["subCode"]?.string
    let isRight =
      bench.rules.has(.subCode)
      ? sub.map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } } == true : sub == nil
    findings.expect(
      "OKX-136", refused.code == "51008" && isRight,
      "an order without the money is 51008, and what stands behind it is no part of the code",
      seen: refused.reply.text)
    if refused.code == "0" { try await bench.undo(line, spot, refused) }
  }
}
