// Orders, their intents, reports and fills out of the rows; control plane.
import GRDB
import Quantities

/// Derives within one read transaction. An order's state is never stored: reports are, and say it.
struct OrderRows {
  let db: Database
  var scales: InstrumentScales

  init(_ db: Database) {
    self.db = db
    scales = InstrumentScales(db)
  }

  private func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
  }

  private static func side(_ text: String) -> Side { text == "sell" ? .sell : .buy }

  /// A row of `orders` whose action is `place`.
  mutating func item(_ row: Row) throws -> OrderItem {
    let id: Int64 = row["cl_ord_id"]
    let run: Int64 = row["run"]
    let decision: Int64 = row["decision"]
    let placedAt: Int64 = row["at"]
    let reports = try rows("SELECT * FROM reports WHERE cl_ord_id = ? ORDER BY place", [id])
    let fills = try rows("SELECT * FROM fills WHERE cl_ord_id = ? ORDER BY place", [id])
    let scale = try scale(of: row, reports)
    let side = OrderRows.side(row["side"])
    let reference = try reference(run: run, intent: row["intent"], in: scale)
    var slippage = reference.map { Slippage($0, side) }
    var volume: Int128? = 0
    var filled: Int128 = 0
    for fill in fills {
      guard let price = try ticks("price", of: fill, in: scale) else { continue }
      let lots = try self.lots("lots", of: fill, in: scale)
      volume = volume.flatMap { sum in
        let (next, overflowed) = sum.addingReportingOverflow(Int128(price) * Int128(lots))
        return overflowed ? nil : next
      }
      filled += Int128(lots)
      slippage?.add(price: price, lots: lots)
    }
    let lots = try self.lots("lots", of: row, in: scale)
    let standing = try OrderStanding(reports, lots: lots) {
      try self.lots("filled_lots", of: $0, in: scale)
    }
    let said = try standing.rejection.flatMap { try refusals(id).words(of: $0) }
    return OrderItem(
      clOrdID: String(id), ordID: standing.ordID, instrument: row["instrument"], side: row["side"],
      type: row["type"], source: row["source"], isReduceOnly: row["is_reduce_only"],
      state: standing.state, code: standing.code, exchangeCode: standing.exchangeCode,
      exchangeSubCode: said?["sub_code"] ?? 0, exchangeText: said?["text"] ?? "",
      placedAt: placedAt, updatedAt: max(placedAt, standing.updatedAt),
      price: scale?.price(try ticks("price", of: row, in: scale)), size: scale?.size(lots),
      lots: lots, filledLots: standing.filledLots,
      averagePrice: volume.flatMap { scale?.average($0, filled) },
      fees: OrderRows.fees(fills), decision: decision, traceID: try trace(row, decision),
      intent: row["intent"],
      referenceMid: reference.flatMap { value in scale?.halfTicks(value.midHalfTicks) },
      counterPrice: reference.flatMap { value in scale?.price(value.counter(side)) },
      slippageTicks: slippage?.ticks, slippageBps: slippage?.basisPoints)
  }

  mutating func detail(_ row: Row) throws -> OrderDetail {
    let order = try item(row)
    let id: Int64 = row["cl_ord_id"]
    let run: Int64 = row["run"]
    let reports = try rows("SELECT * FROM reports WHERE cl_ord_id = ? ORDER BY place", [id])
    let scale = try scale(of: row, reports)
    let reference = try reference(run: run, intent: row["intent"], in: scale)
    let side = OrderRows.side(row["side"])
    let intent = try rows(
      "SELECT * FROM intents WHERE run = ? AND intent = ?", [run, row["intent"] as Int64]
    ).first
    let refusals = try refusals(id)
    return OrderDetail(
      order: order, intent: try intent.map { try self.intent($0) },
      reports: try reports.map { try report($0, refusals.words(of: $0), scale) },
      fills: try rows("SELECT * FROM fills WHERE cl_ord_id = ? ORDER BY place", [id]).map {
        try fill($0, scale, reference, side)
      },
      cancelsSentAt: try rows(
        "SELECT at FROM orders WHERE cl_ord_id = ? AND action = 'cancel' ORDER BY place", [id]
      ).map { $0["at"] })
  }

  /// A row of `intents`, with the gate's answer to it.
  mutating func intent(_ row: Row) throws -> IntentItem {
    let run: Int64 = row["run"]
    let number: Int64 = row["intent"]
    let scale = try scales.of(row)
    let verdict = try rows(
      "SELECT * FROM verdicts WHERE run = ? AND intent = ? ORDER BY place LIMIT 1", [run, number]
    ).first
    return IntentItem(
      at: row["at"], intent: number, instrument: row["instrument"], action: row["action"],
      side: row["side"], type: row["type"], price: scale?.price(row["price"]), lots: row["lots"],
      bid: scale?.price(row["bid"]), ask: scale?.price(row["ask"]),
      isBookValid: row["is_book_valid"],
      verdict: verdict.map {
        VerdictItem(
          at: $0["at"], intent: number, instrument: $0["instrument"], action: $0["action"],
          code: $0["code"], limit: $0["limit_figure"], figure: $0["figure"])
      })
  }

  private mutating func reference(run: Int64, intent: Int64, in scale: InstrumentScale?) throws
    -> Reference?
  {
    let row = try rows(
      "SELECT run, instrument_id, place, bid, ask FROM intents WHERE run = ? AND intent = ?",
      [run, intent]
    ).first
    return try row.flatMap {
      Reference(
        bid: try ticks("bid", of: $0, in: scale), ask: try ticks("ask", of: $0, in: scale))
    }
  }

  // Ticks and lots may become finer between an order and what became of it: all of it is told in the last ones, which say
  // every figure of before.

  private mutating func scale(of row: Row, _ reports: [Row]) throws -> InstrumentScale? {
    try scales.of(reports.last ?? row)
  }

  private mutating func lots(_ name: String, of row: Row, in scale: InstrumentScale?) throws
    -> Int64
  {
    scale?.lots(row[name], of: try scales.of(row)) ?? row[name]
  }

  private mutating func ticks(_ name: String, of row: Row, in scale: InstrumentScale?) throws
    -> Int64?
  {
    guard let scale else { return row[name] }
    return scale.ticks(row[name], of: try scales.of(row))
  }

  private func trace(_ row: Row, _ decision: Int64) throws -> String {
    let source: String = row["source"]
    if decision <= 0 || source != "agent" { return "" }
    return try rows("SELECT trace_id FROM cycles WHERE id = ?", [decision]).first?["trace_id"]
      ?? ""
  }

  private func refusals(_ id: Int64) throws -> OrderRefusals {
    OrderRefusals(
      rows: try rows("SELECT * FROM refusals WHERE cl_ord_id = ? ORDER BY place DESC", [id]))
  }

  private mutating func report(_ row: Row, _ said: Row?, _ scale: InstrumentScale?) throws
    -> ReportItem
  {
    ReportItem(
      at: row["at"], kind: row["kind"], code: OrderStanding.code(row),
      exchangeCode: row["exchange_code"], exchangeSubCode: said?["sub_code"] ?? 0,
      exchangeText: said?["text"] ?? "", lots: try lots("lots", of: row, in: scale),
      filledLots: try lots("filled_lots", of: row, in: scale),
      isReconciled: row["is_reconciled"])
  }

  private mutating func fill(
    _ row: Row, _ scale: InstrumentScale?, _ reference: Reference?, _ side: Side
  ) throws -> FillItem {
    let lots = try self.lots("lots", of: row, in: scale)
    let price = try ticks("price", of: row, in: scale)
    var slippage = reference.map { Slippage($0, side) }
    if let price { slippage?.add(price: price, lots: lots) }
    return FillItem(
      at: row["at"], exchangeAt: row["exchange_at"], tradeID: row["trade_id"],
      price: scale?.price(price), size: scale?.size(lots), lots: lots, fee: row["fee"],
      feeCurrency: row["fee_currency"], isTaker: row["is_taker"], slippageTicks: slippage?.ticks,
      slippageBps: slippage?.basisPoints)
  }

  static func fees(_ fills: [Row]) -> [FeeItem] {
    var sums: [String: Amount] = [:]
    for fill in fills {
      guard let amount = Amount(fill["fee"] as String) else { continue }
      let currency: String = fill["fee_currency"]
      // Past 128 bits a sum is not told rather than told wrong.
      guard let sum = try? (sums[currency] ?? .zero).adding(amount) else { return [] }
      sums[currency] = sum
    }
    return sums.sorted { $0.key < $1.key }
      .map { FeeItem(currency: $0.key, amount: $0.value.normalized.description) }
  }
}

/// What the exchange said of one order's refusals, newest first.
struct OrderRefusals {
  var rows: [Row]

  /// The words behind a report: the last ones before it under its code.
  func words(of report: Row) -> Row? {
    let code: Int64 = report["exchange_code"]
    let place: Int64 = report["place"]
    if code == 0 { return nil }
    return rows.first {
      let at: Int64 = $0["place"]
      let said: Int64 = $0["exchange_code"]
      return at < place && said == code
    }
  }
}

/// What reports, in the order they came, say of an order.
struct OrderStanding {
  private(set) var state = OrderPhase.sent
  private(set) var code = ""
  private(set) var exchangeCode: Int64 = 0
  private(set) var rejection: Row?
  private(set) var ordID = ""
  private(set) var filledLots: Int64 = 0
  private(set) var updatedAt: Int64 = 0

  /// `filled`: a report's filled lots, in what `lots` counts in.
  init(_ reports: [Row], lots: Int64, filled: (Row) throws -> Int64) rethrows {
    for report in reports { take(report, lots, try filled(report)) }
  }

  /// Empty for `approved`, which every report that is no refusal carries.
  static func code(_ report: Row) -> String {
    let code: String = report["code"]
    return code == "approved" ? "" : code
  }

  private mutating func take(_ report: Row, _ lots: Int64, _ filled: Int64) {
    updatedAt = max(updatedAt, report["at"])
    filledLots = max(filledLots, filled)
    let id: String = report["ord_id"]
    if !id.isEmpty { ordID = id }
    let kind: String = report["kind"]
    let isDone = state == .filled || state == .cancelled || state == .rejected
    switch kind {
    case "filled": state = .filled
    case "cancelled": state = .cancelled
    case "rejected":
      state = .rejected
      code = OrderStanding.code(report)
      exchangeCode = report["exchange_code"]
      rejection = report
    case "fill" where !isDone: state = filledLots >= lots ? .filled : .partiallyFilled
    case "unknown" where !isDone: state = .unknown
    case "acknowledged" where !isDone, "live" where !isDone:
      state = filledLots > 0 ? .partiallyFilled : .live
    // Sent, or a cancel that was refused: the order stands as it stood.
    default: break
    }
  }
}
