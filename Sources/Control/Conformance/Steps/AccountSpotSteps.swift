// The chapter *Account and positions*: the smallest spot buy in fills, balances and bills; control plane.

import JSON
import Quantities

extension ConformStep {
  static let accountSpot: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let config = try await bench.read("account/config").first ?? .null
    let (base, quote) = (bench.spot.text("baseCcy"), bench.spot.text("quoteCcy"))
    let held = try await bench.balance(base)?.text("availBal")
    let order = try await bench.take(bench.spot, buy: true)
    let id = order.text("ordId")
    let fills = try await bench.eventually("fills of order \(id)") {
      let rows = try await bench.read("trade/fills?instType=SPOT&ordId=\(id)")
      let sum = Exact.sum(rows.map { $0.text("fillSz") })
      return Exact.equal(sum, order.text("accFillSz")) ? rows : nil
    }
    let paysQuote = config.text("feeType") == "1"
    let size = Exact.sum(fills.map { $0.text("fillSz") })
    let fee = Exact.sum(fills.map { $0.text("fee") })
    let worth = Exact.negated(
      Exact.sum(fills.map { Exact.product($0.text("fillSz"), $0.text("fillPx")) }))
    let wanted = [
      base: paysQuote ? size : Exact.sum([size, fee]),
      quote: paysQuote ? Exact.sum([worth, fee]) : worth,
    ]
    let bills = try await bench.eventually("bills of order \(id)") {
      let rows = try await bench.read("account/bills?instType=SPOT").filter {
        $0.text("ordId") == id
      }
      return Set(rows.map { $0.text("ccy") }) == [base, quote] && rows.count >= 2 * fills.count
        ? rows : nil
    }
    let changes = [base, quote].map { currency in
      Exact.sum(bills.filter { $0.text("ccy") == currency }.map { $0.text("balChg") })
    }
    let isPaid =
      fills.allSatisfy {
        $0.text("feeCcy") == (paysQuote ? quote : base) && Exact.isNegative($0.text("fee"))
      }
    let fits = zip([base, quote], changes).allSatisfy { currency, change in
      Exact.equal(change, wanted[currency] ?? nil)
    }
    findings.expect(
      "OKX-157", isPaid && fits && ["0", "1"].contains(config.text("feeType")),
      "feeType \(config.text("feeType")): the fee in \(paysQuote ? quote : base), and balances changed by it",
      seen:
        "feeCcy \(fills.first?.text("feeCcy") ?? ""), fee \(fee ?? "none") of \(size ?? "none"), "
        + "changes \(changes.map { $0 ?? "none" })")
    try await judgeRates(bench, findings, fills, paysQuote: paysQuote)
    try await judgeBills(bench, findings, bills, order: id)
    try await judgeSpotHolding(bench, findings, config, base: base)
    // What was bought is sold again where the account had enough to pay the fee from.
    if Exact.isLess(held, than: bench.spot.text("minSz")) == false {
      _ = try await bench.take(bench.spot, buy: false)
    }
    try await judgeChains(bench, findings, [base, quote])
  }

  /// Signs and fields of rates, and that the fill paid what they say.
  private static func judgeRates(
    _ bench: ConformBench, _ findings: Findings, _ fills: [JSONValue], paysQuote: Bool
  ) async throws {
    let pair =
      try await bench.read(
        "account/trade-fee?instType=SPOT&instId=\(bench.name(bench.spot))"
      ).first ?? .null
    let contract =
      try await bench.read(
        "account/trade-fee?instType=SWAP&instFamily=\(bench.swap.text("instFamily"))"
      ).first ?? .null
    let group = pair["feeGroup"]?.array?.first {
      $0.text("groupId") == bench.spot.text("groupId")
    }
    let field = bench.swap.text("settleCcy") == "USDC" ? "takerUSDC" : "takerU"
    let rate = group?.double("taker") ?? pair.double("taker")
    let fill = fills.first ?? .null
    let taken = (fill.double("fillSz") ?? 0) * (paysQuote ? fill.double("fillPx") ?? 0 : 1)
    let isTaker = fill.text("execType") != "M"
    // Where the fill was a maker's, its sign says nothing of the taker's rate.
    let fits =
      rate.map { !isTaker || abs((fill.double("fee") ?? 0) - $0 * taken) <= abs($0) * taken / 20 }
      ?? false
    let swapRate = contract.double(field)
    findings.expect(
      "OKX-155",
      fits && (rate ?? 1) < 0 && (swapRate ?? 1) < 0
        && pair.text("instType") == "SPOT" && contract.text("instType") == "SWAP",
      "negative rates that the fill paid, of contracts in \(field)",
      seen:
        "spot \(rate.map { "\($0)" } ?? "none") by instId, fill paid \(fill.text("fee")) of \(taken), "
        + "\(field) \(contract.text(field)) by instFamily")
  }

  private static func judgeBills(
    _ bench: ConformBench, _ findings: Findings, _ bills: [JSONValue], order: String
  ) async throws {
    let recent = try await bench.read("account/bills")
    let archive = try await bench.eventually("the bills of the order in the archive") {
      let rows = try await bench.read("account/bills-archive?instType=SPOT")
      return rows.contains { $0.text("ordId") == order } ? rows : nil
    }
    let now = bench.target.rest.venueClock.now().milliseconds
    let isOrdered = isFalling(recent.map { $0.number("billId") }) && recent.count <= 100
    let isRecent = recent.allSatisfy { ($0.number("ts") ?? 0) > now - 8 * 86_400_000 }
    let isTrade = bills.allSatisfy { $0.text("type") == "2" }
    let last = bills.map { $0.text("billId") }.max { $0.count < $1.count || $0 < $1 } ?? ""
    let older = try await bench.read("account/bills?after=\(last)&limit=1")
    let isPaged =
      older.count <= 1
      && older.allSatisfy { ($0.number("billId") ?? .max) < (Int64(last) ?? 0) }
    let isKept = Set(bills.map { $0.text("billId") })
      .isSubset(of: Set(archive.map { $0.text("billId") }))
    findings.expect(
      "OKX-178", isOrdered && isRecent && isTrade && isPaged && isKept && !older.isEmpty,
      "a trade's bills (type 2) in both currencies, newest first, paged by billId, in the archive too",
      seen:
        "\(bills.count) bills of types \(Set(bills.map { $0.text("type") }).sorted()) in "
        + "\(Set(bills.map { $0.text("ccy") }).sorted()); order \(isOrdered), age \(isRecent), page \(isPaged), "
        + "archive \(isKept)")
  }

  /// Each balance is the one before it and the change.
  private static func judgeChains(
    _ bench: ConformBench, _ findings: Findings, _ currencies: [String]
  ) async throws {
    for currency in currencies {
      let rows = try await bench.read("account/bills?ccy=\(currency)").filter {
        $0.text("mgnMode") != "isolated"
      }
      let broken = zip(rows, rows.dropFirst()).first { newer, older in
        !Exact.equal(Exact.sum([older.text("bal"), newer.text("balChg")]), newer.text("bal"))
      }
      guard rows.count > 1 else {
        findings.notSeen("OKX-179", "\(rows.count) bills in \(currency): a chain has two")
        continue
      }
      findings.expect(
        "OKX-179", broken == nil, "each bal of \(currency) is the one before it and balChg",
        seen: broken.map {
          "\($0.1.text("bal")), then \($0.0.text("balChg")) to \($0.0.text("bal"))"
        } ?? "\(rows.count) bills")
    }
  }

  /// What is bought on spot is a balance and no position, and figures of the account level 2 are empty.
  private static func judgeSpotHolding(
    _ bench: ConformBench, _ findings: Findings, _ config: JSONValue, base: String
  ) async throws {
    let positions = try await bench.read("account/positions")
    let row = try await bench.read("account/balance").first ?? .null
    let detail = row["details"]?.array?.first { $0.text("ccy") == base } ?? .null
    let wrong = positions.first {
      !["MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"].contains($0.text("instType"))
        || $0.text("instId") == bench.name(bench.spot) && $0.text("instType") != "MARGIN"
    }
    findings.expect(
      "OKX-153", wrong == nil && (detail.double("cashBal") ?? 0) > 0,
      "\(base) in the balance and no spot among positions",
      seen: wrong.map { String($0.canonical.prefix(160)) }
        ?? "\(base) \(detail.text("cashBal")), \(positions.count) positions")
    guard config.text("acctLv") == "2" else {
      return findings.notSeen("OKX-151", "the account level is \(config.text("acctLv")), not 2")
    }
    let names = ["adjEq", "availEq", "ordFroz", "imr", "mmr", "mgnRatio", "notionalUsd", "upl"]
    let filled = names.filter { row[$0]?.string != "" }
    let details = row["details"]?.array ?? []
    let nothing = details.filter {
      ($0.double("cashBal") ?? 1) == 0 && ($0.double("eq") ?? 1) == 0
    }
    let settled = Set(positions.map { $0.text("ccy") })
    // Isolated positions and other people's orders leave these of a currency alone.
    let odd = details.filter { item in
      !settled.contains(item.text("ccy"))
        && ["imr", "mmr", "mgnRatio"].contains {
          !["", "0"].contains(item.text($0)) || item[$0] == nil
        }
    }
    findings.expect(
      "OKX-151", filled.isEmpty && nothing.isEmpty && odd.isEmpty && !details.isEmpty,
      "account-wide figures empty, no margin figures of a currency without positions, no empty currency",
      seen:
        "filled \(filled), empty currencies \(nothing.map { $0.text("ccy") }), margins of \(odd.map { $0.text("ccy") }), "
        + "\(details.count) currencies")
  }
}
