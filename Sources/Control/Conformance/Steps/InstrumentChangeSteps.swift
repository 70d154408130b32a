// The chapter *Instruments*: parameters and states that change while one looks; control plane.

import JSON
import Quantities

extension ConformStep {
  static let instrumentChanges: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "instruments", "instType": "SWAP"])
    try await Task.sleep(nanoseconds: 700_000_000)
    let early = line.frames.dropFirst(mark).filter { $0.isPush(of: "instruments") }
    let listed = try await bench.read("public/instruments?instType=SWAP", signed: false)
    let isWhole = early.flatMap(\.rows).count >= max(2, listed.count / 2)
    findings.expect(
      "OKX-195", !isWhole, "changes alone, no list at first",
      seen: "\(early.flatMap(\.rows).count) rows of \(listed.count) at once")
    guard let other = try await bench.another(bench.swap) else {
      return try await watchChanges(bench, line, findings, after: mark)
    }
    let change = ListingWatch(bench: bench, line: line, findings: findings, row: other)
    try await change.tick()
    try await change.value("minSz", "min-size")
    try await change.value("maxMktSz", "market-max")
    try await change.state()
  }

  /// At OKX: whatever changes within the time.
  private static func watchChanges(
    _ bench: ConformBench, _ line: ConformLine, _ findings: Findings, after mark: Int
  ) async throws {
    let pushes = try await line.collect(
      seconds: bench.patience(provoked: false), after: mark, count: 1
    ) { $0.isPush(of: "instruments") }
    guard let push = pushes.first, let row = push.rows.first else {
      return findings.notSeen(
        "OKX-196", "no instrument changed in \(Int(bench.patience(provoked: false))) s")
    }
    let isPart = (row.object?.count ?? 0) < 20
    findings.expect(
      "OKX-196", isPart == bench.rules.has(.instrumentsInPart),
      bench.rules.has(.instrumentsInPart) ? "names and what changed" : "the whole row",
      seen: String(row.canonical.prefix(300)))
  }

  static let instrumentStatesPlayed: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard let other = try await bench.another(bench.swap) else {
      return try await lookAtStates(bench, findings)
    }
    let name = bench.name(other)
    func during(_ state: String, _ body: () async throws -> Void) async throws {
      _ = try await bench.provoke([bench.now("state \(name) \(state) 4000")])
      try await body()
      _ = try await bench.provoke([bench.now("state \(name) live")])
    }
    func code(_ type: String) async throws -> String {
      let reply = try await bench.place(
        other, buy: true,
        [
          "ordType": .string(type),
          "px": .string(try await bench.price(other, buy: true, restingBy: 15)),
        ])
      if reply.rowCode == "0" {
        let gone = try await bench.cancel(other, reply.rows.first?.text("ordId") ?? "")
        return gone.rowCode == "0" ? "0" : "0, its cancel \(gone.rowCode)"
      }
      return reply.rowCode
    }
    let live = try await code("limit")
    var seen = ["live \(live)"]
    var fits = live == "0"
    for (state, wanted) in [("suspend", "51022"), ("preopen", "51021"), ("rebase", "")] {
      try await during(state) {
        let found = try await code("limit")
        let row =
          try await bench.read(
            "public/instruments?instType=SWAP&instId=\(name)", signed: false
          ).first ?? .null
        seen.append("\(state) \(found)")
        fits =
          fits && found != "0" && (wanted.isEmpty || found == wanted)
          && row.text("state") == state
        findings.expect(
          "OKX-192", found != "0" && row.text("state") == state, "no trade in state \(state)",
          seen: "\(row.text("state")): \(found)")
      }
    }
    if bench.rules.has(.postOnlyState) {
      try await during("post_only") {
        let (maker, limit) = (try await code("post_only"), try await code("limit"))
        seen.append("post_only: a maker \(maker), a limit \(limit)")
        fits = fits && maker == "0" && limit != "0"
      }
    }
    let again = try await code("limit")
    findings.expect(
      "OKX-199", fits && again == "0",
      "51022 suspended, 51021 before the opening, a rebase refused, post_only for makers, then live",
      seen: (seen + ["live \(again)"]).joined(separator: ", "))
  }

  /// At OKX: what is not live is not tried, as it is other people's market; that it is listed so is seen.
  private static func lookAtStates(_ bench: ConformBench, _ findings: Findings) async throws {
    let rows = try await bench.read("public/instruments?instType=SPOT", signed: false)
    guard let row = rows.first(where: { ["suspend", "preopen"].contains($0.text("state")) }) else {
      return findings.notSeen("OKX-199", "every pair is live")
    }
    let wanted = row.text("state") == "suspend" ? "51022" : "51021"
    let reply = try await bench.ask(
      "POST", "trade/order",
      [
        "instId": .string(row.text("instId")), "tdMode": "cash", "side": "buy",
        "ordType": "post_only", "px": .string(row.text("tickSz")),
        "sz": .string(row.text("minSz")), "tag": .string(ConformBench.tag),
      ])
    if reply.rowCode == "0" {
      try await bench.cancel(row, reply.rows.first?.text("ordId") ?? "")
    }
    findings.expect(
      "OKX-199", reply.rowCode == wanted, "\(wanted) for a pair in state \(row.text("state"))",
      seen: "\(row.text("instId")): \(reply.rowCode)")
  }

  static let instrumentCoolOff: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard let other = try await bench.another(bench.swap) else {
      return findings.notSeen("OKX-198", "no cool-off came while this step ran")
    }
    func code(_ more: [String: JSONValue]) async throws -> String {
      let price = try await bench.price(other, buy: false, restingBy: 15)
      let reply = try await bench.place(
        other, buy: false, more.merging(["px": .string(price)]) { first, _ in first })
      if reply.rowCode == "0" {
        try await bench.cancel(other, reply.rows.first?.text("ordId") ?? "")
      }
      return reply.rowCode
    }
    let name = bench.name(other)
    // A long to reduce.
    _ = try await bench.provoke([
      bench.now("foreign \(name) buy market - \(other.text("minSz"))"),
      bench.now("cool-off \(name) 1500"),
    ])
    let wanted = bench.rules.has(.coolOff) ? "54094" : "0"
    let opening = try await code([:])
    let reducing = try await code(["reduceOnly": true])
    let elsewhere = try await bench.place(
      bench.swap, buy: true,
      ["px": .string(try await bench.price(bench.swap, buy: true, restingBy: 15))])
    try await bench.cancel(bench.swap, elsewhere.rows.first?.text("ordId") ?? "")
    let after: String = try await bench.eventually("an end of the cool-off", seconds: 6) {
      let code = try await code([:])
      return code == "54094" ? nil : code
    }
    _ = try await bench.provoke([
      bench.now("foreign \(name) sell market - \(other.text("minSz"))")
    ])
    findings.expect(
      "OKX-198",
      opening == wanted && reducing == "0" && elsewhere.rowCode == "0" && after == "0",
      bench.rules.has(.coolOff)
        ? "54094 but for reduce-only orders and other underlyings, then as before"
        : "orders as ever: the rule is not in force",
      seen:
        "opening \(opening), reducing \(reducing), elsewhere \(elsewhere.rowCode), after it \(after)"
    )
  }
}
