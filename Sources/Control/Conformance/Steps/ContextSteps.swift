// The chapter *Trades and market context* of docs/OKX.md: what is pushed about a market beside its book; control plane.

import Foundation
import JSON
import Quantities

extension ConformStep {
  static let contextSteps: [ConformStep] = [
    ConformStep(
      "context.trades", "follow trades and look them up by REST", rules: ["OKX-070", "OKX-071"],
      run: trades),
    ConformStep("context.tickers", "follow a ticker", rules: ["OKX-080"], run: tickers),
    ConformStep(
      "context.subjects", "follow an index, open interest and price limits, rightly and wrongly",
      rules: ["OKX-081", "OKX-083", "OKX-084", "OKX-088"], run: subjects),
    ConformStep(
      "context.candles", "follow bars of a second and of a day", rules: ["OKX-087"],
      run: candles),
  ]

  private static let trades: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "trades", "instId": .string(name)])
    let rows = try await line.collect(seconds: 8, after: mark, count: 8) {
      $0.isPush(of: "trades", name)
    }.flatMap(\.rows)
    guard !rows.isEmpty else {
      for rule in ["OKX-070", "OKX-071"] { findings.notSeen(rule, "nobody traded in 8 s") }
      return
    }
    let odd = rows.first { row in
      UInt64(row.text("tradeId")) == nil || !["buy", "sell"].contains(row.text("side"))
        || (row.decimal("sz")?.mantissa ?? 0) <= 0 || (row.decimal("px")?.mantissa ?? 0) <= 0
    }
    let ids = rows.compactMap { UInt64($0.text("tradeId")) }
    findings.expect(
      "OKX-070", odd == nil && ids == ids.sorted(), "tradeId, side, px and sz, one after the other",
      seen: odd?.canonical ?? "\(rows.count) trades: \(ids)")
    let bare = rows.first {
      (Int64($0.text("count")) ?? 0) < 1 || $0.text("source").isEmpty || $0["seqId"]?.integer == nil
    }
    let numbers = rows.compactMap { $0["seqId"]?.integer }
    findings.expect(
      "OKX-071", bare == nil && numbers == numbers.sorted(),
      "count, source and a seqId that never falls", seen: bare?.canonical ?? "\(numbers)")
    try await lookUp(rows, name, bench, findings)
  }

  /// REST lists the matches: as many as `count` says, up to the push's own, make its size.
  private static func lookUp(
    _ rows: [JSONValue], _ name: String, _ bench: ConformBench, _ findings: Findings
  ) async throws {
    let listed = try await bench.rows(
      "GET", "market/trades?instId=\(name)&limit=500", signed: false)
    var wrong: String?
    var found = 0
    for row in rows {
      guard let id = UInt64(row.text("tradeId")), let count = UInt64(row.text("count")) else {
        continue
      }
      let matches = listed.filter { match in
        UInt64(match.text("tradeId")).map { $0 <= id && $0 + count > id } ?? false
      }
      guard let last = matches.first(where: { UInt64($0.text("tradeId")) == id }) else { continue }
      found += 1
      // Whether the list sums up matches as the pushes do is not documented: either is a whole.
      let sum = matches.compactMap { Double($0.text("sz")) }.reduce(0, +)
      let pushed = Double(row.text("sz")) ?? 0
      let isWhole =
        abs(sum - pushed) <= sum * 1e-9 || last.decimal("sz") == row.decimal("sz")
      if last.text("side") != row.text("side") || last.decimal("px") != row.decimal("px")
        || !isWhole
      {
        wrong = "\(row.canonical) against \(last.canonical), \(sum) in \(matches.count) matches"
      }
    }
    if found == 0 {
      return findings.differs(
        "OKX-070", expected: "the pushed trades in market/trades", seen: "none of \(rows.count)")
    }
    findings.expect(
      "OKX-070", wrong == nil, "a push sums up matches of one side and price, as REST lists them",
      seen: wrong ?? "\(found) of \(rows.count) looked up")
  }

  private static let tickers: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "tickers", "instId": .string(name)])
    let pushes = try await line.collect(seconds: 6, after: mark, count: 20) {
      $0.isPush(of: "tickers", name)
    }
    guard pushes.count > 5 else {
      if pushes.isEmpty {
        findings.differs("OKX-080", expected: "a ticker at once", seen: "no push in 6 s")
      } else {
        findings.notSeen("OKX-080", "\(pushes.count) pushes in 6 s")
      }
      return
    }
    let rows = pushes.flatMap(\.rows).map { $0.without(["ts"]) }
    let same = zip(rows, rows.dropFirst()).count { $0 == $1 }
    let median = pushes.dropFirst().gaps.median
    findings.expect(
      "OKX-080", median >= 70 && same * 10 <= rows.count,
      "at most each 100 ms, when something changed",
      seen: "\(Int(median)) ms in the median, \(same) of \(rows.count) unchanged")
  }

  private static let subjects: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let swap = bench.name(bench.swap)
    let spot = bench.name(bench.spot)
    let index = bench.swap.text("uly")
    let tries: [(rule: String, channel: String, subject: String, isThere: Bool)] = [
      ("OKX-081", "funding-rate", swap, true), ("OKX-081", "funding-rate", spot, false),
      ("OKX-083", "index-tickers", index, true), ("OKX-083", "index-tickers", swap, false),
      ("OKX-084", "open-interest", swap, true), ("OKX-084", "open-interest", spot, false),
      ("OKX-084", "price-limit", swap, true),
    ]
    var rows: [String: JSONValue] = [:]
    for (rule, channel, subject, isThere) in tries {
      let mark = line.mark
      let answer = try await bench.answer(
        line, ["channel": .string(channel), "instId": .string(subject)])
      findings.expect(
        rule, (answer.event == "subscribe") == isThere,
        "\(channel) \(isThere ? "exists for" : "does not exist for") \(subject)",
        seen: answer.text)
      if !isThere || answer.event != "subscribe" { continue }
      let push = try await findings.demand(rule, "a push of \(channel)") {
        try await line.next("push of \(channel)", after: mark) { $0.isPush(of: channel, subject) }
      }
      rows[channel] = push.rows.first ?? .null
    }
    judgeFigures(rows, findings)
  }

  private static func judgeFigures(_ rows: [String: JSONValue], _ findings: Findings) {
    let funding = rows["funding-rate"] ?? .null
    findings.expect(
      "OKX-081",
      funding.decimal("fundingRate") != nil && funding.decimal("fundingTime") != nil
        && (funding.text("nextFundingRate").isEmpty || funding.decimal("nextFundingRate") != nil),
      "a rate and its time; the next rate may be empty", seen: funding.canonical)
    findings.expect(
      "OKX-083", (rows["index-tickers"]?.decimal("idxPx")?.mantissa ?? 0) > 0,
      "the index has a price", seen: rows["index-tickers"]?.canonical ?? "no row")
    let limit = rows["price-limit"] ?? .null
    let isOn = limit["enabled"]?.bool
    findings.expect(
      "OKX-084",
      isOn != nil && limit["buyLmt"]?.string != nil && limit["sellLmt"]?.string != nil
        && (isOn == false || limit.decimal("buyLmt") != nil && limit.decimal("sellLmt") != nil),
      "`enabled` beside both prices", seen: limit.canonical)
    findings.expect(
      "OKX-084", (rows["open-interest"]?.decimal("oi")?.mantissa ?? 0) > 0,
      "a contract has open interest", seen: rows["open-interest"]?.canonical ?? "no row")
    // By this method there is no next rate to be had: an empty text, never a 0.
    let odd = rows.values.first { row in (row.object ?? [:]).values.contains { $0.isNull } }
    let isOfPeriod = funding.text("method") == "current_period"
    let next = funding["nextFundingRate"]?.string ?? ""
    if !isOfPeriod {
      return findings.notSeen("OKX-088", "the funding is no current_period: \(funding.canonical)")
    }
    findings.expect(
      "OKX-088", odd == nil && next.isEmpty,
      "what there is no figure for is an empty text or absent, never null or 0",
      seen: odd?.canonical ?? "nextFundingRate \"\(next)\" of current_period")
  }

  private static let candles: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let line = try await bench.open(.business)
    defer { bench.close(line) }
    let mark = line.mark
    // Milliseconds of a bar, and at which of them it opens.
    let hour: Int64 = 3_600_000
    let bars: [(channel: String, length: Int64, opens: Int64)] = [
      ("candle1m", hour / 60, 0), ("candle4H", 4 * hour, 0), ("candle6H", 6 * hour, 4 * hour),
      ("candle6Hutc", 6 * hour, 0), ("candle1D", 24 * hour, 16 * hour),
      ("candle1Dutc", 24 * hour, 0),
    ]
    for bar in bars + [("candle1s", 1_000, 0)] {
      try await bench.subscribe(line, ["channel": .string(bar.channel), "instId": .string(name)])
    }
    for (channel, length, opens) in bars {
      let push = try await findings.demand("OKX-087", "a bar of \(channel)") {
        try await line.next("push of \(channel)", after: mark) { $0.isPush(of: channel, name) }
      }
      let time = push.rows.first?[0]?.string.flatMap { Int64($0) } ?? -1
      findings.expect(
        "OKX-087", time > 0 && time % length == opens,
        "\(channel) opens \(opens / hour) h after a multiple of its length", seen: "\(time)")
    }
    let seconds = try await line.collect(seconds: 4, after: mark) {
      $0.isPush(of: "candle1s", name)
    }.flatMap(\.rows)
    let odd = line.frames.dropFirst(mark).filter(\.isPush).flatMap(\.rows).first { !isBar($0) }
    findings.expect(
      "OKX-087", odd == nil,
      "time, open, high, low, close, three volumes and confirm, which fit each other",
      seen: odd?.canonical ?? "\(seconds.count) bars of a second")
    let closed = seconds.filter { $0[8]?.string == "1" }
    guard !closed.isEmpty else {
      if seconds.count < 3 {
        return findings.notSeen("OKX-087", "few traded: no bar closed in 4 s")
      }
      return findings.differs(
        "OKX-087", expected: "confirm 1 once a bar is closed", seen: "\(seconds.count) open bars")
    }
    // A bar that was told as closed is over: nothing tells of it again as open.
    let reopened = seconds.indices.first { index in
      seconds[index][8]?.string == "0"
        && seconds[..<index].contains { $0[8]?.string == "1" && $0[0] == seconds[index][0] }
    }
    findings.expect(
      "OKX-087", reopened == nil, "confirm is 1 once a bar is closed, and not before",
      seen: reopened.map { seconds[$0].canonical } ?? "\(closed.count) closed")
  }

  private static func isBar(_ row: JSONValue) -> Bool {
    let parts = (row.array ?? []).compactMap { $0.string.flatMap { Double($0) } }
    guard parts.count == 9, row.array?.count == 9 else { return false }
    let (open, high, low, close) = (parts[1], parts[2], parts[3], parts[4])
    return low <= min(open, close) && high >= max(open, close) && low > 0
      && (parts[8] == 0 || parts[8] == 1)
  }
}
