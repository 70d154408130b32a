// The chapter *Rate limits* of docs/OKX.md: how much goes in two seconds, and the word that it was too much; control plane.

import JSON
import Quantities

extension ConformStep {
  static let rateSteps: [ConformStep] = [
    ConformStep(
      "rates.windows", "send as much as may be sent, then more, while a dead man's switch runs off",
      rules: ["OKX-210", "OKX-211", "OKX-212", "OKX-213", "OKX-215"], run: rateWindows),
    ConformStep(
      "rates.open-orders", "fill an instrument with orders", rules: ["OKX-214"],
      run: rateOpenOrders),
  ]

  private static let rateWindows: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let guarded = try await bench.rest(line, bench.spot, ["tag": .string(switchTag)])
    let other = try await bench.rest(line, bench.spot)
    let isArmed = try await armSwitch(bench, findings)
    try await judgeReads(bench, findings)
    try await judgeOrders(bench, findings, line)
    try await judgeAccount(bench, findings, line)
    if isArmed { try await judgeSwitch(bench, findings, line, guarded, other) }
    for order in [guarded, other] { _ = try await bench.cancel(line, bench.spot, order) }
  }

  // MARK: The switch

  /// Of orders that it takes away, and of one that only measures the pace.
  private static let switchTag = "conformswitch"
  private static let idleTag = "conformidle"

  static func isTooMany(_ reply: ConformReply) -> Bool {
    reply.status == 429 || reply.code == "50011"
  }

  /// True where the switch runs. It is armed for ten seconds, the least; again is too early, a second later is not.
  private static func armSwitch(_ bench: ConformBench, _ findings: Findings) async throws -> Bool {
    func arm(_ tag: String, _ seconds: String) async throws -> ConformReply {
      try await bench.call(
        "POST", "trade/cancel-all-after", ["timeOut": .string(seconds), "tag": .string(tag)])
    }
    let first = try await arm(switchTag, "10")
    let again = try await arm(switchTag, "10")
    let elsewhere = try await arm(idleTag, "0")
    findings.expect(
      "OKX-215", first.code == "0" && again.code != "0",
      "the second cancel-all-after of a tag within a second is refused",
      seen: "\(first.code), then HTTP \(again.status) \(again.text)")
    findings.expect(
      "OKX-213", isTooMany(again), "too many calls are HTTP 429 or 50011",
      seen: "HTTP \(again.status) \(again.text)")
    findings.expect(
      "OKX-215", elsewhere.code == "0", "another tag has a second of its own", seen: elsewhere.text)
    try await Task.sleep(nanoseconds: 1_200_000_000)
    let later = try await arm(switchTag, "10")
    findings.expect(
      "OKX-215", later.code == "0", "a second later the tag is taken again", seen: later.text)
    return first.code == "0" || later.code == "0"
  }

  /// Cancelling takes OKX some seconds.
  private static func judgeSwitch(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ guarded: ConformOrder,
    _ other: ConformOrder
  ) async throws {
    let gone = try await bench.pushes(line, of: guarded, seconds: 20).last
    let stays = try await bench.pushes(line, of: other, seconds: 0)
    findings.expect(
      "OKX-215",
      gone?.text("state") == "canceled" && gone?.text("cancelSource") == "20"
        && !stays.contains { $0.text("state") == "canceled" },
      "nobody called again: the tag's orders are cancelled with cancelSource 20, others stay",
      seen: "\(gone?.text("state") ?? "no push") \(gone?.text("cancelSource") ?? ""), "
        + "the other \(stays.last?.text("state") ?? "none")")
  }

  // MARK: Open orders

  private static let openMax = 500

  private static let rateOpenOrders: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard bench.target.environment == .simulated,
      let spot = try await bench.second("SPOT", beside: bench.spot)
    else {
      return findings.notSeen(
        "OKX-214",
        "it would take \(openMax) orders of an instrument: the simulated exchange is asked")
    }
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let name = bench.name(spot)
    let held = try await bench.rows("GET", "trade/orders-pending?instId=\(name)").count
    let price = try await bench.price(spot, buy: true, restingBy: 25)
    let foreign = "at 0ms of exchange foreign \(name) buy limit \(price) \(bench.size(spot))"
    _ = try await bench.provoke(Array(repeating: foreign, count: openMax - 1 - held))
    let order = bench.order(spot, buy: true, ["px": .string(price)])
    let last = try await bench.place(line, order)
    let beyond = try await bench.place(
      line, bench.order(spot, buy: true, ["px": .string(price)]))
    _ = try await bench.provoke(["at 0ms of exchange foreign-cancel \(name)"])
    findings.expect(
      "OKX-214", last.code == "0" && beyond.code == "51025",
      "an instrument takes \(openMax) open orders and no more (51025)",
      seen: "the \(openMax)th \(last.code), the next \(beyond.reply.text)")
  }
}
