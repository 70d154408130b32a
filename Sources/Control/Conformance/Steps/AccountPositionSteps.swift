// The chapter *Account and positions*: the smallest short, opened and closed twice; control plane.

import JSON
import Quantities

extension ConformStep {
  static let accountPosition: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openPrivate()
    defer { bench.close(line) }
    let holdings = try await bench.subscribe(line, ["channel": "balance_and_position"])
    try await judgeHoldings(line, findings, after: holdings)
    let account = try await bench.subscribe(line, ["channel": "account"])
    let positions = try await bench.subscribe(line, ["channel": "positions", "instType": "ANY"])
    for (channel, mark) in [("account", account), ("positions", positions)] {
      try await judgeOpening(line, findings, channel, after: mark)
    }
    let held = try await bench.position()
    guard held == nil || held?.mantissa == 0 else {
      return findings.notSeen(
        "OKX-152",
        "the account holds \(held?.description ?? "") of \(bench.name(bench.swap)) already")
    }
    let short = PositionWatch(bench: bench, line: line, findings: findings)
    let opening = try await short.trade(buy: false)
    let row = try await short.judgeOpened(opening)
    try await short.judgeMargins()
    let closing = try await short.trade(buy: true)
    try await short.judgeClosed(closing, posID: row.text("posId"))
    let again = try await short.trade(buy: false)
    try await short.judgeAgain(again, posID: row.text("posId"))
    _ = try await short.trade(buy: true)
  }

  /// `balance_and_position` begins with what is held, and is counted among the limited channels.
  private static func judgeHoldings(
    _ line: ConformLine, _ findings: Findings, after mark: Int
  ) async throws {
    let first = try await findings.demand("OKX-163", "a snapshot of balances and positions") {
      try await line.next("snapshot of balance_and_position", after: mark) {
        $0.isPush(of: "balance_and_position")
      }
    }
    let count = try await findings.demand("OKX-163", "channel-conn-count") {
      try await line.next("channel-conn-count", after: mark) {
        $0.event == "channel-conn-count"
          && $0.json["channel"]?.string == "balance_and_position"
      }
    }
    let row = first.rows.first ?? .null
    let balances = row["balData"]?.array ?? []
    let zero = (row["posData"]?.array ?? []).filter { $0.double("pos") == 0 }
    findings.expect(
      "OKX-163",
      row.text("eventType") == "snapshot" && !balances.isEmpty && zero.isEmpty
        && balances.allSatisfy { $0.double("cashBal") != nil && $0.number("uTime") != nil },
      "a snapshot of balances and open positions, counted by channel-conn-count",
      seen: "\(row.canonical.prefix(160)), \(count.text.prefix(80))")
  }

  private static func judgeOpening(
    _ line: ConformLine, _ findings: Findings, _ channel: String, after mark: Int
  ) async throws {
    let first = try await findings.demand("OKX-150", "a snapshot of \(channel)") {
      try await line.next("push of \(channel)", after: mark) { $0.isPush(of: channel) }
    }
    findings.expect(
      "OKX-150",
      first.json["eventType"]?.string == "snapshot" && first.json["curPage"]?.integer == 1
        && first.json["lastPage"]?.bool != nil,
      "\(channel) begins with a snapshot in numbered pages",
      seen: String(first.text.prefix(160)))
    let wrong = first.rows.first {
      channel == "positions"
        && !["MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"].contains($0.text("instType"))
    }
    if channel == "positions" {
      findings.expect(
        "OKX-153", wrong == nil, "no spot in positions",
        seen: wrong?.canonical ?? "\(first.rows.count) rows")
    }
  }
}

/// One position of the swap on a line that follows account, positions, and both together.
private struct PositionWatch {
  let bench: ConformBench
  let line: ConformLine
  let findings: Findings

  struct Trade {
    var order: JSONValue
    var mark: Int
    var doneAt: Instant
  }

  var name: String { bench.name(bench.swap) }

  func trade(buy: Bool) async throws -> Trade {
    let mark = line.mark
    let order = try await bench.take(
      bench.swap, buy: buy, buy ? ["reduceOnly": true] : [:])
    return Trade(order: order, mark: mark, doneAt: .now())
  }

  private func rows(of frame: ConformFrame) -> [JSONValue] {
    frame.rows.filter { $0.text("instId") == name && $0.text("mgnMode") == "cross" }
  }

  /// The events of positions that hold a row of ours, after so long.
  private func events(after mark: Int) -> [ConformFrame] {
    line.frames.dropFirst(mark).filter {
      $0.isPush(of: "positions") && $0.json["eventType"]?.string == "event_update"
        && !rows(of: $0).isEmpty
    }
  }

  /// The row that REST tells of the open short.
  func judgeOpened(_ trade: Trade) async throws -> JSONValue {
    let wanted = "-" + (Exact.sum([trade.order.text("accFillSz")]) ?? "?")
    let push = try await findings.demand("OKX-152", "a push of pos \(wanted)") {
      try await bench.eventually("push of pos \(wanted)") {
        events(after: trade.mark).first { rows(of: $0).contains { $0.text("pos") == wanted } }
      }
    }
    let told = rows(of: push).first ?? .null
    findings.expect(
      "OKX-152", told.text("posSide") == "net" && told.text("pos") == wanted,
      "a short is pos \(wanted) of posSide net",
      seen: "pos \(told.text("pos")), posSide \(told.text("posSide"))")
    let late = Double(push.at.since(trade.doneAt)) / 1e6
    findings.expect(
      "OKX-150", push.json["curPage"] == nil && push.json["lastPage"] == nil && late < 1_000,
      "an event without pages soon after the fill",
      seen: "\(Int(late)) ms after the order was known as filled, \(push.text.prefix(100))")
    try await judgeBoth(trade, wanted)
    let row = try await bench.eventually("row of \(name) among positions") {
      try await bench.read("account/positions").first { $0.text("instId") == name }
    }
    let missing = DocumentedFields.position.filter { row[$0] == nil }
    let balance = try await bench.read("account/balance").first ?? .null
    let lacking =
      DocumentedFields.balance.filter { balance[$0] == nil }
      + DocumentedFields.currency.filter { balance["details"]?[0]?[$0] == nil }
    findings.expect(
      "OKX-165", missing.isEmpty && lacking.isEmpty,
      "all \(DocumentedFields.position.count) documented fields of a position, \(DocumentedFields.balance.count) of the "
        + "balance and \(DocumentedFields.currency.count) of a currency",
      seen: "missing \(missing + lacking)")
    judgeWorth(row)
    return row
  }

  /// A contract is worth ctVal × ctMult of its base.
  private func judgeWorth(_ row: JSONValue) {
    let base = (bench.swap.double("ctVal") ?? 0) * (bench.swap.double("ctMult") ?? 0)
    let worth = abs(row.double("pos") ?? 0) * base * (row.double("markPx") ?? 0)
    let told = row.double("notionalUsd") ?? 0
    findings.expect(
      "OKX-191", worth > 0 && abs(told - worth) < worth / 50,
      "a position worth pos × ctVal × ctMult × markPx",
      seen:
        "notionalUsd \(row.text("notionalUsd")) of \(row.text("pos")) contracts, \(worth) by that")
  }

  /// `balance_and_position` tells at once of the fill.
  private func judgeBoth(_ trade: Trade, _ wanted: String) async throws {
    let id = trade.order.text("tradeId")
    let push = try await findings.demand("OKX-163", "eventType filled with trade \(id)") {
      try await line.next("balance_and_position of trade \(id)", after: trade.mark) { frame in
        frame.isPush(of: "balance_and_position")
          && frame.rows.contains { row in
            row["trades"]?.array?.contains { $0.text("tradeId") == id } == true
          }
      }
    }
    let row = push.rows.first ?? .null
    let position = row["posData"]?.array?.first { $0.text("instId") == name } ?? .null
    let balance = row["balData"]?.array?.first ?? .null
    findings.expect(
      "OKX-163",
      row.text("eventType") == "filled" && position.text("pos") == wanted
        && balance.text("ccy") == bench.swap.text("settleCcy") && balance.double("cashBal") != nil
        && balance.number("uTime") != nil,
      "filled, with the position, the balance and the trade",
      seen: String(row.canonical.prefix(300)))
  }

  /// In account level 2 a currency has margin figures while it has a cross position.
  func judgeMargins() async throws {
    let config = try await bench.read("account/config").first ?? .null
    if config.text("acctLv") != "2" { return }
    let detail = try await bench.balance(bench.swap.text("settleCcy")) ?? .null
    let figures = ["imr", "mmr", "mgnRatio"].map { "\($0) \(detail.text($0))" }
    findings.expect(
      "OKX-151", ["imr", "mmr", "mgnRatio"].allSatisfy { (detail.double($0) ?? 0) > 0 },
      "imr, mmr and mgnRatio of \(detail.text("ccy")) with a cross position",
      seen: figures.joined(separator: ", "))
  }

  func judgeClosed(_ trade: Trade, posID: String) async throws {
    _ = try await findings.demand("OKX-152", "a push of pos 0") {
      try await bench.eventually("push of pos 0") {
        events(after: trade.mark).first { rows(of: $0).contains { $0.double("pos") == 0 } }
      }
    }
    // A second one would follow the batches within moments.
    try await Task.sleep(nanoseconds: 700_000_000)
    let zeros = events(after: trade.mark).flatMap(rows(of:)).count { $0.double("pos") == 0 }
    let mark = try await bench.subscribe(line, ["channel": "positions", "instType": "SWAP"])
    let fresh = try await findings.demand("OKX-152", "a snapshot without the position") {
      try await line.next("snapshot of positions SWAP", after: mark) {
        $0.isPush(of: "positions") && $0.json["arg"]?["instType"]?.string == "SWAP"
          && $0.json["eventType"]?.string == "snapshot"
      }
    }
    findings.expect(
      "OKX-152", zeros == 1 && rows(of: fresh).isEmpty,
      "pushed once as 0, then absent from a snapshot",
      seen: "\(zeros) times 0, \(rows(of: fresh).count) rows in the snapshot")
    let all = try await bench.read("account/positions")
    let asked = try await bench.read("account/positions?instId=\(name)").first ?? .null
    let byID = try await bench.read("account/positions?posId=\(posID)").first ?? .null
    let isListed = all.contains { $0.text("instId") == name }
    findings.expect(
      "OKX-156",
      !isListed && asked.text("posId") == posID && asked.double("pos") == 0
        && byID.text("instId") == name,
      "closed it is told by instId and posId alone, with its posId \(posID)",
      seen:
        "in the list: \(isListed); by instId posId \(asked.text("posId")), pos \(asked.text("pos")); by posId "
        + byID.text("instId"))
  }

  func judgeAgain(_ trade: Trade, posID: String) async throws {
    let row = try await bench.eventually("row of \(name) among positions") {
      try await bench.read("account/positions").first { $0.text("instId") == name }
    }
    let list = try await bench.read("account/positions")
    findings.expect(
      "OKX-156",
      row.text("posId") == posID && Exact.equal(row.text("fee"), trade.order.text("fee"))
        && row.double("pnl") == 0 && row.text("ccy") == bench.swap.text("settleCcy")
        && row.text("mgnMode") == "cross"
        && isFalling(list.map { $0.number("cTime") }),
      "opened again: the same posId, a fee and P&L of its own, rows newest first",
      seen:
        "posId \(row.text("posId")), fee \(row.text("fee")) of an order's \(trade.order.text("fee")), pnl "
        + "\(row.text("pnl")), cTimes \(list.map { $0.text("cTime") })")
  }
}
