// The chapter *Account and positions* of docs/OKX.md: configuration, leverage, sizes, the pace of pushes; control plane.

import JSON
import Quantities

extension ConformStep {
  static let accountSteps: [ConformStep] = [
    ConformStep(
      "account.config", "read what the account and its key are",
      rules: ["OKX-154", "OKX-158", "OKX-159", "OKX-160"], run: accountConfiguration),
    ConformStep(
      "account.spot",
      "buy the smallest spot size and follow its fee into fills, balances and bills",
      rules: ["OKX-151", "OKX-153", "OKX-155", "OKX-157", "OKX-178", "OKX-179"], run: accountSpot),
    ConformStep(
      "account.position", "open and close the smallest short twice and follow what is told of it",
      rules: [
        "OKX-150", "OKX-151", "OKX-152", "OKX-153", "OKX-156", "OKX-163", "OKX-165", "OKX-191",
      ], run: accountPosition),
    ConformStep(
      "account.events",
      "let the account be changed by others: a transfer, funding, a second position",
      rules: ["OKX-156", "OKX-163", "OKX-178"], run: accountEvents),
    ConformStep(
      "account.leverage", "set the leverage to what it is, and above the highest",
      rules: ["OKX-162", "OKX-182"], run: accountLeverage),
    ConformStep(
      "account.sizes", "ask for the largest order and what is free for it", rules: ["OKX-164"],
      run: accountSizes),
    ConformStep(
      "account.pace", "listen to account and positions for three of their rounds",
      rules: ["OKX-150"], runsBeside: true, run: accountPace),
  ]

  private static let accountConfiguration: @Sendable (ConformBench, Findings) async throws -> Void =
    { bench, findings in
      let row = try await bench.read("account/config").first ?? .null
      findings.expect(
        "OKX-154",
        ["1", "2", "3", "4"].contains(row.text("acctLv"))
          && ["net_mode", "long_short_mode"].contains(row.text("posMode")),
        "acctLv 1 to 4, posMode net_mode or long_short_mode",
        seen: "acctLv \(row.text("acctLv")), posMode \(row.text("posMode"))")
      let rights = row.text("perm").split(separator: ",").map(String.init)
      let addresses = row["ip"]?.string?.split(separator: ",").map(String.init)
      let isKey =
        rights.contains("trade")
        && rights.allSatisfy { ["read_only", "trade", "withdraw"].contains($0) }
        && addresses?.allSatisfy { isAddress($0) } == true
      let seen = "perm \(row.text("perm")), \(addresses?.count ?? 0) addresses"
      findings.expect(
        "OKX-158", isKey, "perm with the right to trade that this run uses, ip a list of addresses",
        seen: row["ip"]?.string == nil ? "\(seen), no ip" : seen)
      let names = row.object?.keys.sorted() ?? []
      let ends = names.filter { $0.lowercased().contains("expir") }
      findings.expect(
        "OKX-159", isKey && ends.isEmpty,
        "what decides on its end (perm and ip) is told and no end beside; the 14 days themselves cannot be seen",
        seen: ends.isEmpty ? seen : "also \(ends)")
      findings.expect(
        "OKX-160", row["enableSpotBorrow"]?.bool != nil && row["autoLoan"]?.bool != nil,
        "enableSpotBorrow and autoLoan are Booleans",
        seen:
          "\(row["enableSpotBorrow"]?.canonical ?? "absent"), \(row["autoLoan"]?.canonical ?? "absent")"
      )
    }

  private static func isAddress(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isHexDigit || ".:/".contains($0) }
      && text.contains { $0 == "." || $0 == ":" }
  }

  private static let accountLeverage: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let names = [name, try await bench.another(bench.swap).map(bench.name)].compactMap { $0 }
    let rows = try await bench.read(
      "account/leverage-info?mgnMode=cross&instId=\(names.joined(separator: ","))")
    let row = rows.first { $0.text("instId") == name } ?? .null
    let lever = row.text("lever")
    let isTold =
      Set(rows.map { $0.text("instId") }) == Set(names) && row.text("mgnMode") == "cross"
      && ["net", ""].contains(row.text("posSide")) && (Double(lever) ?? 0) >= 1
    func set(_ value: JSONValue) async throws -> ConformReply {
      try await bench.ask(
        "POST", "account/set-leverage",
        ["instId": .string(name), "mgnMode": "cross", "lever": value])
    }
    let same = try await set(.string(lever))
    let most = Int64(bench.swap.text("lever")) ?? 125
    let above = try await set(.string(String(most + 1)))
    let crowd = try await bench.ask(
      "GET",
      "account/leverage-info?mgnMode=cross&instId="
        + [String](repeating: name, count: 21).joined(separator: ","))
    let isSet =
      same.code == "0" && same.rows.first?.text("lever") == lever
      && same.rows.first?.text("instId") == name
    let after = try await bench.read("account/leverage-info?mgnMode=cross&instId=\(name)").first
    findings.expect(
      "OKX-162",
      isTold && isSet && above.code == "59102" && crowd.code != "0"
        && after?.text("lever") == lever,
      "leverage by instrument and mode, set as it is, 59102 above \(most), 20 names at most",
      seen:
        "info \(row.canonical.prefix(120)), set \(same.code), above \(above.code), 21 names \(crowd.code), "
        + "then \(after?.text("lever") ?? "none")")
    if let number = Int64(lever) {
      let answer = try await set(.integer(number))
      findings.expect(
        "OKX-182", answer.code == "0" && answer.rows.first?.text("lever") == lever,
        "lever as a JSON number is taken", seen: answer.text)
    } else {
      findings.notSeen("OKX-182", "the leverage \(lever) is no whole number")
    }
  }

  private static let accountSizes: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let (spot, swap) = (bench.name(bench.spot), bench.name(bench.swap))
    let bid = try await bench.best(bench.spot).bid.description
    guard let price = Double(bid) else { throw ConformHindrance("\(spot): no price") }
    func row(_ call: String, _ name: String, _ mode: String, _ more: String = "") async throws
      -> JSONValue
    {
      try await bench.read("account/\(call)?instId=\(name)&tdMode=\(mode)\(more)").first ?? .null
    }
    let quote = try await bench.balance(bench.spot.text("quoteCcy"))?.double("availBal") ?? 0
    let base = try await bench.balance(bench.spot.text("baseCcy"))?.double("availBal") ?? 0
    let at = try await row("max-size", spot, "cash", "&px=\(bid)")
    let half = try await row("max-size", spot, "cash", "&px=\(half(bid, of: bench.spot))")
    let free = try await row("max-avail-size", spot, "cash")
    let contracts = try await row("max-size", swap, "cross")
    let margin = try await row("max-avail-size", swap, "cross")
    let crowd = try await bench.ask(
      "GET",
      "account/max-size?tdMode=cross&instId="
        + [String](repeating: swap, count: 6).joined(separator: ","))
    /// Within a twentieth: fees and other orders of the account may move it.
    func near(_ seen: Double?, _ wanted: Double) -> Bool {
      seen.map { abs($0 - wanted) <= wanted / 20 + 1e-6 } ?? false
    }
    let isSpot =
      near(at.double("maxBuy"), quote / price) && near(at.double("maxSell"), base)
      && near(half.double("maxBuy"), 2 * quote / price)
      && near(free.double("availBuy"), quote) && near(free.double("availSell"), base)
    let worth = bench.swap.double("ctVal") ?? 0
    // The money that the largest order takes is the free margin times the leverage.
    let lever =
      try await bench.read("account/leverage-info?mgnMode=cross&instId=\(swap)").first?
      .double("lever") ?? 0
    let most = (margin.double("availBuy") ?? 0) * lever / (price * max(worth, 1e-12))
    let isSwap =
      (contracts.double("maxBuy") ?? -1) <= most * 1.2
      && (contracts.double("maxBuy") ?? -1) >= most * 0.1
      && (contracts.double("maxSell") ?? -1) > 0 || most == 0
    findings.expect(
      "OKX-164", isSpot && isSwap && crowd.code != "0",
      "sizes that fit the balances, at px, a spot maxSell in the base, 5 names at most",
      seen:
        "spot \(at.text("maxBuy"))/\(at.text("maxSell")), at half the price \(half.text("maxBuy")), free "
        + "\(free.text("availBuy"))/\(free.text("availSell")), swap \(contracts.text("maxBuy")) of about "
        + "\(Int64(most)), 6 names \(crowd.code)")
  }

  private static func half(_ price: String, of instrument: JSONValue) -> String {
    guard let tick = instrument.decimal("tickSz"),
      let units = DecimalNumber(price).flatMap({ try? $0.units(of: tick) }),
      let half = DecimalNumber.of(units: units / 2, increment: tick)
    else { return price }
    return half.description
  }

  private static let accountPace: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openPrivate()
    defer { bench.close(line) }
    let channels = ["account", "positions"]
    var mark = line.mark
    for channel in channels {
      let argument: [String: JSONValue] =
        channel == "account"
        ? ["channel": .string(channel)] : ["channel": .string(channel), "instType": "ANY"]
      mark = min(mark, try await bench.subscribe(line, argument))
    }
    _ = try await line.collect(seconds: 14, after: mark) { _ in false }
    for channel in channels {
      let pushes = line.frames.dropFirst(mark).filter { $0.isPush(of: channel) }
      let whole = pushes.filter { $0.json["eventType"]?.string == "snapshot" }
      // One round may have several pages: its first counts.
      let rounds = whole.filter { $0.json["curPage"]?.integer == 1 }.map(\.at)
      let gaps = zip(rounds, rounds.dropFirst()).map { Double($1.since($0)) / 1e9 }
      let misfit = pushes.first { frame in
        let isWhole = frame.json["eventType"]?.string == "snapshot"
        return isWhole != (frame.json["curPage"]?.integer != nil)
          || isWhole != (frame.json["lastPage"]?.bool != nil)
          || !isWhole && frame.json["eventType"]?.string != "event_update"
      }
      // The first round follows the subscription, wherever in the rhythm that was.
      let isPaced = rounds.count >= 3 && gaps.allSatisfy { $0 < 7.5 } && (gaps.last ?? 0) > 3
      findings.expect(
        "OKX-150",
        whole.last?.json["lastPage"]?.bool == true && isPaced && misfit == nil,
        "\(channel): everything at first and about each 5 s, pages on snapshots alone",
        seen: misfit.map { String($0.text.prefix(160)) }
          ?? "\(rounds.count) rounds, \(gaps.map { Int($0 * 1_000) }) ms apart")
    }
  }
}
