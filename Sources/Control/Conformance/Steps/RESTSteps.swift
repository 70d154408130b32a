// The chapter *REST* of docs/OKX.md: signatures, envelopes, incidents, the clock, candles; control plane.

import Account
import JSON
import Quantities

extension ConformStep {
  static let restSteps: [ConformStep] = [
    ConformStep(
      "rest.signing", "sign rightly, wrongly and at the wrong time", rules: ["OKX-170", "OKX-180"],
      run: restSigning),
    ConformStep(
      "rest.envelope", "hold codes against the HTTP statuses they come with",
      rules: ["OKX-171", "OKX-172"], run: restEnvelope),
    ConformStep(
      "rest.market", "ask for candles and marks", rules: ["OKX-176", "OKX-183"], run: restMarket),
    ConformStep(
      "rest.pages", "page through four resting orders", rules: ["OKX-173", "OKX-175"],
      run: restPages),
    ConformStep(
      "rest.fills", "page through the fills of three orders", rules: ["OKX-173", "OKX-174"],
      run: restFills),
    ConformStep(
      "rest.forced", "let a position be liquidated, and look for such fills",
      rules: ["OKX-177", "OKX-178"], run: restForced),
  ]

  private static let restSigning: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let path = "trade/orders-history-archive?instType=SWAP&limit=1"
    func code(_ change: (inout RESTSigning) -> Void) async throws -> ConformReply {
      var signing = RESTSigning(bench.target.key)
      change(&signing)
      var answer = try await bench.call("GET", path, signing: signing)
      for _ in 0..<4 where answer.code == "50011" {
        try await Task.sleep(nanoseconds: 700_000_000)
        answer = try await bench.call("GET", path, signing: signing)
      }
      return answer
    }
    let right = try await code { _ in }
    let near = try await code { $0.ahead = -20_000 }
    let late = try await code { $0.ahead = -40_000 }
    let early = try await code { $0.ahead = 40_000 }
    let wrong = try await code { $0.signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }
    // An order that there is not: its refusal shows that the signature over the body was taken.
    let body = try await bench.ask(
      "POST", "trade/cancel-order", ["instId": .string(bench.name(bench.spot)), "ordId": "1"])
    let lacking = try await code { $0.leftOut = ["OK-ACCESS-SIGN"] }
    findings.expect(
      "OKX-170",
      right.code == "0" && near.code == "0" && late.code == "50102" && early.code == "50102"
        && wrong.code == "50113" && lacking.code == "50106" && body.code == "1"
        && body.rowCode.hasPrefix("51"),
      "signed with query and with body: taken; 40 s off: 50102; a wrong signature: 50113; none: 50106",
      seen:
        "right \(right.code), 20 s late \(near.code), 40 s late \(late.code), 40 s early \(early.code), wrong "
        + "\(wrong.code), none \(lacking.code), with body \(body.code) \(body.rowCode)")
    try await judgeClock(bench, findings, late: late.code, near: near.code)
  }

  private static func judgeClock(
    _ bench: ConformBench, _ findings: Findings, late: String, near: String
  ) async throws {
    let row = try await bench.read("public/time", signed: false).first ?? .null
    let now = bench.target.rest.venueClock.now().milliseconds
    let ahead = row.number("ts").map { $0 - now }
    func order(expiring after: Int64) async throws -> ConformReply {
      let members = bench.order(
        bench.spot, buy: true,
        [
          "instId": .string(bench.name(bench.spot)), "instIdCode": .null,
          "px": .string(try await bench.price(bench.spot, buy: true, restingBy: 15)),
        ]
      ).filter { !$0.value.isNull }
      let until = bench.target.rest.venueClock.now().milliseconds + after
      return try await bench.call(
        "POST", "trade/order", .object(members),
        headers: bench.target.headers.map { ($0.name, $0.value) } + [("expTime", "\(until)")])
    }
    let past = try await order(expiring: -1_000)
    let future = try await order(expiring: 10_000)
    for reply in [past, future] where reply.rowCode == "0" {
      try await bench.cancel(bench.spot, reply.rows.first?.text("ordId") ?? "")
    }
    func refusal(_ reply: ConformReply) -> String {
      reply.rowCode.isEmpty ? reply.code : reply.rowCode
    }
    findings.expect(
      "OKX-180",
      row.text("ts").count == 13 && ahead.map { abs($0) < 2_000 } == true && late == "50102"
        && near == "0" && past.rowCode != "0" && past.code != "0" && future.rowCode == "0",
      "public/time in milliseconds as text, and requests, signatures and expTime held against it",
      seen:
        "ts \(row["ts"]?.canonical ?? "none"), \(ahead ?? 0) ms off; expired a second ago \(refusal(past)), in ten "
        + refusal(future))
  }

  private static let restEnvelope: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    func isEnvelope(_ reply: ConformReply) -> Bool {
      reply.json["code"]?.string != nil && reply.json["msg"]?.string != nil
        && reply.json["data"]?.array != nil
    }
    let good = try await bench.call("GET", "public/time", signed: false)
    let empty = try await bench.call("GET", "public/instruments", signed: false)
    let wrong = try await bench.call("GET", "public/instruments?instType=XYZ", signed: false)
    let replies = [good, empty, wrong]
    findings.expect(
      "OKX-171",
      replies.allSatisfy(isEnvelope) && good.status == 200 && good.code == "0"
        && empty.code == "50014" && empty.status == 400 && wrong.code == "51000"
        && wrong.status == 400,
      "code, msg and data; 50014 and 51000 as HTTP 400",
      seen: replies.map { "\($0.code) as \($0.status)" }.joined(separator: ", "))
    // A path that no step needs, so that nobody else meets the incident.
    let path = "market/history-trades"
    let question = "\(path)?instId=\(bench.name(bench.spot))&limit=1"
    let codes: [(code: Int, status: Int)] = [
      (50_004, 400), (50_026, 500), (50_011, 429), (50_013, 429), (503, 503), (502, 502),
      (429, 429),
    ]
    var seen: [String] = []
    var fits = true
    for (code, status) in codes {
      guard try await bench.provoke([bench.now("rest-fail \(code) 400 \(path)")]) else {
        return findings.notSeen("OKX-172", "no incident while this step ran")
      }
      let answer = try await bench.eventually("answer of an incident", seconds: 2) {
        let answer = try await bench.call("GET", question, signed: false)
        return answer.status == 200 && answer.code == "0" ? nil : answer
      }
      seen.append("\(answer.code.isEmpty ? "no code" : answer.code) as \(answer.status)")
      let isFitting =
        answer.status == status && (code < 600 || isEnvelope(answer) && answer.code == "\(code)")
      fits = fits && isFitting
      if code == 50_004 || code == 50_026 || code == 50_011 || code == 50_013 {
        findings.expect(
          "OKX-171", isFitting, "\(code) as HTTP \(status)", seen: seen.last ?? "")
      }
      try await Task.sleep(nanoseconds: 450_000_000)
    }
    let after = try await bench.eventually("an end of the incident", seconds: 5) {
      let answer = try await bench.call("GET", question, signed: false)
      return answer.code == "0" ? answer : nil
    }
    findings.expect(
      "OKX-172", fits && after.status == 200,
      "429, 50011, 50013, 502 and 503 for a moment, then answers again",
      seen: seen.joined(separator: ", "))
  }

  private static let restMarket: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let asked = try await bench.call(
      "GET", "market/candles?instId=\(name)&bar=1m&limit=300", signed: false)
    let more = try await bench.call(
      "GET", "market/candles?instId=\(name)&bar=1m&limit=301", signed: false)
    let times = asked.rows.map { $0[0]?.string.flatMap { Int64($0) } }
    let isWhole = asked.rows.allSatisfy { ($0.array?.count ?? 0) == 9 }
    findings.expect(
      "OKX-176",
      asked.code == "0" && !times.isEmpty && times.count <= 300 && more.rows.count <= 300
        && isFalling(times) && isWhole,
      "at most 300 bars, the newest first",
      seen:
        "\(times.count) of 300, \(more.rows.count) of 301 (\(more.code)), newest first \(isFalling(times))"
    )
    let typed = try await bench.call(
      "GET", "public/mark-price?instType=SWAP&instId=\(name)", signed: false)
    let alone = try await bench.call("GET", "public/mark-price?instId=\(name)", signed: false)
    let neither = try await bench.call("GET", "public/mark-price", signed: false)
    func isMark(_ reply: ConformReply) -> Bool {
      reply.rows.count == 1 && reply.rows[0].text("instId") == name
        && (reply.rows[0].double("markPx") ?? 0) > 0
    }
    findings.expect(
      "OKX-183", isMark(typed) && isMark(alone) && neither.code != "0",
      "a mark price by instType and instId, and by instId alone; none by neither",
      seen: "\(typed.code), \(alone.code), \(neither.code): \(alone.text.prefix(120))")
  }
}
