// Positions, their cost, realised profit and fees, from fills in the order of the journal; control plane.
import GRDB
import Quantities

/// Grows by what is new.
struct PositionFold: Sendable {
  struct Figures: Sendable {
    var held = PositionFigures()
    /// The start of the core and its index, for the size of a tick.
    var run: Int64 = 0
    var id: Int64 = 0
  }

  /// Rows of one read: the rest follows in the next.
  static let rowsMax = 50_000

  private(set) var figures: [String: Figures] = [:]
  private(set) var fees: [String: Amount] = [:]
  private(set) var equityPeak: Double?
  /// Largest fall from a peak so far, as a share of the peak.
  private(set) var drawdownMax: Double = 0
  private(set) var drawdown: Double = 0
  private var fillsDone: Int64 = 0
  private var statedDone: Int64 = 0
  private var equitiesDone: Int64 = 0

  /// Takes what the journal brought since the last call; false when there is more.
  mutating func advance(_ db: Database) throws -> Bool {
    let until = try Int64.fetchOne(db, sql: "SELECT max(place) FROM reports") ?? 0
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
    var next = 0
    for fill in fills {
      let place: Int64 = fill["place"]
      while next < stated.count, (stated[next]["place"] as Int64) < place {
        stand(stated[next])
        next += 1
      }
      take(fill)
    }
    while next < stated.count {
      stand(stated[next])
      next += 1
    }
    fillsDone = end
    statedDone = end
    let equities = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT place, total FROM equities WHERE place > ? ORDER BY place LIMIT ?"),
      arguments: [equitiesDone, PositionFold.rowsMax])
    for row in equities {
      equitiesDone = row["place"]
      if let total = Double(row["total"] as String) { equity(total) }
    }
    return isWhole && equities.count < PositionFold.rowsMax
  }

  private mutating func equity(_ total: Double) {
    let peak = max(equityPeak ?? total, total)
    equityPeak = peak
    drawdown = peak > 0 ? (peak - total) / peak : 0
    drawdownMax = max(drawdownMax, drawdown)
  }

  private mutating func take(_ fill: Row) {
    let name: String = fill["instrument"]
    let currency: String = fill["fee_currency"]
    if let fee = Amount(fill["fee"] as String),
      let sum = try? (fees[currency] ?? .zero).adding(fee)
    {
      fees[currency] = sum
    }
    guard let price: Int64 = fill["price"] else { return }
    let size: Int64 = fill["lots"]
    let isBuy = (fill["side"] as String) == "buy"
    var one = figures[name] ?? Figures()
    one.run = fill["run"]
    one.id = fill["instrument_id"]
    one.held.fill(isBuy ? size : 0 &- size, at: price)
    figures[name] = one
  }

  /// The exchange's word for a position.
  private mutating func stand(_ row: Row) {
    let name: String = row["instrument"]
    let lots: Int64 = row["lots"]
    var one = figures[name] ?? Figures()
    one.run = row["run"]
    one.id = row["instrument_id"]
    one.held.stand(lots)
    figures[name] = one
  }
}
