// The chapter *Account and positions*: what others and the exchange itself do to an account; control plane.

import JSON
import Quantities

extension ConformStep {
  static let accountEvents: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openPrivate()
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "balance_and_position"])
    let money = bench.swap.text("settleCcy")
    let other = try await bench.another(bench.swap)
    let name = other.map(bench.name) ?? ""
    let size = other?.text("minSz") ?? ""
    let provoked = try await bench.provoke([
      bench.now("transfer \(money) 7"), bench.now("foreign \(name) buy market - \(size)"),
    ])
    let known: Set<String> = [
      "snapshot", "filled", "liquidation", "adl", "funding_fee", "transferred", "settlement",
      "delivered", "exercised", "interest_deduction", "set_leverage", "forced_repayment",
    ]
    if provoked {
      try await judgeTransfer(bench, line, findings, after: mark, money)
      try await judgeOrder(bench, findings, first: name)
      try await judgeFunding(bench, line, findings, name)
      _ = try await bench.provoke([bench.now("foreign \(name) sell market - \(size)")])
    } else {
      _ = try await line.collect(seconds: bench.patience(provoked: false) / 4, after: mark) { _ in
        false
      }
      let rows = try await bench.read("account/bills")
      let funding = rows.filter { $0.text("type") == "8" }
      if funding.isEmpty {
        findings.notSeen("OKX-178", "no funding among the \(rows.count) bills of 7 days")
      } else {
        findings.expect(
          "OKX-178", funding.allSatisfy { ($0.double("pnl") ?? 0) != 0 },
          "funding (type 8) with its amount in pnl", seen: funding[0].canonical)
      }
    }
    let seen = line.frames.dropFirst(mark).filter { $0.isPush(of: "balance_and_position") }
      .flatMap(\.rows).map { $0.text("eventType") }
    findings.expect(
      "OKX-163", !seen.isEmpty && seen.allSatisfy { known.contains($0) }, "known event types alone",
      seen: Set(seen).sorted().joined(separator: ", "))
  }

  private static func push(
    _ line: ConformLine, _ event: String, after mark: Int, _ findings: Findings
  ) async throws -> JSONValue {
    try await findings.demand("OKX-163", "a push of eventType \(event)") {
      try await line.next("balance_and_position of \(event)", after: mark) {
        $0.isPush(of: "balance_and_position") && $0.rows.first?.text("eventType") == event
      }
    }.rows.first ?? .null
  }

  private static func judgeTransfer(
    _ bench: ConformBench, _ line: ConformLine, _ findings: Findings, after mark: Int,
    _ money: String
  ) async throws {
    let row = try await push(line, "transferred", after: mark, findings)
    let balances = row["balData"]?.array ?? []
    findings.expect(
      "OKX-163",
      balances.map { $0.text("ccy") } == [money] && (row["posData"]?.array ?? []).isEmpty
        && (row["trades"]?.array ?? []).isEmpty,
      "a transfer: balData of \(money) alone", seen: String(row.canonical.prefix(200)))
    let bill = try await bench.eventually("bill of the transfer") {
      try await bench.read("account/bills?ccy=\(money)&type=1").first
    }
    findings.expect(
      "OKX-178", Exact.equal(bill.text("balChg"), "7") && bill.text("type") == "1",
      "a transfer of 7 has a bill of type 1", seen: String(bill.canonical.prefix(200)))
  }

  /// The younger position comes first.
  private static func judgeOrder(
    _ bench: ConformBench, _ findings: Findings, first name: String
  ) async throws {
    _ = try await bench.take(bench.swap, buy: false)
    let rows = try await bench.eventually("both positions") {
      let rows = try await bench.read("account/positions")
      return rows.contains { $0.text("instId") == bench.name(bench.swap) } ? rows : nil
    }
    let names = rows.map { $0.text("instId") }
    findings.expect(
      "OKX-156",
      names.contains(name) && isFalling(rows.map { $0.number("cTime") })
        && names.first == bench.name(bench.swap),
      "the position of this moment before the older ones", seen: names.joined(separator: ", "))
    _ = try await bench.take(bench.swap, buy: true, ["reduceOnly": true])
  }

  private static func judgeFunding(
    _ bench: ConformBench, _ line: ConformLine, _ findings: Findings, _ name: String
  ) async throws {
    let mark = line.mark
    _ = try await bench.provoke([bench.now("funding \(name) 0.001")])
    let row = try await push(line, "funding_fee", after: mark, findings)
    findings.expect(
      "OKX-163", !(row["balData"]?.array ?? []).isEmpty, "funding changes a balance",
      seen: String(row.canonical.prefix(200)))
    let bill = try await bench.eventually("bill of the funding") {
      try await bench.read("account/bills?type=8").first { $0.text("instId") == name }
    }
    findings.expect(
      "OKX-178",
      Exact.isNegative(bill.text("pnl"))
        && Exact.equal(bill.text("pnl"), bill.text("balChg")),
      "funding that a long pays: type 8, its amount in pnl",
      seen: "pnl \(bill.text("pnl")), balChg \(bill.text("balChg"))")
  }
}
