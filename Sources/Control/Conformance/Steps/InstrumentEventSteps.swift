// The chapter *Instruments*: a contract's new name, and planned maintenance; control plane.

import JSON
import Quantities

extension ConformStep {
  static let instrumentRename: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard let other = try await bench.another(bench.swap) else {
      return findings.notSeen("OKX-200", "no contract was renamed while this step ran")
    }
    let old = bench.name(other)
    let parts = old.split(separator: "-", maxSplits: 1).map(String.init)
    let new = "\(parts[0])2-\(parts[1])"
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "instruments", "instType": "SWAP"])
    for channel in ["books", "trades", "tickers"] {
      try await bench.subscribe(line, ["channel": .string(channel), "instId": .string(old)])
    }
    let account = try await bench.openPrivate()
    defer { bench.close(account) }
    _ = try await bench.provoke([
      bench.now("foreign \(old) buy market - \(other.text("minSz"))"),
      "at 200ms of exchange rename \(old) \(new) 250",
    ])
    try await bench.subscribe(
      account, ["channel": "positions", "instType": "SWAP", "instId": .string(old)])
    let rename = Rename(
      bench: bench, line: line, account: account, findings: findings, row: other, old: old,
      new: new)
    try await rename.judgeStates(after: mark)
    try await rename.judgeOldName()
    try await rename.judgeChannels()
    // Back to what it was, for whoever comes next.
    let back = line.mark
    _ = try await bench.provoke([bench.now("rename \(new) \(old) 50")])
    _ = try await line.next("the old name again", after: back) { frame in
      frame.isPush(of: "instruments")
        && frame.rows.contains {
          $0.text("instId") == old && $0.text("state") == "live"
        }
    }
    _ = try await bench.provoke([
      bench.now("foreign \(old) sell market - \(other.text("minSz"))")
    ])
  }

  static let instrumentMaintenance: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "status"])
    let known: Set<String> = ["scheduled", "ongoing", "pre_open", "completed", "canceled"]
    let resting = try await bench.rest(bench.spot, buy: true, by: 15)
    guard try await bench.provoke([bench.now("maintenance 600 1200 1500")]) else {
      try await bench.cancel(bench.spot, resting)
      let rows = try await bench.read("system/status", signed: false)
      if rows.isEmpty { return findings.notSeen("OKX-199", "no maintenance is planned") }
      findings.expect(
        "OKX-199",
        rows.allSatisfy { ["scheduled", "ongoing", "pre_open"].contains($0.text("state")) },
        "system/status lists what is not over", seen: rows[0].canonical)
      return
    }
    func told(_ state: String) async throws -> JSONValue {
      try await findings.demand("OKX-199", "status \(state)") {
        try await line.next("status \(state)", after: mark) {
          $0.isPush(of: "status") && $0.rows.first?.text("state") == state
        }
      }.rows.first ?? .null
    }
    func code(_ type: String) async throws -> String {
      let reply = try await bench.place(
        bench.spot, buy: true,
        [
          "ordType": .string(type),
          "px": .string(try await bench.price(bench.spot, buy: true, restingBy: 15)),
        ])
      if reply.rowCode == "0" {
        try await bench.cancel(bench.spot, reply.rows.first?.text("ordId") ?? "")
      }
      return reply.rowCode.isEmpty ? reply.code : reply.rowCode
    }
    let scheduled = try await told("scheduled")
    let begin = scheduled.text("begin")
    func isListed() async throws -> Bool {
      try await bench.read("system/status", signed: false).contains { $0.text("begin") == begin }
    }
    let early = try await isListed()
    _ = try await told("ongoing")
    let during = try await code("limit")
    let stuck = try await bench.cancel(bench.spot, resting).rowCode
    _ = try await told("pre_open")
    let (maker, limit) = (try await code("post_only"), try await code("limit"))
    let freed = try await bench.cancel(bench.spot, resting).rowCode
    _ = try await told("completed")
    let after = try await code("limit")
    let late = try await isListed()
    let states = line.frames.dropFirst(mark).filter { $0.isPush(of: "status") }.flatMap(\.rows)
      .map { $0.text("state") }
    findings.expect(
      "OKX-199",
      early && !late && during != "0" && stuck != "0" && maker == "0" && limit != "0"
        && freed == "0" && after == "0" && states.allSatisfy { known.contains($0) },
      "no order while it is ongoing, cancels and post_only in pre_open, then all; listed until it is over",
      seen:
        "\(states): ongoing \(during), cancel \(stuck); pre_open post_only \(maker), limit \(limit), cancel "
        + "\(freed); then \(after); listed \(early), \(late)")
  }
}

private struct Rename {
  let bench: ConformBench
  let line: ConformLine
  let account: ConformLine
  let findings: Findings
  let row: JSONValue
  let old: String
  let new: String

  /// Expired, then by the new name rebase, post_only, live.
  func judgeStates(after mark: Int) async throws {
    _ = try await findings.demand("OKX-200", "the new name as live") {
      try await line.next("\(new) live", after: mark) { frame in
        frame.isPush(of: "instruments")
          && frame.rows.contains { $0.text("instId") == new && $0.text("state") == "live" }
      }
    }
    let told = line.frames.dropFirst(mark).filter { $0.isPush(of: "instruments") }.flatMap(\.rows)
      .filter { [old, new].contains($0.text("instId")) && $0["state"] != nil }
      .map { "\($0.text("instId")) \($0.text("state"))" }
    var wanted = ["\(old) expired", "\(new) rebase", "\(new) post_only", "\(new) live"]
    if !bench.rules.has(.postOnlyState) { wanted.remove(at: 2) }
    let listed =
      try await bench.read(
        "public/instruments?instType=SWAP&instId=\(new)", signed: false
      ).first ?? .null
    findings.expect(
      "OKX-200", told == wanted && listed["instIdCode"] == row["instIdCode"],
      "\(wanted.joined(separator: ", ")), the same instIdCode",
      seen:
        "\(told.joined(separator: ", ")), code \(listed["instIdCode"]?.canonical ?? "none") of "
        + "\(row["instIdCode"]?.canonical ?? "none")")
  }

  func judgeOldName() async throws {
    let list = try await bench.call(
      "GET", "public/instruments?instType=SWAP&instId=\(old)", signed: false)
    let order = try await bench.ask(
      "POST", "trade/order",
      [
        "instId": .string(old), "tdMode": "cross", "side": "buy", "ordType": "post_only",
        "px": .string(row.text("tickSz")), "sz": .string(row.text("minSz")),
        "tag": .string(ConformBench.tag),
      ])
    let mark = line.mark
    let id = bench.nextID("s")
    line.send([
      "op": "subscribe", "id": .string(id),
      "args": [["channel": "bbo-tbt", "instId": .string(old)]],
    ])
    let reply = try await line.next("answer to a subscription", after: mark) { $0.id == id }
    findings.expect(
      "OKX-200",
      list.rows.isEmpty && order.rowCode != "0" && order.code != "0" && reply.event == "error",
      "the old name refused: list, order, subscription",
      seen:
        "\(list.code), \(order.rowCode.isEmpty ? order.code : order.rowCode), \(reply.code ?? reply.event ?? "")"
    )
  }

  /// Depth, trades and the timed positions go on; tickers do not.
  func judgeChannels() async throws {
    let mark = line.mark
    let accountMark = account.mark
    let names = [old, new]
    func go(_ channel: String) async throws -> ConformFrame {
      try await findings.demand("OKX-200", "pushes of \(channel) that go on") {
        try await line.next("push of \(channel)", after: mark, seconds: 15) { frame in
          frame.isPush(of: channel) && names.contains(frame.instrument ?? "")
        }
      }
    }
    _ = try await go("books")
    let trade = try await go("trades")
    _ = try await findings.demand("OKX-200", "timed positions for the old subscription") {
      try await account.next("timed push of positions", after: accountMark, seconds: 7) { frame in
        frame.isPush(of: "positions") && frame.rows.contains { $0.text("instId") == new }
      }
    }
    let tickers = line.frames.dropFirst(mark).count { $0.isPush(of: "tickers") }
    let id = bench.nextID("u")
    line.send([
      "op": "unsubscribe", "id": .string(id),
      "args": [["channel": "books", "instId": .string(new)]],
    ])
    let given = try await line.next("answer to unsubscribe", after: mark) { $0.id == id }
    findings.expect(
      "OKX-200",
      trade.rows.first?.text("instId") == new && tickers == 0 && given.event == "unsubscribe",
      "books, trades and timed positions go on with \(new) in them, tickers fall silent, books given up by it",
      seen:
        "trades of \(trade.rows.first?.text("instId") ?? ""), \(tickers) tickers, unsubscribe \(given.event ?? "") \(given.code ?? "")"
    )
  }
}
