// Orders that the system makes or prevents: liquidation, ADL, self-trade prevention (OKX-115, OKX-117); control plane.

import JSON
import Quantities

extension ConformStep {
  static let orderLiquidation: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard bench.target.environment == .simulated,
      let swap = try await bench.second("SWAP", beside: bench.swap)
    else { return try await lookBack(bench, findings) }
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let (name, one) = (bench.name(swap), bench.size(swap))
    _ = try await bench.take(line, swap, buy: true, times: 3)
    let resting = try await bench.rest(line, swap)
    let events = [
      ("partial_liquidation", "liquidate \(name) \(one)"), ("adl", "adl \(name) \(one)"),
      ("full_liquidation", "liquidate \(name)"),
    ]
    for (category, deed) in events {
      let mark = line.mark
      _ = try await bench.provoke(["at 0ms of exchange \(deed)"])
      let push = try? await line.next("push of it", after: mark) {
        $0.isPush(of: "orders") && $0.rows.contains { $0.text("category") == category }
      }
      let row = push?.rows.first { $0.text("category") == category }
      findings.expect(
        "OKX-115", row.map { isOfSystem($0) } == true,
        "an order of category \(category), without clOrdId and execType, tradeId 0",
        seen: row.map {
          "clOrdId '\($0.text("clOrdId"))', execType '\($0.text("execType"))', "
            + "tradeId '\($0.text("tradeId"))'"
        } ?? "no such push in 5 s")
      if category == "adl" {
        let held = try await bench.rows("GET", "account/positions?instId=\(name)").first
        findings.expect(
          "OKX-115", held?.text("tradeId") == "0", "the position behind it has tradeId 0",
          seen: "tradeId '\(held?.text("tradeId") ?? "no position")'")
      }
    }
    let gone = try await bench.pushes(line, of: resting).last
    findings.expect(
      "OKX-115",
      gone?.text("state") == "canceled" && ["2", "3"].contains(gone?.text("cancelSource")),
      "a liquidation cancels the instrument's orders first (cancelSource 2 or 3)",
      seen: gone.map { "\($0.text("state")), cancelSource '\($0.text("cancelSource"))'" }
        ?? "no push")
  }

  private static func isOfSystem(_ row: JSONValue) -> Bool {
    row.text("clOrdId").isEmpty && row.text("execType").isEmpty && row.text("tradeId") == "0"
  }

  /// What the account met in the last seven days.
  private static func lookBack(_ bench: ConformBench, _ findings: Findings) async throws {
    for category in ["full_liquidation", "partial_liquidation", "adl"] {
      let rows = try await bench.rows(
        "GET", "trade/orders-history?instType=SWAP&category=\(category)")
      guard let row = rows.first else { continue }
      findings.expect(
        "OKX-115", row.text("clOrdId").isEmpty && row.text("category") == category,
        "an order of category \(category) has no clOrdId", seen: "clOrdId '\(row.text("clOrdId"))'")
    }
    if findings.all.isEmpty {
      findings.notSeen("OKX-115", "no liquidation and no ADL among the orders of seven days")
    }
  }

  // MARK: Self-trade prevention

  static let orderSelfTrade: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openOrders()
    defer { bench.close(line) }
    let stated = try await bench.rows("GET", "account/config").first?.text("acctStpMode") ?? ""
    for attempt in 0..<6 {
      let instrument = attempt % 2 == 0 ? bench.swap : bench.spot
      if try await meetsItself(bench, findings, line, instrument, mode: stated) { return }
    }
    findings.notSeen(
      "OKX-117", "another order stood before the account's own at its price each time")
  }

  /// Sells at the best price or before it, then buys there. False where the two did not meet.
  private static func meetsItself(
    _ bench: ConformBench, _ findings: Findings, _ line: ConformLine, _ instrument: JSONValue,
    mode: String
  ) async throws -> Bool {
    let best = try await bench.best(instrument)
    guard let tick = instrument.decimal("tickSz"), let ask = try? best.ask.units(of: tick),
      let bid = try? best.bid.units(of: tick),
      let price = DecimalNumber.of(units: ask - bid > 1 ? ask - 1 : ask, increment: tick)
    else { return false }
    let px = JSONValue.string(price.description)
    let maker = try await bench.place(
      line, bench.order(instrument, buy: false, ["px": px, "ordType": "post_only"]))
    guard maker.code == "0" else { return false }
    let before = try await bench.pushes(line, of: maker, seconds: 1, until: ["live", "canceled"])
    // It would have taken.
    if before.last?.text("state") == "canceled" { return false }
    let taker = try await bench.place(line, bench.order(instrument, buy: true, ["px": px]))
    var makerRows = try await bench.pushes(line, of: maker, seconds: 1)
    var takerRows = try await bench.pushes(line, of: taker, seconds: 0.2)
    let isJudged = judgePrevention(findings, makerRows, takerRows, mode: mode)
    for order in [maker, taker] { _ = try await bench.cancel(line, instrument, order) }
    makerRows = try await bench.pushes(line, of: maker, seconds: 1)
    takerRows = try await bench.pushes(line, of: taker, seconds: 1)
    // What the market took of one of them goes back.
    let (sold, bought) = (
      makerRows.contains(where: \.showsFill), takerRows.contains(where: \.showsFill)
    )
    if sold != bought { _ = try await bench.take(line, instrument, buy: sold) }
    return isJudged
  }

  /// False where nothing can be said.
  private static func judgePrevention(
    _ findings: Findings, _ maker: [JSONValue], _ taker: [JSONValue], mode: String
  ) -> Bool {
    func end(_ rows: [JSONValue]) -> String {
      guard let row = rows.last, row.text("state") == "canceled" else {
        return rows.last?.text("state") ?? "none"
      }
      return "canceled \(row.text("cancelSource"))"
    }
    let trades = Set(maker.filter(\.showsFill).map { $0.text("tradeId") })
    let isCrossed = taker.contains { $0.showsFill && trades.contains($0.text("tradeId")) }
    let seen = "maker \(end(maker)), taker \(end(taker)), acctStpMode '\(mode)'"
    if isCrossed {
      findings.differs(
        "OKX-117", expected: "that no order trades with the account's own", seen: seen)
      return true
    }
    let (isMakerGone, isTakerGone) = (
      end(maker).hasPrefix("canceled"), end(taker).hasPrefix("canceled")
    )
    if !isMakerGone && !isTakerGone { return false }
    // No prevention: the market had come to the maker's price when it arrived.
    if end(maker) == "canceled 31" { return false }
    let makerGoes = mode != "cancel_taker"
    let takerGoes = ["cancel_taker", "cancel_both"].contains(mode)
    findings.expect(
      "OKX-117",
      isMakerGone == makerGoes && isTakerGone == takerGoes
        && (!isMakerGone || end(maker) == "canceled 32")
        && (!isTakerGone || end(taker) == "canceled 32"),
      mode.isEmpty || mode == "cancel_maker"
        ? "the resting order is cancelled with cancelSource 32 and the taker goes on"
        : "what acctStpMode says is cancelled with cancelSource 32",
      seen: seen)
    return true
  }
}
