// The chapter *Replies and codes* of docs/OKX.md: envelopes, rows, times; control plane.

import JSON
import Quantities

extension ConformStep {
  static let replySteps: [ConformStep] = [
    ConformStep(
      "replies.batches", "send batches of which all, some and none are taken",
      rules: ["OKX-130"], run: replyBatches),
    ConformStep(
      "replies.refusals", "send requests that are none, two at once",
      rules: ["OKX-131"], run: replyRefusals),
    ConformStep(
      "replies.rows", "hold the rows of placing, amending and cancelling against their fields",
      rules: ["OKX-136", "OKX-137", "OKX-138", "OKX-139"], run: replyRows),
    ConformStep(
      "replies.fates", "look at what became of orders whose answer says yes, no and nothing",
      rules: ["OKX-132", "OKX-133"], run: replyFates),
    ConformStep(
      "replies.cancels", "cancel and look for orders that are done, gone and never were",
      rules: ["OKX-134", "OKX-135"], run: replyCancels),
  ]

  private static let replyBatches: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let price = JSONValue.string(try await bench.price(bench.spot, buy: true, restingBy: 20))
    func item(_ isGood: Bool) -> [String: JSONValue] {
      bench.order(bench.spot, buy: true, ["px": price].merging(isGood ? [:] : ["sz": "0"]) { $1 })
    }
    for (good, code) in [([true, false, true], "2"), ([false, false], "1"), ([true, true], "0")] {
      let items = good.map(item)
      let reply = try await bench.request(line, "batch-orders", items.map { .object($0) })
      judgeBatch(
        findings, items, good, reply.code ?? "", reply.rows, text: reply.text, wanted: code)
      let taken = reply.rows.filter { !$0.text("ordId").isEmpty }
      if taken.isEmpty { continue }
      let gone = try await bench.request(
        line, "batch-cancel-orders",
        taken.map {
          [
            "instIdCode": bench.spot["instIdCode"] ?? .null, "ordId": .string($0.text("ordId")),
          ]
        })
      findings.expect(
        "OKX-130", gone.code == "0" && gone.rows.allSatisfy { $0.text("sCode") == "0" },
        "a batch of cancels that are all taken is code 0", seen: gone.text)
    }
    try await judgeRESTBatch(bench, findings, [item(true), item(false)])
  }

  private static func judgeBatch(
    _ findings: Findings, _ items: [[String: JSONValue]], _ good: [Bool], _ code: String,
    _ rows: [JSONValue], text: String, wanted: String
  ) {
    let ids = items.map { $0["clOrdId"]?.string ?? "" }
    findings.expect(
      "OKX-130",
      code == wanted && rows.map { $0.text("clOrdId") } == ids
        && rows.map { $0.text("sCode") == "0" } == good,
      "\(good.count { $0 }) of \(good.count) accepted is code \(wanted), with a row for each in their order",
      seen: text)
  }

  private static func judgeRESTBatch(
    _ bench: ConformBench, _ findings: Findings, _ items: [[String: JSONValue]]
  ) async throws {
    let name = JSONValue.string(bench.name(bench.spot))
    let named = items.map { item in
      var item = item
      item["instIdCode"] = nil
      item["instId"] = name
      return item
    }
    let reply = try await bench.call(
      "POST", "trade/batch-orders", .array(named.map { .object($0) }))
    judgeBatch(
      findings, named, [true, false], reply.code, reply.rows, text: reply.text, wanted: "2")
    for row in reply.rows where !row.text("ordId").isEmpty {
      _ = try await bench.call(
        "POST", "trade/cancel-order", ["instId": name, "ordId": .string(row.text("ordId"))])
    }
  }

  private static let replyRefusals: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let order = JSONValue.object(
      bench.order(
        bench.spot, buy: true,
        ["px": .string(try await bench.price(bench.spot, buy: true, restingBy: 20)), "sz": "0"]))
    let mark = line.mark
    // Both leave before either is answered: only the id tells which answer is whose.
    let requests: [(String, JSONValue)] = [
      (bench.nextID(""), []), (bench.nextID(""), [order, order]),
    ]
    for (id, items) in requests { line.send(["op": "order", "id": .string(id), "args": items]) }
    for (id, items) in requests {
      let answer = try await findings.demand("OKX-131", "a refusal that has the request's id") {
        try await line.next("refusal of \(id)", after: mark) { $0.id == id }
      }
      let isWhole = answer.rows.isEmpty && !["", "0", "1", "2"].contains(answer.code ?? "")
      findings.expect(
        "OKX-131", isWhole && (answer.event == nil || answer.event == "error"),
        "an order request with \(items.array?.count ?? 0) items is refused as a whole, by its id",
        seen: answer.text)
    }
  }
}
