// What an answer says of an order's fate, and what it does not (OKX-132 to OKX-135); control plane.

import JSON

extension ConformStep {
  static let replyFates: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    // Taken by the gateway, and gone without a fill: the reply alone does not tell.
    let immediate = try await bench.rest(line, bench.swap, ["ordType": "ioc"])
    let end = try await bench.pushes(line, of: immediate).last
    findings.expect(
      "OKX-132", immediate.code == "0" && end?.text("state") == "canceled",
      "sCode 0 is no fill: the push tells what became of it",
      seen: "sCode \(immediate.code), then \(end?.text("state") ?? "no push")")
    try await judgeArrived(bench, findings, line)
    try await judgeRefusals(bench, findings, line)
    try await judgeUnknown(bench, findings)
  }

  /// 51016: the first of two sends arrived.
  private static func judgeArrived(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let first = try await bench.rest(line, bench.spot)
    let price = JSONValue.string(try await bench.price(bench.spot, buy: true, restingBy: 20))
    let again = try await bench.place(
      line,
      bench.order(bench.spot, buy: true, ["px": price, "clOrdId": .string(first.clientID)]))
    let row = try await bench.queried(bench.spot, client: first.clientID).rows.first
    findings.expect(
      "OKX-133", ["51016", "50071"].contains(again.code) && row?.text("ordId") == first.exchangeID,
      "an id that is sent again is 51016 or 50071, and the first one is there",
      seen: "\(again.code), trade/order \(row?.text("ordId") ?? "none") of \(first.exchangeID)")
    try await bench.undo(line, bench.spot, first)
  }

  /// Whether a code refuses, by docs/OKX.md OKX-133.
  private static func refuses(_ code: String) -> Bool {
    guard let number = Int(code), !["51149", "51016"].contains(code) else { return false }
    return (51_000...51_999).contains(number) || (54_000...54_999).contains(number)
      || (59_000...59_999).contains(number) || number == 50_014 || number == 50_016
  }

  private static func judgeRefusals(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine
  ) async throws {
    let price = JSONValue.string(try await bench.price(bench.spot, buy: true, restingBy: 20))
    let bad: [(String, [String: JSONValue])] = [
      ("a size of 0", ["px": price, "sz": "0"]),
      ("no such type", ["px": price, "ordType": "best"]),
      ("no such side", ["px": price, "side": "hold"]), ("a price of 0", ["px": "0"]),
    ]
    for (words, members) in bad {
      let refused = try await bench.place(line, bench.order(bench.spot, buy: true, members))
      let isThere = try await bench.knows(bench.spot, client: refused.clientID)
      findings.expect(
        "OKX-133", refuses(refused.code) && !isThere,
        "an order with \(words) is refused by a code of the request or of order rules, and is not there",
        seen: refused.reply.text + (isThere ? ", and it is there" : ""))
    }
  }

  /// 50004 says nothing: of two orders that meet it one arrives. Only where it can be brought about.
  private static func judgeUnknown(_ bench: ConformBench, _ findings: Findings) async throws {
    for (word, arrives) in [("take-all", true), ("refuse-all", false)] {
      guard try await bench.provoke(["at 1 of place \(word) 50004"]) else { return }
      var members = bench.order(
        bench.spot, buy: true,
        ["px": .string(try await bench.price(bench.spot, buy: true, restingBy: 20))])
      members["instIdCode"] = nil
      members["instId"] = .string(bench.name(bench.spot))
      let answer = try await bench.call("POST", "trade/order", .object(members))
      let client = members["clOrdId"]?.string ?? ""
      let isThere = try await bench.knows(bench.spot, client: client)
      findings.expect(
        "OKX-133", answer.code == "50004" && answer.status == 400 && isThere == arrives,
        "50004 comes as HTTP 400 and leaves open whether the order \(arrives ? "is" : "is not") there",
        seen: "HTTP \(answer.status) \(answer.code), and the order is\(isThere ? "" : " not") there"
      )
      if !isThere { continue }
      _ = try await bench.call(
        "POST", "trade/cancel-order",
        ["instId": .string(bench.name(bench.spot)), "clOrdId": .string(client)])
    }
  }

  // MARK: Cancels

  static let replyCancels: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let code = bench.spot["instIdCode"] ?? .null
    let gone = try await bench.rest(line, bench.spot)
    try await bench.undo(line, bench.spot, gone)
    let bought = try await bench.take(line, bench.swap, buy: true)
    _ = try await bench.take(line, bench.swap, buy: false)
    let never = bench.nextOrderID()
    let cancels: [(String, JSONValue, [String: JSONValue])] = [
      ("was cancelled", code, ["ordId": .string(gone.exchangeID)]),
      (
        "was filled", bench.swap["instIdCode"] ?? .null,
        ["ordId": .string(bought.order.exchangeID)]
      ),
      ("never was", code, ["clOrdId": .string(never)]),
    ]
    for (words, code, id) in cancels {
      let answer = try await bench.ask(
        line, "cancel-order", id.merging(["instIdCode": code]) { $1 })
      findings.expect(
        "OKX-134", unknowing.contains(answer.code),
        "cancelling an order that \(words) is 51400 or its like, which does not say which",
        seen: answer.reply.text)
    }
    let unknown = try await bench.queried(bench.spot, client: never)
    findings.expect(
      "OKX-135", unknown.code == "51603", "trade/order says 51603 of an order that never was",
      seen: unknown.text)
    try await judgeForgetting(bench, findings, gone)
  }

  private static let unknowing: Set<String> = [
    "51400", "51401", "51402", "51410", "51412", "51603",
  ]

  /// Behind the two hours some minutes are left to the exchange.
  private static let forgottenMilliseconds: Int64 = 7_200_000 + 900_000

  private static func judgeForgetting(
    _ bench: ConformBench, _ findings: Findings, _ gone: ConformOrder
  ) async throws {
    let name = bench.name(bench.spot)
    let before = try await bench.queried(bench.spot, client: gone.clientID)
    findings.expect(
      "OKX-135", before.code == "0" && before.rows.first?.text("state") == "canceled",
      "an order that was cancelled just now is known", seen: String(before.text.prefix(120)))
    if try await bench.provoke(["at 0ms of exchange age \(name) \(forgottenMilliseconds)"]) {
      let after = try await bench.queried(bench.spot, client: gone.clientID)
      findings.expect(
        "OKX-135", after.code == "51603",
        "one that was cancelled without a fill two hours ago is not",
        seen: String(after.text.prefix(120)))
      return
    }
    let now = bench.target.rest.venueClock.now().milliseconds
    let old = try await bench.rows("GET", "trade/orders-history?instType=SPOT&state=canceled")
      .first {
        $0.has("accFillSz", "0") && (Int64($0.text("uTime")) ?? now) < now - forgottenMilliseconds
      }
    if let old {
      findings.differs(
        "OKX-135", expected: "no order without a fill that was cancelled over two hours ago",
        seen: "\(old.text("ordId")) of \(old.text("uTime"))")
    }
  }
}
