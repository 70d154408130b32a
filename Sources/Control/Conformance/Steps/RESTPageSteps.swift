// The chapter *REST*: pages of orders, fills and bills, and fills that the exchange forced; control plane.

import JSON
import Quantities

extension ConformStep {
  static let restPages: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.spot)
    var ids: [String] = []
    for step in 0..<4 {
      ids.append(try await bench.rest(bench.spot, buy: true, by: 15 + Int64(step)))
    }
    func page(_ words: String) async throws -> [String] {
      try await bench.read("trade/orders-pending?instType=SPOT&instId=\(name)\(words)").map {
        $0.text("ordId")
      }
    }
    let sorted = ids.sorted { (Int64($0) ?? 0) < (Int64($1) ?? 0) }
    let (a, b, c, d) = (sorted[0], sorted[1], sorted[2], sorted[3])
    let all = try await bench.eventually("four orders among the pending") {
      let rows = try await bench.read("trade/orders-pending?instType=SPOT&instId=\(name)")
      return Set(ids).isSubset(of: rows.map { $0.text("ordId") }) ? rows : nil
    }
    let older = try await page("&after=\(c)&limit=2")
    let newer = try await page("&before=\(a)&limit=2")
    let between = try await page("&after=\(d)&before=\(a)&limit=1")
    let two = try await page("&limit=2")
    // Other people's orders of the account may stand between: what has to be next is ours or newer than ours.
    let isOrdered = [all.map { $0.text("ordId") }, older, newer, between, two].allSatisfy {
      isFalling($0.map { Int64($0) })
    }
    let (low, high) = (Int64(a) ?? 0, Int64(c) ?? 0)
    let fits =
      two.count == 2 && all.count <= 100 && !older.isEmpty
      && older.allSatisfy { (Int64($0) ?? .max) < high }
      && (older.contains(b) || (Int64(older.last ?? "") ?? 0) > (Int64(b) ?? 0))
      && !newer.isEmpty && newer.allSatisfy { (Int64($0) ?? 0) > low }
      && (newer.contains(b) || (Int64(newer.first ?? "") ?? .max) < (Int64(b) ?? 0))
      && between.count == 1 && (Int64(between[0]) ?? 0) >= high && between[0] != d
    findings.expect(
      "OKX-173", isOrdered && fits,
      "newest first; after \(c): older; before \(a): the next to it; both: the next to after",
      seen: "of \(sorted): after \(older), before \(newer), both \(between), 2 of all \(two)")
    try await bench.cancel(bench.spot, a)
    let left = try await bench.eventually("the cancelled order gone from the pending") {
      let rows = try await bench.read("trade/orders-pending?instType=SPOT&instId=\(name)")
      return rows.contains { $0.text("ordId") == a } ? nil : rows
    }
    let states = Set((all + left).map { $0.text("state") })
    let isPaged = try await page("&after=\(b)").allSatisfy { (Int64($0) ?? .max) < (Int64(b) ?? 0) }
    findings.expect(
      "OKX-175",
      states.isSubset(of: ["live", "partially_filled"])
        && Set([b, c, d]).isSubset(of: left.map { $0.text("ordId") }) && isPaged,
      "what is live or partially filled, by ordId; a cancelled order is gone",
      seen: "states \(states.sorted()), \(left.count) left")
    for id in [b, c, d] { try await bench.cancel(bench.spot, id) }
  }

  static let restFills: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let held = try await bench.position()
    var orders: [String] = []
    for buy in [false, true, false, true] {
      let row = try await bench.take(
        bench.swap, buy: buy, buy && (held?.mantissa ?? 0) == 0 ? ["reduceOnly": true] : [:])
      orders.append(row.text("ordId"))
    }
    let path = "trade/fills?instType=SWAP&instId=\(name)"
    let fills = try await bench.eventually("fills of four orders") {
      let rows = try await bench.read(path)
      return Set(orders).isSubset(of: rows.map { $0.text("ordId") }) ? rows : nil
    }
    let mine = fills.filter { orders.contains($0.text("ordId")) }
    let ids = mine.map { $0.text("billId") }
    let (newest, oldest) = (ids.first ?? "", ids.last ?? "")
    let older = try await bench.read("\(path)&after=\(newest)&limit=1")
    let newer = try await bench.read("\(path)&before=\(oldest)&limit=1")
    let first = mine.last ?? .null
    let from = first.number("ts") ?? 0
    let with = try await bench.read("\(path)&begin=\(from)")
    let without = try await bench.read("\(path)&begin=\(from + 1)")
    func has(_ rows: [JSONValue], _ id: String) -> Bool {
      rows.contains { $0.text("billId") == id }
    }
    let next = ids.count > 1 ? ids[1] : ""
    let before = ids.count > 1 ? ids[ids.count - 2] : ""
    findings.expect(
      "OKX-173",
      isFalling(fills.map { $0.number("billId") }) && fills.count <= 100 && has(older, next)
        && has(newer, before) && has(with, oldest) && !has(without, oldest),
      "fills newest first, after and before exclusive, before the one next to it, begin inclusive",
      seen:
        "\(ids) after the first \(older.map { $0.text("billId") }), before the last "
        + "\(newer.map { $0.text("billId") }); begin at its ts \(has(with, oldest)), a millisecond later "
        + "\(has(without, oldest))")
    let history = try await bench.eventually("the fills in fills-history", seconds: 10) {
      let rows = try await bench.read("trade/fills-history?instType=SWAP&instId=\(name)")
      return Set(ids).isSubset(of: rows.map { $0.text("billId") }) ? rows : nil
    }
    let untyped = try await bench.ask("GET", "trade/fills-history")
    let now = bench.target.rest.venueClock.now().milliseconds
    let paged = try await bench.read(
      "trade/fills-history?instType=SWAP&instId=\(name)&after=\(newest)&limit=1")
    func reach(_ rows: [JSONValue], days: Int64) -> Bool {
      rows.allSatisfy { ($0.number("ts") ?? 0) > now - days * 86_400_000 }
    }
    findings.expect(
      "OKX-174",
      reach(fills, days: 4) && reach(history, days: 94) && untyped.code != "0"
        && has(paged, next),
      "fills of 3 days, a history of 3 months that wants instType, both by billId",
      seen:
        "\(fills.count) fills, \(history.count) in the history, without instType \(untyped.code), after \(newest) "
        + "\(paged.map { $0.text("billId") })")
  }

  static let restForced: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    guard let other = try await bench.another(bench.swap) else {
      return try await lookForForced(bench, findings)
    }
    let name = bench.name(other)
    let size = other.text("minSz")
    let line = try await bench.openPrivate()
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, ["channel": "orders", "instType": "SWAP"])
    let three = Exact.product(size, "3") ?? size
    // Steps before this one, and whatever befell the account, have left such fills.
    let known = Set(
      try await bench.read("trade/fills?instType=SWAP&instId=\(name)").map { $0.text("tradeId") })
    _ = try await bench.provoke([
      bench.now("foreign \(name) buy market - \(three)"),
      "at 300ms of exchange liquidate \(name) \(size)",
      "at 600ms of exchange adl \(name) \(size)",
    ])
    let fills = try await findings.demand("OKX-177", "two fills with a negative tradeId") {
      try await bench.eventually("fill with a negative tradeId") {
        let rows = try await bench.read("trade/fills?instType=SWAP&instId=\(name)").filter {
          ($0.number("tradeId") ?? 0) < 0 && !known.contains($0.text("tradeId"))
        }
        return rows.count >= 2 ? rows : nil
      }
    }
    let row = try await bench.read("account/positions?instId=\(name)").first ?? .null
    let pushes = line.frames.dropFirst(mark).filter { $0.isPush(of: "orders") }.flatMap(\.rows)
      .filter { $0.text("instId") == name && $0.text("category") != "normal" }
    let ids = pushes.filter { $0.text("state") == "filled" }.map { $0.text("tradeId") }
    _ = try await bench.provoke([bench.now("foreign \(name) sell market - \(size)")])
    let after = try await bench.eventually("the position's next fill") {
      try await bench.read("account/positions?instId=\(name)").first {
        $0.text("tradeId") != row.text("tradeId")
      }
    }
    findings.expect(
      "OKX-177",
      row.text("tradeId") == "0" && row.double("pos") ?? 0 > 0
        && (after.number("tradeId") ?? 0) > 0
        && ids.allSatisfy { ($0.isEmpty ? 0 : Int64($0) ?? 1) <= 0 },
      "fills of a liquidation and of ADL have a negative tradeId, the position 0 until its next fill",
      seen:
        "fills \(fills.map { $0.text("tradeId") }), position \(row.text("tradeId")), orders \(ids), then "
        + after.text("tradeId"))
    let types = try await bench.read("account/bills?instType=SWAP&instId=\(name)").map {
      $0.text("type")
    }
    findings.expect(
      "OKX-178", types.contains("5") && types.contains("9"),
      "a liquidation has a bill of type 5, ADL of type 9", seen: "types \(types)")
  }

  /// Where nothing can be provoked: what happened to the account in three months.
  private static func lookForForced(_ bench: ConformBench, _ findings: Findings) async throws {
    let rows = try await bench.read("trade/fills-history?instType=SWAP")
    // OKX's subtypes of liquidation and ADL, by its list of transaction types.
    let kinds = Set((100...107).map { "\($0)" } + (125...128).map { "\($0)" })
    let forced = rows.filter { kinds.contains($0.text("subType")) }
    let negative = rows.filter { ($0.number("tradeId") ?? 0) < 0 }
    if forced.isEmpty && negative.isEmpty {
      return findings.notSeen("OKX-177", "no forced fill among the last \(rows.count)")
    }
    let odd = forced.first { ($0.number("tradeId") ?? 0) >= 0 }
    findings.expect(
      "OKX-177", odd == nil, "forced fills have a negative tradeId",
      seen: odd?.canonical ?? "\(negative.count) fills below 0")
  }
}
