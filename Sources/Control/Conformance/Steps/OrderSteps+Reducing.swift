// Reduce-only orders and closing a position (OKX-104, OKX-116, OKX-119); control plane.

import JSON
import Quantities

extension ConformStep {
  /// Codes of a reduce-only order that would do more than reduce (docs/OKX.md OKX-104).
  private static let reduceCodes: Set<String> = ["51112", "51148", "51169", "51170"]

  static let orderReduceOnly: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let spot = try await reduce(bench, line, bench.spot, buy: false, times: 1, by: 20)
    findings.expect(
      "OKX-104", spot.code == "51205", "reduceOnly is 51205 for spot", seen: spot.reply.text)
    if spot.code == "0" { try await bench.undo(line, bench.spot, spot) }
    if let why = try await bench.heldSwap() {
      for rule in ["OKX-104", "OKX-116"] { findings.notSeen(rule, why) }
      return
    }
    try await judgeSizes(bench, findings, line)
    try await judgeShrinking(bench, findings, line)
  }

  private static func reduce(
    _ bench: ConformBench, _ line: ConformLine, _ instrument: JSONValue, buy: Bool, times: Int64,
    by thousandths: Int64
  ) async throws -> ConformOrder {
    let price = try await bench.price(instrument, buy: buy, restingBy: thousandths)
    return try await bench.place(
      line,
      bench.order(
        instrument, buy: buy,
        [
          "px": .string(price), "sz": .string(bench.size(instrument, times)), "reduceOnly": true,
        ]))
  }

  /// Leaves a position of three smallest sizes behind.
  private static func judgeSizes(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let swap = bench.swap
    func refuse(_ words: String, buy: Bool, times: Int64, by thousandths: Int64) async throws {
      let order = try await reduce(bench, line, swap, buy: buy, times: times, by: thousandths)
      let pushes = try await bench.pushes(line, of: order, seconds: 0.2)
      findings.expect(
        "OKX-104", reduceCodes.contains(order.code) && pushes.isEmpty,
        "a reduce-only order \(words) is refused whole",
        seen: order.reply.text + (pushes.isEmpty ? "" : ", and pushed"))
      if order.code == "0" { try await bench.undo(line, swap, order) }
    }
    try await refuse("without a position", buy: false, times: 1, by: 20)
    _ = try await bench.take(line, swap, buy: true, times: 3)
    try await refuse("that adds to the position", buy: true, times: 1, by: 20)
    try await refuse("larger than the position", buy: false, times: 4, by: 20)
    let better = try await reduce(bench, line, swap, buy: false, times: 2, by: 20)
    findings.expect(
      "OKX-104", better.code == "0", "a reduce-only order of less than the position is taken",
      seen: better.reply.text)
    try await refuse("that exceeds it with a better one", buy: false, times: 2, by: 25)
    if better.code == "0" { try await bench.undo(line, swap, better) }
  }

  /// Of three, one rests at the better price and two at the worse one, and the position goes bit by bit.
  private static func judgeShrinking(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let swap = bench.swap
    let better = try await reduce(bench, line, swap, buy: false, times: 1, by: 20)
    let worse = try await reduce(bench, line, swap, buy: false, times: 2, by: 25)
    guard better.code == "0", worse.code == "0" else {
      throw ConformHindrance("resting reduce-only orders were refused: \(worse.reply.text)")
    }
    func sell() async throws {
      _ = try await bench.take(line, swap, buy: false, ["reduceOnly": true])
    }
    func push(_ order: ConformOrder, _ fits: @Sendable (JSONValue) -> Bool) async throws
      -> JSONValue?
    {
      for _ in 0..<25 {
        let rows = try await bench.pushes(line, of: order, seconds: 0, until: [])
        if let row = rows.last(where: fits) { return row }
        try await Task.sleep(nanoseconds: 200_000_000)
      }
      return nil
    }
    try await sell()
    let one = bench.size(swap, 1)
    let shrunk = try await push(worse) { $0.has("sz", one) }
    findings.expect(
      "OKX-116", shrunk?.text("amendSource") == "4",
      "a resting reduce-only order shrinks with its position (amendSource 4)",
      seen: shrunk.map { "sz \($0.text("sz")) amendSource '\($0.text("amendSource"))'" }
        ?? "no push of a smaller size in 5 s")
    try await sell()
    let displaced = try await push(worse) { $0.text("state") == "canceled" }
    findings.expect(
      "OKX-116", ["22", "23"].contains(displaced?.text("cancelSource") ?? ""),
      "one is cancelled where a better one closes the position already (cancelSource 22 or 23)",
      seen: displaced.map { "cancelSource '\($0.text("cancelSource"))'" } ?? "it rests on after 5 s"
    )
    let rows = try await bench.pushes(line, of: better, seconds: 0.2)
    findings.expect(
      "OKX-116", !rows.contains { $0.text("state") == "canceled" }, "the better one stays",
      seen: rows.map { $0.text("state") }.joined(separator: ", "))
    try await sell()
    _ = try await bench.cancel(line, swap, better)
    if displaced == nil { _ = try await bench.cancel(line, swap, worse) }
  }

  // MARK: Closing

  static let orderClosePosition: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    if let why = try await bench.heldSwap() { return findings.notSeen("OKX-119", why) }
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let swap = bench.swap
    let none = try await close(bench)
    findings.expect(
      "OKX-119", none.code == "51023", "without a position 51023", seen: none.text)
    _ = try await bench.take(line, swap, buy: true)
    let waiting = try await reduce(bench, line, swap, buy: false, times: 1, by: 20)
    let hindered = try await close(bench)
    findings.expect(
      "OKX-119", hindered.code == "51115" && hindered.status == 429,
      "with a close order pending 51115, HTTP 429", seen: "\(hindered.status) \(hindered.text)")
    let client = bench.nextOrderID()
    let closed = try await close(
      bench,
      ["autoCxl": true, "clOrdId": .string(client), "tag": .string(ConformBench.tag)])
    let row = closed.rows.first ?? .null
    findings.expect(
      "OKX-119", closed.code == "0" && row["ordId"] == nil && row.text("clOrdId") == client,
      "autoCxl closes, and the reply has no ordId", seen: closed.text)
    let gone = try await bench.pushes(line, of: waiting).last
    findings.expect(
      "OKX-119", gone?.text("state") == "canceled" && gone?.text("cancelSource") == "17",
      "what was in the way is cancelled with cancelSource 17",
      seen: gone.map { "\($0.text("state")), cancelSource '\($0.text("cancelSource"))'" }
        ?? "no push")
    let end = try? await line.next("push of the close", after: waiting.mark) {
      $0.isPush(of: "orders")
        && $0.rows.contains { $0.text("clOrdId") == client && $0.text("state") == "filled" }
    }
    let left = try await bench.heldSwap()
    findings.expect(
      "OKX-119", end?.rows.first?.text("ordType") == "market" && left == nil,
      "the position is closed at market",
      seen: "\(end?.rows.first?.text("ordType") ?? "no push") order, \(left ?? "no position")")
    try await judgePace(bench, findings)
  }

  private static func close(
    _ bench: ConformBench, _ more: [String: JSONValue] = [:], of instrument: JSONValue? = nil
  ) async throws -> ConformReply {
    let body: [String: JSONValue] = [
      "instId": .string(bench.name(instrument ?? bench.swap)), "mgnMode": "cross",
    ]
    return try await bench.call(
      "POST", "trade/close-position", .object(body.merging(more) { $1 }))
  }

  /// A deliberate overrun: of the simulated exchange alone.
  private static func judgePace(_ bench: ConformBench, _ findings: Findings) async throws {
    guard bench.target.environment == .simulated else { return }
    try await Task.sleep(nanoseconds: 2_100_000_000)
    var codes: [String] = []
    for _ in 0..<21 { codes.append(try await close(bench).code) }
    findings.expect(
      "OKX-119", codes.prefix(20).allSatisfy { $0 == "51023" } && codes.last == "51113",
      "the 21st close of an instrument in two seconds is 51113",
      seen: "\(codes.prefix(20).count { $0 == "51023" }) answered, then \(codes.last ?? "-")")
    guard let second = try await bench.second("SWAP", beside: bench.swap) else { return }
    let other = try await close(bench, of: second)
    findings.expect(
      "OKX-119", other.code != "51113", "another instrument has a limit of its own",
      seen: other.text)
  }
}
