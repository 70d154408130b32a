// Sizes in quote currency, and pushes that repeat (OKX-108, OKX-112); control plane.

import JSON
import Quantities

extension ConformStep {
  static let orderQuoteSize: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let spot = bench.spot
    let ask = try await bench.best(spot).ask
    guard let price = Double(ask.description), let least = Double(spot.text("minSz")) else {
      return findings.notSeen("OKX-112", "the smallest size is no number")
    }
    // Whole units of the quote currency, worth two smallest sizes and a bit.
    let money = String(Int64((price * least * 2).rounded(.up)) + 1)
    var bought = 0.0
    for target in ["quote_ccy", ""] {
      var more: [String: JSONValue] = ["sz": .string(money), "tgtCcy": .string(target)]
      // Without the word a buy is in quote currency too.
      if target.isEmpty { more["tgtCcy"] = .null }
      let taken = try await takeSpot(bench, line, buy: true, more)
      let end = taken.last ?? .null
      let filled = Double(end.text("accFillSz")) ?? 0
      let paid = filled * (Double(end.text("avgPx")) ?? 0)
      bought += filled + fees(taken, spot.text("baseCcy"))
      let wanted = Double(money) ?? 0
      findings.expect(
        "OKX-112",
        end.has("sz", money) && end.text("tgtCcy") == "quote_ccy"
          && paid > wanted * 0.4 && paid <= wanted * 1.001,
        "a market buy of sz \(money) \(target.isEmpty ? "without tgtCcy" : "in quote_ccy") "
          + "spends that much",
        seen: "sz \(end.text("sz")) \(end.text("tgtCcy")), accFillSz \(end.text("accFillSz")) "
          + "at \(end.text("avgPx"))")
    }
    let base = try await takeSpot(
      bench, line, buy: true,
      ["sz": .string(bench.size(spot, 2)), "tgtCcy": "base_ccy"])
    let end = base.last ?? .null
    findings.expect(
      "OKX-112", end.has("accFillSz", bench.size(spot, 2)),
      "a market buy in base_ccy buys that much", seen: "accFillSz \(end.text("accFillSz"))")
    bought += (Double(end.text("accFillSz")) ?? 0) + fees(base, spot.text("baseCcy"))
    let times = Int64(bought / least)
    if times > 0 { _ = try await bench.take(line, spot, buy: false, times: times) }
  }

  private static func takeSpot(
    _ bench: ConformBench, _ line: ConformLine, buy: Bool, _ more: [String: JSONValue]
  ) async throws -> [JSONValue] {
    var members = bench.order(bench.spot, buy: buy, more)
    members["ordType"] = "market"
    if members["tgtCcy"] == .null { members["tgtCcy"] = nil }
    let placed = try await bench.place(line, members)
    guard placed.code == "0" else {
      throw ConformHindrance("a market order was refused: \(placed.reply.text)")
    }
    return try await bench.pushes(line, of: placed)
  }

  /// What the fills cost of a currency; negative.
  private static func fees(_ rows: [JSONValue], _ currency: String) -> Double {
    rows.filter { $0.showsFill && $0.text("fillFeeCcy") == currency }
      .reduce(0) { $0 + (Double($1.text("fillFee")) ?? 0) }
  }

  // MARK: Repeated pushes

  static let orderRepeats: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let isProvoked = try await bench.provoke(
      (1...4).map { "at \($0) of orders duplicate" })
    for buy in [true, false] { _ = try await bench.take(line, bench.swap, buy: buy) }
    try await Task.sleep(nanoseconds: 200_000_000)
    let all = lives(bench, line)
    let repeats = all.reduce(0) { $0 + $1.count - Set($1).count }
    let odd = all.compactMap(fault).first
    if isProvoked && repeats == 0 && odd == nil {
      return findings.differs(
        "OKX-108", expected: "pushes that come twice", seen: "no push came twice")
    }
    findings.expect(
      "OKX-108", odd == nil && !all.isEmpty,
      "the first push of each tradeId and of the end tell all that was filled",
      seen: odd ?? "\(all.count) orders, \(repeats) pushes came twice")
  }

  /// Why the first pushes of an order do not tell what became of it; nil where they do.
  private static func fault(_ rows: [JSONValue]) -> String? {
    var fills: [String: JSONValue] = [:]
    var sum: Int64 = 0
    var decimals: UInt8 = 0
    for row in rows where row.showsFill {
      let id = row.text("tradeId")
      if let first = fills[id] {
        let same = ["fillSz", "fillPx", "fillFee", "execType"].allSatisfy {
          first.text($0) == row.text($0)
        }
        if !same { return "two fills of tradeId \(id)" }
        continue
      }
      fills[id] = row
      guard let size = row.decimal("fillSz") else { return "fillSz '\(row.text("fillSz"))'" }
      (sum, decimals) = added(sum, decimals, size)
    }
    let ends = rows.filter { ["filled", "canceled"].contains($0.text("state")) }
    if Set(ends.map { $0.text("state") }).count > 1 { return "two different ends" }
    guard let filled = rows.last?.decimal("accFillSz") else { return "no accFillSz" }
    let told = DecimalNumber(mantissa: sum, decimals: decimals).normalized
    return told == filled.normalized ? nil : "fills of \(told) in all, accFillSz \(filled)"
  }

  private static func added(_ sum: Int64, _ decimals: UInt8, _ more: DecimalNumber) -> (
    Int64, UInt8
  ) {
    let places = max(decimals, more.decimals)
    let held = sum &* (powerOfTen(places - decimals) ?? 1)
    let extra = more.mantissa &* (powerOfTen(places - more.decimals) ?? 1)
    return (held &+ extra, places)
  }
}
