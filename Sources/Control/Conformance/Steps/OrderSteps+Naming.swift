// How order requests name instruments and themselves (OKX-100, OKX-101, OKX-103, OKX-105); control plane.

import JSON
import Quantities

extension ConformStep {
  static let orderNaming: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let price = try await bench.price(bench.spot, buy: true, restingBy: 20)
    try await judgePlacing(bench, findings, line, price)
    try await judgeChanging(bench, findings, line, price)
    try await judgeByName(bench, findings, price)
    try await judgeIDs(bench, findings, line, price)
  }

  private static let noCode: JSONValue = 999_999_999

  private static func judgePlacing(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ price: String
  ) async throws {
    let named = bench.order(
      bench.spot, buy: true,
      ["px": .string(price), "instId": .string(bench.name(bench.spot)), "instIdCode": .null])
    let byName = try await bench.place(line, named.filter { $0.key != "instIdCode" })
    let isByCode = bench.rules.has(.codesPlace)
    findings.expect(
      "OKX-100", byName.code == (isByCode ? "50014" : "0"),
      isByCode ? "an order without a code is 50014" : "an order is placed by name",
      seen: byName.reply.text)
    if byName.code == "0" { try await bench.undo(line, bench.spot, byName) }
    let unknown = try await bench.place(
      line, bench.order(bench.spot, buy: true, ["px": .string(price), "instIdCode": noCode]))
    findings.expect(
      "OKX-100", unknown.code == "51001", "an unknown code is 51001", seen: unknown.reply.text)
  }

  private static func judgeChanging(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ price: String
  ) async throws {
    // The code decides: a name that is nobody's does no harm beside it.
    let placed = try await bench.place(
      line, bench.order(bench.spot, buy: true, ["px": .string(price), "instId": "NO-SUCH"]))
    findings.expect(
      "OKX-100", placed.code == "0", "a name beside the code is ignored", seen: placed.reply.text)
    if placed.code != "0" { return }
    let isByCode = bench.rules.has(.codesCancel)
    for operation in ["amend-order", "cancel-order"] {
      var members: [String: JSONValue] = [
        "instId": .string(bench.name(bench.spot)), "ordId": .string(placed.exchangeID),
      ]
      if operation == "amend-order" { members["newSz"] = .string(bench.size(bench.spot, 2)) }
      let changed = try await bench.ask(line, operation, members)
      findings.expect(
        "OKX-100", changed.code == (isByCode ? "50014" : "0"),
        isByCode ? "\(operation) without a code is 50014" : "\(operation) works by name",
        seen: changed.reply.text)
    }
    try await bench.undo(line, bench.spot, placed)
  }

  private static func judgeByName(
    _ bench: ConformBench, _ findings: Findings, _ price: String
  ) async throws {
    let name = JSONValue.string(bench.name(bench.spot))
    var members = bench.order(bench.spot, buy: true, ["px": .string(price), "instId": name])
    members["instIdCode"] = nil
    let placed = try await bench.call("POST", "trade/order", .object(members))
    findings.expect(
      "OKX-100", placed.rowCode == "0", "REST places by instId", seen: placed.text)
    _ = try await bench.call(
      "POST", "trade/cancel-order",
      ["instId": name, "ordId": .string(placed.rows.first?.text("ordId") ?? "")])
  }

  private static func judgeIDs(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ price: String
  ) async throws {
    let bad: [(String, JSONValue?)] = [
      ("without an id", nil),
      ("whose id has 33 letters", .string(String(repeating: "a", count: 33))),
      ("whose id has a hyphen", "a-1"),
    ]
    for (words, id) in bad {
      let members = bench.order(bench.spot, buy: true, ["px": .string(price)])
      let mark = line.mark
      var body: [String: JSONValue] = ["op": "order", "args": [.object(members)]]
      body["id"] = id
      line.send(.object(body))
      let answer = try await findings.demand("OKX-101", "a refusal of an order request \(words)") {
        try await line.next("refusal", after: mark) {
          $0.event == "error" || $0.json["op"]?.string == "order"
        }
      }
      let isThere = try await bench.knows(bench.spot, client: members["clOrdId"]?.string ?? "")
      let code = answer.rows.first?.text("sCode") ?? answer.code ?? ""
      findings.expect(
        "OKX-101", !isThere && !["", "0"].contains(code), "an order request \(words) is refused",
        seen: answer.text + (isThere ? ", and the order is there" : ""))
    }
    let id = bench.prefix + String(repeating: "7", count: 32 - bench.prefix.utf8.count)
    let mark = line.mark
    let members = bench.order(bench.spot, buy: true, ["px": .string(price)])
    line.send(["op": "order", "id": .string(id), "args": [.object(members)]])
    let reply = try await findings.demand("OKX-101", "a reply with an id of 32 letters and digits")
    {
      try await line.next("reply to order", after: mark) { $0.id == id }
    }
    let row = reply.rows.first ?? .null
    findings.expect(
      "OKX-101", row.text("sCode") == "0", "an id of 32 letters and digits is taken and told back",
      seen: reply.text)
    _ = try await bench.ask(
      line, "cancel-order",
      ["instIdCode": bench.spot["instIdCode"] ?? .null, "ordId": .string(row.text("ordId"))])
  }

  static let orderModes: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let level = try await bench.rows("GET", "account/config").first?.text("acctLv") ?? ""
    guard ["1", "2"].contains(level) else {
      return findings.notSeen("OKX-103", "the account is in level \(level), the rule is of 1 and 2")
    }
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    for (instrument, mode) in [(bench.spot, "cash"), (bench.swap, "cross")]
    where level == "2" || bench.isSpot(instrument) {
      let price = try await bench.price(instrument, buy: true, restingBy: 20)
      let placed = try await bench.place(
        line, bench.order(instrument, buy: true, ["px": .string(price), "tdMode": .string(mode)]))
      let row = try await bench.pushes(line, of: placed, until: ["live"]).last
      findings.expect(
        "OKX-103", placed.code == "0" && row?.text("tdMode") == mode,
        "\(bench.name(instrument)) is traded with \(mode)",
        seen: placed.code == "0" ? "tdMode \(row?.text("tdMode") ?? "-")" : placed.reply.text)
      if placed.code == "0" { try await bench.undo(line, instrument, placed) }
    }
    let price = try await bench.price(bench.swap, buy: true, restingBy: 20)
    let wrong = try await bench.place(
      line, bench.order(bench.swap, buy: true, ["px": .string(price), "tdMode": "cash"]))
    findings.expect(
      "OKX-103", !["", "0"].contains(wrong.code), "a swap is not traded with cash",
      seen: wrong.reply.text)
    if wrong.code == "0" { try await bench.undo(line, bench.swap, wrong) }
  }

  static let orderExpiry: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let now = bench.target.rest.venueClock.now().milliseconds
    let (past, later) = ("\(now - 1_500)", "\(now + 60_000)")
    let price = try await bench.price(bench.spot, buy: true, restingBy: 20)
    func order() -> [String: JSONValue] {
      bench.order(bench.spot, buy: true, ["px": .string(price)])
    }
    let late = try await bench.place(line, order(), request: ["expTime": .string(past)])
    findings.expect(
      "OKX-105", late.code == "50036", "placing is 50036 behind its expTime", seen: late.reply.text)
    let timely = try await bench.place(line, order(), request: ["expTime": .string(later)])
    findings.expect(
      "OKX-105", timely.code == "0", "an expTime ahead of the exchange's clock is no hindrance",
      seen: timely.reply.text)
    let code = bench.spot["instIdCode"] ?? .null
    let amended = try await bench.ask(
      line, "amend-order",
      [
        "instIdCode": code, "ordId": .string(timely.exchangeID),
        "newSz": .string(bench.size(bench.spot, 2)),
      ], request: ["expTime": .string(past)])
    findings.expect(
      "OKX-105", amended.code == "50036", "amending is 50036 behind its expTime",
      seen: amended.reply.text)
    let cancelled = try await bench.ask(
      line, "cancel-order", ["instIdCode": code, "ordId": .string(timely.exchangeID)],
      request: ["expTime": .string(past)])
    findings.expect(
      "OKX-105", cancelled.code == "0", "a cancel has no expTime to be late for",
      seen: cancelled.reply.text)
    var members = order()
    members["instIdCode"] = nil
    members["instId"] = .string(bench.name(bench.spot))
    let byREST = try await bench.call(
      "POST", "trade/order", .object(members),
      headers: bench.target.headers.map { ($0.name, $0.value) } + [("expTime", past)])
    findings.expect(
      "OKX-105", [byREST.code, byREST.rowCode].contains("50036"),
      "the header expTime of REST is one too", seen: byREST.text)
  }
}
