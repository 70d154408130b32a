// Limits of orders and cancels, by instrument and by account (OKX-210, OKX-211, OKX-213); control plane.

import JSON
import Quantities

extension ConformStep {
  private static let ordersMax = 60
  /// More than two windows' worth: wherever a window begins, one of them is overrun.
  private static let cancelsSent = 125

  /// Longer than OKX's two seconds.
  static func newWindow() async throws { try await Task.sleep(nanoseconds: 2_200_000_000) }

  /// Where the answer says that there were too many requests; nil where it says something else.
  private static func tooMany(_ frame: ConformFrame) -> String? {
    let codes: Set<String> = ["50011", "60014"]
    if let row = frame.rows.first, codes.contains(row.text("sCode")) { return "sCode" }
    guard codes.contains(frame.code ?? "") else { return nil }
    return frame.event == nil ? "code" : "an event"
  }

  /// Whether the harmless request was taken in: it is answered by what is wrong with it.
  private static func isTaken(_ frame: ConformFrame) -> Bool {
    guard let code = frame.rows.first?.text("sCode") else { return false }
    return code.hasPrefix("51")
  }

  /// Cancels of an order that nobody has, and orders of no size: they are counted and do nothing.
  private static func harmless(
    _ bench: ConformBench, _ operation: String, _ instrument: JSONValue
  ) -> JSONValue {
    let code = instrument["instIdCode"] ?? .null
    switch operation {
    case "cancel-order": return ["instIdCode": code, "ordId": "1"]
    case "batch-amend-orders", "amend-order":
      return ["instIdCode": code, "ordId": "1", "newSz": .string(bench.size(instrument))]
    default:
      return .object(bench.order(instrument, buy: true, ["ordType": "market", "sz": "0"]))
    }
  }

  private static func burst(
    _ bench: ConformBench, _ line: ConformLine, _ operation: String, _ count: Int
  ) async throws -> [ConformFrame?] {
    let ids = (0..<count).map { _ in bench.nextID("") }
    let mark = line.mark
    for id in ids {
      line.send([
        "op": .string(operation), "id": .string(id),
        "args": [harmless(bench, operation, bench.swap)],
      ])
    }
    let wanted = Set(ids)
    let frames = try await line.collect(seconds: 8, after: mark, count: count) {
      wanted.contains($0.id ?? "")
    }
    let found = Dictionary(
      frames.map { ($0.id ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    return ids.map { found[$0] }
  }

  static func judgeOrders(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    try await newWindow()
    try await judgeBurst(bench, findings, line, "cancel-order", cancelsSent)
    let name = JSONValue.string(bench.name(bench.swap))
    let byREST = try await bench.call(
      "POST", "trade/cancel-order", ["instId": name, "ordId": "1"])
    findings.expect(
      "OKX-210", isTooMany(byREST) || !byREST.rowCode.hasPrefix("51"),
      "what went by WebSocket counts for REST",
      seen: "HTTP \(byREST.status) \(byREST.text)")
    findings.expect(
      "OKX-213", isTooMany(byREST), "a cancel too many is HTTP 429 or 50011",
      seen: "HTTP \(byREST.status) \(byREST.text)")
    let order = try await bench.request(line, "order", [harmless(bench, "order", bench.swap)])
    let spot = try await bench.request(
      line, "cancel-order", [harmless(bench, "cancel-order", bench.spot)])
    findings.expect(
      "OKX-210", isTaken(order) && isTaken(spot),
      "orders, and cancels of another instrument, are counted apart",
      seen: "order \(order.text), cancel of \(bench.name(bench.spot)) \(spot.text)")
    // The second overrun is of the simulated exchange alone.
    if bench.target.environment == .simulated {
      try await newWindow()
      try await judgeBurst(bench, findings, line, "order", ordersMax + 5)
    }
  }

  private static func judgeBurst(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ operation: String,
    _ count: Int
  ) async throws {
    let begin = Instant.now()
    let answers = try await burst(bench, line, operation, count)
    let seconds = Double(Instant.now().since(begin)) / 1e9
    let refused = answers.indices.filter { answers[$0].map(isTaken) == false }
    let unanswered = answers.count { $0 == nil }
    let seen =
      "\(count) in \(Int(seconds * 1_000)) ms: \(refused.count) refused, from number "
      + "\(refused.first.map { $0 + 1 } ?? 0) on, \(unanswered) without an answer"
    if refused.isEmpty && seconds > 2 && unanswered == 0 {
      return findings.notSeen("OKX-210", "the line was too slow to overrun the limit: \(seen)")
    }
    let isFree = refused.first.map { $0 >= ordersMax } ?? false
    findings.expect(
      "OKX-210", isFree && unanswered == 0,
      "\(ordersMax) of \(operation) in two seconds are taken, more are not", seen: seen)
    guard let first = refused.first.flatMap({ answers[$0] }) else { return }
    let places = refused.map { answers[$0].flatMap(tooMany) ?? "nothing" }
    findings.expect(
      "OKX-213", !places.contains("nothing"), "a refusal by WebSocket names 50011 or 60014",
      seen: "in \(Set(places).sorted().joined(separator: ", ")): \(first.text)")
  }

  // MARK: The account

  private static let accountMax = 1_000

  static func judgeAccount(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let stated = try await bench.call("GET", "trade/account-rate-limit")
    let limit = Int(stated.rows.first?.text("accRateLimit") ?? "")
    findings.expect(
      "OKX-211", limit.map { $0 >= accountMax } == true,
      "the account may send \(accountMax) new orders and amendments in two seconds, or more",
      seen: stated.text)
    // Only where so many harm nobody.
    guard bench.target.environment == .simulated, limit == accountMax,
      let second = try await bench.second("SWAP", beside: bench.swap)
    else { return }
    try await newWindow()
    let begin = Instant.now()
    var refused = 0
    for operation in ["batch-orders", "batch-amend-orders"] {
      for instrument in [bench.swap, second] {
        refused += try await batches(bench, line, operation, instrument)
      }
    }
    let more = try await bench.request(line, "order", [harmless(bench, "order", bench.swap)])
    let cancel = try await bench.request(
      line, "cancel-order", [harmless(bench, "cancel-order", bench.swap)])
    let spot = try await bench.request(line, "order", [harmless(bench, "order", bench.spot)])
    let seconds = Double(Instant.now().since(begin)) / 1e9
    if seconds > 1.9 { return }
    func code(_ frame: ConformFrame) -> String {
      frame.rows.first?.text("sCode") ?? frame.code ?? ""
    }
    findings.expect(
      "OKX-211", refused == 0 && code(more) == "50061",
      "of new orders and amendments \(accountMax) are taken, the next is 50061",
      seen: "\(refused) of \(accountMax) refused, then \(more.text)")
    findings.expect(
      "OKX-211", code(cancel) != "50061" && code(spot) != "50061",
      "cancels and spot orders do not count", seen: "cancel \(code(cancel)), spot \(code(spot))")
  }

  /// 250 items in batches; how many of them were refused for their number.
  private static func batches(
    _ bench: ConformBench, _ line: ConformLine, _ operation: String, _ instrument: JSONValue
  ) async throws -> Int {
    let sizes = Array(repeating: 20, count: 12) + [10]
    let mark = line.mark
    let ids = sizes.map { _ in bench.nextID("") }
    for (id, size) in zip(ids, sizes) {
      line.send([
        "op": .string(operation), "id": .string(id),
        "args": .array((0..<size).map { _ in harmless(bench, operation, instrument) }),
      ])
    }
    let wanted = Set(ids)
    let frames = try await line.collect(seconds: 5, after: mark, count: ids.count) {
      wanted.contains($0.id ?? "")
    }
    let rows = frames.flatMap(\.rows)
    let late = rows.count { ["50061", "50011"].contains($0.text("sCode")) }
    return late + accountMax / 4 - rows.count
  }
}
