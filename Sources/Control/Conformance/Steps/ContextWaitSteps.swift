// The chapter *Trades and market context* of docs/OKX.md: what comes seldom, or by itself; control plane.

import JSON
import Quantities

extension ConformStep {
  static let contextWaitSteps: [ConformStep] = [
    ConformStep(
      "context.cadence", "follow funding and mark for a minute", rules: ["OKX-081", "OKX-082"],
      runsBeside: true, run: cadence),
    ConformStep(
      "context.warnings", "follow warnings of auto-deleveraging", rules: ["OKX-089"],
      runsBeside: true, run: warnings),
    ConformStep(
      "context.liquidations", "follow liquidations of swaps", rules: ["OKX-085"],
      runsBeside: true, run: liquidations),
    ConformStep(
      "context.status", "follow the exchange's own state, through maintenance where it can be had",
      rules: ["OKX-086"], run: status),
  ]

  private static let cadence: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = line.mark
    try await bench.subscribe(line, ["channel": "funding-rate", "instId": .string(name)])
    try await bench.subscribe(line, ["channel": "mark-price", "instId": .string(name)])
    try await bench.pause(seconds: 25)
    let marks = line.frames.dropFirst(mark).filter { $0.isPush(of: "mark-price", name) }
    let gaps = marks.dropFirst().gaps
    let times = marks.compactMap { $0.rows.first.flatMap { Int64($0.text("ts")) } }
    let longest = gaps.max() ?? 0
    findings.expect(
      "OKX-082",
      marks.count > 2 && gaps.median >= 140 && longest < 11_500 && times == times.sorted()
        && times.count == marks.count,
      "a mark each 200 ms on change, else each 10 s, its ts never falling",
      seen: "\(marks.count) in 25 s, \(Int(gaps.median)) ms in the median, \(Int(longest)) at most")
    let isFunding: @Sendable (ConformFrame) -> Bool = { $0.isPush(of: "funding-rate", name) }
    // The first one answers the subscription; the rhythm is that of those behind it.
    let told = try await line.collect(seconds: 75, after: mark, count: 2, where: isFunding)
    let gap = told.gaps.first ?? 0
    findings.expect(
      "OKX-081", told.count == 2 && gap < 92_000 && gap > 100,
      "funding-rate comes again within 90 s",
      seen: told.count == 2 ? "\(Int(gap / 1_000)) s later" : "\(told.count) in 100 s")
  }

  private static let warnings: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard let row = try await bench.listed("SWAP").last else { return }
    let family = row.text("instFamily")
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let argument: [String: JSONValue] = [
      "channel": "adl-warning", "instType": "SWAP", "instFamily": .string(family),
    ]
    let mark = try await bench.subscribe(line, argument)
    let isTold: @Sendable (ConformFrame) -> Bool = { $0.isPush(of: "adl-warning") }
    let isQuiet = bench.rules.has(.quietWarnings)
    let early = try await line.collect(
      seconds: isQuiet ? 4 : 65, after: mark, count: isQuiet ? .max : 1, where: isTold)
    let normal = early.flatMap(\.rows).filter { $0.text("state") == "normal" }
    findings.expect(
      "OKX-089", isQuiet ? normal.isEmpty : !early.isEmpty,
      isQuiet ? "nothing while all is normal" : "once a minute while all is normal",
      seen: early.first?.text ?? "nothing came")
    let later = line.mark
    let isProvoked = try await bench.provoke(
      ["at 0ms of exchange warn \(bench.name(row)) 4000"])
    let warned = try await line.collect(
      seconds: isProvoked ? 4.5 : max(1, bench.patience(provoked: false) - 4), after: later
    ) {
      isTold($0) && $0.rows.contains { ["warning", "adl"].contains($0.text("state")) }
    }
    guard isProvoked || warned.count > 1 else { return }
    let median = warned.gaps.median
    findings.expect(
      "OKX-089",
      warned.count > 2 && median > 700 && median < 1_500
        && warned.allSatisfy { $0.rows.allSatisfy { $0.text("instFamily") == family } },
      "a warning is told each second, of the family that was asked for",
      seen: "\(warned.count) in \(Int(median)) ms each")
  }

  private static let liquidations: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(
      line, ["channel": "liquidation-orders", "instType": "SWAP"])
    let swaps = try await bench.listed("SWAP").map(bench.name)
    let isProvoked = try await bench.provoke(swaps.map { "at 0ms of exchange squeeze \($0)" })
    let seconds = isProvoked ? 20 : bench.patience(provoked: false)
    var told: [ConformFrame] = []
    var names: Set<String> = []
    for _ in 0..<Int(seconds * 5) where names.count < 2 {
      try await bench.pause(seconds: 0.2)
      told = line.frames.dropFirst(mark).filter { $0.isPush(of: "liquidation-orders") }
      names = Set(told.flatMap(\.rows).map { $0.text("instId") })
    }
    if told.isEmpty && !isProvoked {
      return findings.notSeen(
        "OKX-085", "nobody was liquidated in \(Int(bench.patience(provoked: false))) s")
    }
    let odd = told.flatMap(\.rows).first { row in
      let details = row["details"]?.array ?? []
      return row.text("instType") != "SWAP" || row.text("instId").isEmpty || details.isEmpty
        || details.contains {
          $0.decimal("bkPx") == nil || ($0.decimal("sz")?.mantissa ?? 0) <= 0
            || !["buy", "sell"].contains($0.text("side"))
        }
    }
    findings.expect(
      "OKX-085", odd == nil && !told.isEmpty && (!isProvoked || names.count > 1 || swaps.count < 2),
      "asked for by type, it brings every instrument's, with details",
      seen: odd?.canonical ?? "\(told.count) of \(names.sorted().joined(separator: ", "))")
  }

  // MARK: Status

  private static let states = ["scheduled", "ongoing", "pre_open", "completed", "canceled"]

  private static let status: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "status"])
    let early = try await line.collect(seconds: 1, after: mark) { $0.isPush(of: "status") }
    findings.expect(
      "OKX-086", early.count <= 1 && early.allSatisfy { $0.rows.count <= 1 },
      "a subscription begins with the latest notice alone", seen: "\(early.count) pushes")
    let later = line.mark
    let isProvoked = try await bench.provoke(["at 0ms of exchange maintenance 700 400 1800"])
    try await lookUpStatus(bench, findings, line, later, isProvoked)
    if isProvoked { try await followMaintenance(bench, findings, line, later) }
    let odd = line.frames.dropFirst(mark).filter { $0.isPush(of: "status") }.flatMap(\.rows)
      .first { !isNotice($0) }
    if let odd {
      findings.differs("OKX-086", expected: "state, env and serviceType", seen: odd.canonical)
    }
  }

  private static func isNotice(_ row: JSONValue) -> Bool {
    states.contains(row.text("state")) && ["1", "2"].contains(row.text("env"))
      && Int64(row.text("serviceType")) != nil && row.decimal("begin") != nil
  }

  /// Twice in five seconds is once too often.
  private static func lookUpStatus(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ mark: Int,
    _ isProvoked: Bool
  ) async throws {
    let first = try await bench.call("GET", "system/status", signed: false)
    let second = try await bench.call("GET", "system/status", signed: false)
    findings.expect(
      "OKX-086", second.code == "50011" || second.status == 429,
      "system/status is refused when it is asked twice in 5 s", seen: second.text)
    let over = first.rows.first { ["completed", "canceled"].contains($0.text("state")) }
    findings.expect(
      "OKX-086", first.code == "0" && over == nil && (!isProvoked || !first.rows.isEmpty),
      "system/status lists what is scheduled or goes on", seen: over?.canonical ?? first.text)
  }

  private static func followMaintenance(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ mark: Int
  ) async throws {
    let account = try await bench.openPrivate()
    defer { bench.close(account) }
    let price: JSONValue = .string(try await bench.price(bench.spot, buy: true, restingBy: 20))
    _ = try await findings.demand("OKX-086", "pre_open before full trading") {
      try await line.next("pre_open", after: mark) { $0.rows.first?.text("state") == "pre_open" }
    }
    let limit = try await bench.place(account, bench.order(bench.spot, buy: true, ["px": price]))
    let passive = try await bench.place(
      account, bench.order(bench.spot, buy: true, ["px": price, "ordType": "post_only"]))
    let cancelled = try await bench.cancel(account, bench.spot, passive)
    findings.expect(
      "OKX-086", limit.code != "0" && passive.code == "0" && cancelled.code == "0",
      "pre_open takes post-only orders and cancels, and no others",
      seen: "limit \(limit.code), post_only \(passive.code), cancel \(cancelled.code)")
    _ = try? await line.next("completed", after: mark) {
      $0.rows.first?.text("state") == "completed"
    }
    let told = line.frames.dropFirst(mark).filter { $0.isPush(of: "status") }
      .compactMap { $0.rows.first?.text("state") }
    findings.expect(
      "OKX-086", told == Array(states.prefix(4)), "scheduled, ongoing, pre_open, completed",
      seen: told.joined(separator: ", "))
    let again = try await bench.answer(line, ["channel": "status"], to: "unsubscribe")
    let begin = line.mark
    try await bench.subscribe(line, ["channel": "status"])
    let latest = try await line.collect(seconds: 1, after: begin) { $0.isPush(of: "status") }
    findings.expect(
      "OKX-086",
      latest.count == 1 && latest[0].rows.count == 1
        && latest[0].rows[0].text("state") == "completed" && again.event == "unsubscribe",
      "a new subscription begins with the latest notice alone",
      seen: latest.first?.text ?? "nothing came")
  }
}
