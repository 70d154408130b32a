// Positions, their cost, realised profit and fees, from fills in the order of the journal; control plane.
import GRDB
import Quantities

/// Grows by what is new.
struct PositionFold: Sendable {
  struct Figures: Sendable {
    var held = PositionFigures()
    /// What it counts in; nil where the journal never named the instrument.
    var scale: InstrumentScale?

    /// Goes on in what a row counts in.
    mutating func follow(_ next: InstrumentScale?) {
      guard let next else { return }
      if let scale { held.count(from: PositionUnits(scale), to: PositionUnits(next)) }
      scale = next
    }
  }

  /// Rows of one read: the rest follows in the next.
  static let rowsMax = 50_000

  var figures: [String: Figures] = [:]
  private(set) var fees: [String: Amount] = [:]
  /// By currency, from bills.
  var flows: [String: MoneyFlows] = [:]
  var curve = EquityCurve()
  private var fillsDone: Int64 = 0
  private var statedDone: Int64 = 0
  private var equitiesDone: Int64 = 0

  /// Takes what the journal brought since the last call; false when there is more.
  mutating func advance(_ db: Database) throws -> Bool {
    if equitiesDone == 0 { try begin(db) }
    var scales = InstrumentScales(db)
    let until =
      try Int64.fetchOne(
        db,
        sql: "SELECT max(coalesce((SELECT max(place) FROM reports), 0), "
          + "coalesce((SELECT max(place) FROM bills), 0))") ?? 0
    let fills = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT * FROM fills WHERE place > ? ORDER BY place LIMIT ?"),
      arguments: [fillsDone, PositionFold.rowsMax])
    let isWhole = fills.count < PositionFold.rowsMax
    let end: Int64 = isWhole ? max(until, fillsDone) : fills.last?["place"] ?? fillsDone
    let stated = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT place, run, instrument_id, instrument, lots FROM reports
          WHERE kind = 'position' AND place > ? AND place <= ?
          UNION ALL
          SELECT place, run, instrument_id, instrument, lots FROM positions
          WHERE is_reconciled AND place > ? AND place <= ?
          ORDER BY 1
          """), arguments: [statedDone, end, statedDone, end])
    let bills = try Row.fetchAll(
      db.cachedStatement(
        sql:
          "SELECT * FROM bills WHERE place > ? AND place <= ? AND meaning <> 'trade' ORDER BY place"
      ),
      arguments: [statedDone, end])
    var nextStated = stated[...]
    var nextBill = bills[...]
    for fill in fills {
      try take(&nextStated, &nextBill, before: fill["place"], &scales, db)
      take(fill, try scales.of(fill))
    }
    try take(&nextStated, &nextBill, before: .max, &scales, db)
    fillsDone = end
    statedDone = end
    // Equity is judged by the bills that explain it.
    return try isWhole && advanceEquity(db)
  }

  /// Positions stated and bills until `place`, in the journal's order.
  private mutating func take(
    _ stated: inout ArraySlice<Row>, _ bills: inout ArraySlice<Row>, before place: Int64,
    _ scales: inout InstrumentScales, _ db: Database
  ) throws {
    while true {
      let one: Int64 = stated.first?["place"] ?? .max
      let other: Int64 = bills.first?["place"] ?? .max
      if min(one, other) >= place { return }
      if one < other {
        let row = stated.removeFirst()
        stand(row, try scales.of(row))
      } else {
        try take(bill: bills.removeFirst(), db)
      }
    }
  }

  private mutating func begin(_ db: Database) throws {
    let first = try Row.fetchOne(db, sql: "SELECT at, total FROM equities ORDER BY place LIMIT 1")
    if let first, let total = Amount(first["total"] as String) {
      curve.begin(total, at: first["at"])
    }
  }

  private mutating func advanceEquity(_ db: Database) throws -> Bool {
    let equities = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT place, at, total FROM equities WHERE place > ? ORDER BY place LIMIT ?"),
      arguments: [equitiesDone, PositionFold.rowsMax])
    for row in equities {
      equitiesDone = row["place"]
      if let total = Amount(row["total"] as String) { curve.equity(total, at: row["at"]) }
    }
    curve.settle()
    return equities.count < PositionFold.rowsMax
  }

  mutating func add(fee: Amount, _ currency: String) {
    if let sum = try? (fees[currency] ?? .zero).adding(fee) { fees[currency] = sum }
  }

  private mutating func take(_ fill: Row, _ scale: InstrumentScale?) {
    let name: String = fill["instrument"]
    let currency: String = fill["fee_currency"]
    if let fee = Amount(fill["fee"] as String) { add(fee: fee, currency) }
    guard let price: Int64 = fill["price"] else { return }
    let size: Int64 = fill["lots"]
    let isBuy = (fill["side"] as String) == "buy"
    var one = figures[name] ?? Figures()
    one.follow(scale)
    one.held.fill(isBuy ? size : 0 &- size, at: price)
    figures[name] = one
  }

  /// The exchange's word for a position.
  private mutating func stand(_ row: Row, _ scale: InstrumentScale?) {
    let name: String = row["instrument"]
    let lots: Int64 = row["lots"]
    var one = figures[name] ?? Figures()
    one.follow(scale)
    one.held.stand(lots)
    figures[name] = one
  }
}
