// Equity and bars over time; control plane.
import GRDB
import Quantities

/// Equity of the account at one time; US dollars as decimal strings.
public struct EquityPoint: Sendable, Hashable, Codable {
  /// Unix milliseconds.
  public var at: Int64
  public var total: String
  /// Nil where the exchange does not say.
  public var available: String?
}

/// One finished bar; prices as decimal strings.
public struct BarPoint: Sendable, Hashable, Codable {
  /// Unix milliseconds of its beginning.
  public var openAt: Int64
  public var open: String
  public var high: String
  public var low: String
  public var close: String
  /// In the instrument's size, as the exchange counts it.
  public var volume: String
  public var trades: Int64
  /// `own` from our trades, `backfill` or `exchange` as the exchange says.
  public var source: String

  enum CodingKeys: String, CodingKey {
    case openAt = "open_at"
    case open, high, low, close, volume, trades, source
  }
}

extension Ledger {
  /// What one answer may hold.
  public static let pointsMax = 5_000
  /// Rows that one bar may have: `own`, `backfill`, `exchange`.
  static let barSources = 3

  /// The last point of each span of `step` milliseconds between `from` and `to` (both included), oldest
  /// first; at most `pointsMax`, the newest. `.invalid` where the step is not positive.
  public func equity(from: Int64, to: Int64, step: Int64) throws(LedgerError) -> [EquityPoint] {
    if step <= 0 { throw .invalid(field: "step", "is not positive") }
    if from > to { throw .invalid(field: "from", "lies behind to") }
    return try read { db in
      // One look into the index per point, however many records a span holds.
      let statement = try db.cachedStatement(
        sql: """
          SELECT at, total, available FROM equities WHERE at >= ? AND at <= ?
          ORDER BY at DESC, place DESC LIMIT 1
          """)
      var points: [EquityPoint] = []
      var end = to
      while points.count < Ledger.pointsMax,
        let row = try Row.fetchOne(statement, arguments: [from, end])
      {
        let at: Int64 = row["at"]
        points.append(EquityPoint(at: at, total: row["total"], available: row["available"]))
        let begin = at - (((at % step) + step) % step)
        if begin <= from { break }
        end = begin - 1
      }
      return points.reversed()
    }
  }

  /// Finished bars of `interval` seconds that begin between `from` and `to` (Unix milliseconds, both
  /// included), oldest first; the newest `limit` of them (1…`pointsMax`).
  public func bars(
    instrument: String, interval: Int, from: Int64, to: Int64, limit: Int = 500
  ) throws(LedgerError) -> [BarPoint] {
    if !(1...Ledger.pointsMax).contains(limit) {
      throw .invalid(field: "limit", "is not 1…\(Ledger.pointsMax)")
    }
    return try read { db in
      var scales = InstrumentScales(db)
      let rows = try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT * FROM bars WHERE instrument = ? AND interval_s = ? AND open_at >= ? AND open_at <= ?
            ORDER BY open_at DESC, source DESC LIMIT ?
            """),
        arguments: [instrument, interval, from, to, limit * Ledger.barSources])
      var points: [BarPoint] = []
      var newest: Int64?
      var kept: [Row] = []
      for row in rows {
        // Of one bar's rows the exchange's own word (`backfill`, `exchange`) goes before ours: it comes last.
        if row["open_at"] as Int64? == newest {
          kept[kept.count - 1] = row
        } else if kept.count < limit {
          kept.append(row)
          newest = row["open_at"]
        } else {
          break
        }
      }
      for row in kept.reversed() {
        // Ticks are worth saying only where their size is known.
        guard let scale = try scales.of(row) else { continue }
        func price(_ name: String) -> String { scale.price(row[name] as Int64) ?? "" }
        points.append(
          BarPoint(
            openAt: row["open_at"], open: price("open"), high: price("high"), low: price("low"),
            close: price("close"), volume: scale.size(row["lots"]), trades: row["trades"],
            source: row["source"]))
      }
      return points
    }
  }
}
