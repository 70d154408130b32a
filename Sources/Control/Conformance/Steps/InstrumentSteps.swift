// The chapter *Instruments* of docs/OKX.md: the list, its fields and bounds; control plane.

import JSON
import Quantities

extension ConformStep {
  static let instrumentSteps: [ConformStep] = [
    ConformStep(
      "instruments.list", "read every spot pair and swap that is listed",
      rules: ["OKX-190", "OKX-191", "OKX-192", "OKX-193", "OKX-201"], run: instrumentList),
    ConformStep(
      "instruments.limits", "place beyond the bounds that an instrument states",
      rules: ["OKX-194", "OKX-197"], run: instrumentLimits),
    ConformStep(
      "instruments.changes", "follow the channel while parameters and states change",
      rules: ["OKX-195", "OKX-196"], run: instrumentChanges),
    ConformStep(
      "instruments.states", "trade what is suspended, about to open, for makers alone",
      rules: ["OKX-192", "OKX-199"], run: instrumentStatesPlayed),
    ConformStep(
      "instruments.cool-off", "open and reduce in a cool-off", rules: ["OKX-198"],
      run: instrumentCoolOff),
    ConformStep(
      "instruments.rename", "follow a contract to its new name and back", rules: ["OKX-200"],
      run: instrumentRename),
    ConformStep(
      "instruments.maintenance", "trade through planned maintenance", rules: ["OKX-199"],
      run: instrumentMaintenance),
  ]

  /// What OKX's documents name.
  static let instrumentStates: Set<String> = [
    "live", "suspend", "rebase", "post_only", "preopen", "test", "settling",
  ]

  private static let instrumentList: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    var rows: [JSONValue] = []
    for type in ["SPOT", "SWAP"] {
      rows += try await bench.read("public/instruments?instType=\(type)", signed: false)
    }
    let wrong = rows.first { !isWritten($0) }
    findings.expect(
      "OKX-190", wrong == nil && rows.count >= 2,
      "texts throughout, a code that is a number or null",
      seen: wrong.map { String($0.canonical.prefix(380)) } ?? "\(rows.count) rows")
    let swaps = rows.filter {
      $0.text("instType") == "SWAP" && $0.text("state") == "live"
    }
    let odd = swaps.first { row in
      let isSettled =
        row.text("ctType") == "linear"
        ? row.text("ctValCcy") != row.text("settleCcy")
        : row.text("ctType") == "inverse" && ["USD", ""].contains(row.text("ctValCcy"))
      return !isSettled || (row.double("ctVal") ?? 0) <= 0 || (row.double("ctMult") ?? 0) <= 0
        || (row.double("lotSz") ?? 0) <= 0
    }
    let parts = swaps.filter { ($0.double("lotSz") ?? 1) < 1 }
    findings.expect(
      "OKX-191", odd == nil && !swaps.isEmpty,
      "contracts with ctVal, ctMult and a lot, linear ones worth a base currency",
      seen: odd.map { String($0.canonical.prefix(300)) }
        ?? "\(swaps.count) live swaps, \(parts.count) in parts of a contract")
    let states = Set(rows.map { $0.text("state") })
    findings.expect(
      "OKX-192", states.isSubset(of: instrumentStates) && states.contains("live"),
      "known states alone", seen: states.sorted().joined(separator: ", "))
    let needed = ["tickSz", "lotSz", "minSz", "maxLmtSz"]
    let empty = rows.filter { row in needed.contains { (row.double($0) ?? 0) <= 0 } }
    let live = empty.first { $0.text("state") == "live" }
    findings.expect(
      "OKX-193", live == nil,
      "empty figures of instruments before their opening alone",
      seen: live.map { String($0.canonical.prefix(300)) } ?? "\(empty.count) of \(rows.count) rows")
    let gone = rows.first {
      $0.text("state") == "expired"
        || bench.rules.has(.quoteCurrency) && $0.text("instType") == "SPOT"
          && $0.text("quoteCcy") == "USD"
    }
    findings.expect(
      "OKX-201", gone == nil,
      bench.rules.has(.quoteCurrency) ? "no pair in USD, nothing expired" : "nothing expired",
      seen: gone.map { String($0.canonical.prefix(200)) } ?? "\(rows.count) rows")
  }

  /// Texts but for the code, one Boolean and two lists.
  private static func isWritten(_ row: JSONValue) -> Bool {
    let read = [
      "tickSz", "lotSz", "minSz", "maxLmtSz", "ctVal", "ctMult", "ctType", "baseCcy", "quoteCcy",
      "settleCcy", "state", "instId", "instType",
    ]
    guard let fields = row.object, read.allSatisfy({ fields[$0]?.string != nil }) else {
      return false
    }
    return fields.allSatisfy { name, value in
      switch name {
      case "instIdCode": value.isNull || value.integer != nil
      case "futureSettlement": value.bool != nil || value.string == ""
      case "tradeQuoteCcyList", "upcChg": value.array != nil
      default: value.string != nil
      }
    }
  }

  private static let instrumentLimits: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    try await judgePriceLimits(bench, findings)
    let pair = bench.spot
    let most = pair.double("maxMktSz") ?? 0
    let money = try await bench.balance(pair.text("quoteCcy"))?.double("availBal") ?? 0
    var market = "not tried: the account has \(Int64(money)) \(pair.text("quoteCcy"))"
    var isRefused = true
    // An order that the account could pay would be carried out by an exchange without the rule.
    if money < most + 1 {
      let reply = try await bench.place(
        pair, buy: true,
        [
          "ordType": "market", "tgtCcy": "quote_ccy", "sz": .string(String(Int64(most) + 1)),
        ])
      market = "\(Int64(most) + 1) at market \(reply.rowCode)"
      isRefused = reply.rowCode == "51201"
    }
    var group: JSONValue?
    for (row, words) in [
      (pair, "instType=SPOT&instId=\(bench.name(pair))"),
      (bench.swap, "instType=SWAP&instFamily=\(bench.swap.text("instFamily"))"),
    ] {
      let rates = try await bench.read("account/trade-fee?\(words)").first ?? .null
      group = rates["feeGroup"]?.array?.first { $0.text("groupId") == row.text("groupId") }
      if group == nil { break }
    }
    let listed = pair["tradeQuoteCcyList"]?.array?.compactMap(\.string) ?? []
    let fitting = try await quoted(bench, listed.first ?? "")
    let foreign = try await quoted(bench, listed.contains("EUR") ? "BRL" : "EUR")
    findings.expect(
      "OKX-194",
      most > 0 && isRefused && group != nil && !listed.isEmpty && fitting == "0" && foreign != "0",
      "51201 beyond maxMktSz in USDT, rates by groupId, a tradeQuoteCcy of the list is taken and no other",
      seen:
        "\(market), groupId \(pair.text("groupId")) \(group == nil ? "without rates" : "with rates"), "
        + "tradeQuoteCcy \(listed.first ?? "none") \(fitting), another \(foreign)")
  }

  /// The code of an order far from the market that names the currency.
  private static func quoted(_ bench: ConformBench, _ currency: String) async throws -> String {
    let reply = try await bench.place(
      bench.spot, buy: true,
      [
        "px": .string(try await bench.price(bench.spot, buy: true, restingBy: 20)),
        "tradeQuoteCcy": .string(currency),
      ])
    if reply.rowCode == "0" {
      try await bench.cancel(bench.spot, reply.rows.first?.text("ordId") ?? "")
    }
    return reply.rowCode
  }

  private static func judgePriceLimits(_ bench: ConformBench, _ findings: Findings) async throws {
    let name = bench.name(bench.swap)
    let shares = ["initPxLmtPct", "floatPxLmtPct", "maxPxLmtPct"].map { bench.swap.double($0) }
    let limit =
      try await bench.read("public/price-limit?instId=\(name)", signed: false).first ?? .null
    let index =
      try await bench.read(
        "market/index-tickers?instId=\(bench.swap.text("instFamily"))", signed: false
      ).first?.double("idxPx") ?? 0
    let (buy, sell) = (limit.double("buyLmt") ?? 0, limit.double("sellLmt") ?? 0)
    let best = try await bench.best(bench.swap)
    guard let most = shares[2], let floating = shares[1], shares[0] != nil, index > 0,
      let ask = Double(best.ask.description), let bid = Double(best.bid.description)
    else {
      return findings.differs(
        "OKX-197", expected: "three shares, price limits and an index",
        seen: "\(shares), \(limit.canonical.prefix(160)), index \(index)")
    }
    // A breath of slack: figures of different moments.
    let isWithin =
      buy > ask && sell < bid && buy <= index * (1 + most) * 1.01
      && sell >= index * (1 - most) * 0.99
      && buy >= ask * (1 + floating * 0.3) && buy <= ask * (1 + floating * 2)
    func beyond(_ buy: Bool) async throws -> String {
      let thousandths = buy ? Int64(-(most * 1_200)) : Int64(-(most * 1_200))
      let reply = try await bench.place(
        bench.swap, buy: buy,
        [
          "ordType": "ioc",
          "px": .string(try await bench.price(bench.swap, buy: buy, restingBy: thousandths)),
        ])
      return reply.rowCode
    }
    let codes = [try await beyond(true), try await beyond(false)]
    findings.expect(
      "OKX-197", isWithin && codes.allSatisfy { ["51006", "51137", "51138"].contains($0) },
      "limits within maxPxLmtPct of the index, prices beyond them refused",
      seen:
        "shares \(shares.map { $0 ?? 0 }), limits \(sell) to \(buy), index \(index), beyond \(codes)"
    )
  }
}
