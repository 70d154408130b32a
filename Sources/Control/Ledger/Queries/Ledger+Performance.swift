// Counting what decisions were worth; control plane.
import Foundation
import GRDB
import Quantities

extension Ledger {
  public static let performanceRecordsMax = 20_000

  /// Over records appended between `from` and `to`, Unix milliseconds, both included.
  public func performance(from: Int64, to: Int64) throws(LedgerError) -> PerformanceReport {
    try read { db in
      let rows = try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT d.cycle, d.agent_id, d.prompt_version, d.returned_model, d.source, d.outcome,
              d.instrument, d.ended_at, d.cost_micros, t.output
            FROM decisions d INDEXED BY decisions_recorded JOIN decision_texts t ON t.id = d.id
            WHERE d.recorded_at >= ? AND d.recorded_at <= ?
            ORDER BY d.recorded_at DESC, d.id DESC LIMIT ?
            """), arguments: [from, to, Ledger.performanceRecordsMax + 1])
      let considered = rows.prefix(Ledger.performanceRecordsMax)
      var count = PerformanceCount(db)
      for row in considered { count.learn(row) }
      for row in considered { try count.take(row) }
      return PerformanceReport(
        rows: count.rows, considered: considered.count,
        isTruncated: rows.count > considered.count)
    }
  }
}

/// What an output says of the price to come.
struct Forecast {
  /// -1, 0, 1.
  var direction = 0
  /// 0…1.
  var confidence = 0.0
  var horizonMilliseconds: Int64 = 60_000
  var isTarget = false

  init(_ output: String) {
    guard !output.isEmpty,
      let json = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    else { return }
    let target = json["target_permille"] as? Int
    isTarget = target != nil
    direction = (target ?? json["stance"] as? Int ?? 0).signum()
    confidence = min(1, max(0, Double(json["confidence"] as? Int ?? 0) / 100))
    switch json["horizon"] as? String {
    case "minutes": horizonMilliseconds = 300_000
    case "hours": horizonMilliseconds = 3_600_000
    case "days": horizonMilliseconds = 86_400_000
    default: break
    }
  }
}

private struct PerformanceCount {
  private struct Key: Hashable {
    var agent: String
    var version: Int
    var model: String
  }
  private struct Sums {
    var decisions = 0
    var valid = 0
    var known = 0
    var hits = 0
    var squares = 0.0
    var cost: Int64 = 0
    var pnl: [String: Amount] = [:]
    var pnlUnknown = 0
  }
  private enum Worth {
    case none
    case unknown
    case known(Amount, currency: String)
  }

  private let db: Database
  private var scales: InstrumentScales
  private var sums: [Key: Sums] = [:]
  private var horizons: [Int64: Int64] = [:]
  private var worths: [Int64: Worth] = [:]

  /// Of a record that is of no use to the cycle.
  private static let invalid: Set<String> = ["failed", "no_decision", "quarantined", "late"]
  /// A bar older than this before a time says nothing of the price then.
  private static let barAgeMax: Int64 = 300_000

  init(_ db: Database) {
    self.db = db
    scales = InstrumentScales(db)
  }

  /// A cycle's horizon is its decision maker's.
  mutating func learn(_ row: Row) {
    let forecast = Forecast(row["output"])
    if forecast.isTarget { horizons[row["cycle"]] = forecast.horizonMilliseconds }
  }

  mutating func take(_ row: Row) throws {
    let agent: String = row["agent_id"]
    let returned: String = row["returned_model"]
    let key = Key(
      agent: agent, version: row["prompt_version"],
      model: returned.isEmpty ? row["source"] as String : returned)
    var one = sums[key] ?? Sums()
    one.decisions += 1
    one.cost += row["cost_micros"] as Int64
    let isValid = !PerformanceCount.invalid.contains(row["outcome"])
    if isValid { one.valid += 1 }
    let forecast = Forecast(row["output"])
    if isValid, forecast.direction != 0, let move = try move(row, forecast.horizonMilliseconds) {
      let isHit = move == forecast.direction
      one.known += 1
      one.hits += isHit ? 1 : 0
      let miss = forecast.confidence - (isHit ? 1 : 0)
      one.squares += miss * miss
    }
    if forecast.isTarget || agent == DecisionRecord.cycleAgent {
      switch try worth(row) {
      case .none: break
      case .unknown: one.pnlUnknown += 1
      case .known(let amount, let currency):
        if let sum = try? (one.pnl[currency] ?? .zero).adding(amount) {
          one.pnl[currency] = sum
        } else {
          one.pnlUnknown += 1
        }
      }
    }
    sums[key] = one
  }

  var rows: [PerformanceRow] {
    sums.map { key, one in
      PerformanceRow(
        agentID: key.agent, promptVersion: key.version, model: key.model,
        decisions: one.decisions, valid: one.valid,
        validity: Double(one.valid) / Double(one.decisions), known: one.known, hits: one.hits,
        hitRate: one.known == 0 ? nil : Double(one.hits) / Double(one.known),
        brier: one.known == 0 ? nil : one.squares / Double(one.known),
        pnl: one.pnl.sorted { $0.key < $1.key }
          .map { FeeItem(currency: $0.key, amount: $0.value.normalized.description) },
        pnlUnknown: one.pnlUnknown, costUSD: USDollars.text(micros: one.cost))
    }.sorted {
      ($0.agentID, $0.promptVersion, $0.model) < ($1.agentID, $1.promptVersion, $1.model)
    }
  }

  /// A bar's close and what it counts in.
  private mutating func close(_ bar: Row?) throws -> (ticks: Int64, scale: InstrumentScale)? {
    guard let bar, let scale = try scales.of(bar) else { return nil }
    return (bar["close"], scale)
  }

  /// Close of the last minute bar that had ended by `time`.
  private mutating func close(_ instrument: String, _ time: Int64) throws
    -> (ticks: Int64, scale: InstrumentScale)?
  {
    try close(
      Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT run, instrument_id, place, close FROM bars WHERE instrument = ? AND interval_s = 60 AND open_at <= ? AND open_at >= ?
            ORDER BY open_at DESC, source LIMIT 1
            """),
        arguments: [instrument, time - 60_000, time - 60_000 - PerformanceCount.barAgeMax]))
  }

  /// The horizon's end must have been reached by the bars: an old bar is not the price then.
  private mutating func closeAtEnd(_ instrument: String, _ time: Int64) throws
    -> (ticks: Int64, scale: InstrumentScale)?
  {
    try close(
      Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT run, instrument_id, place, close FROM bars WHERE instrument = ? AND interval_s = 60 AND open_at <= ? AND open_at > ?
            ORDER BY open_at DESC, source LIMIT 1
            """), arguments: [instrument, time, time - 60_000]))
  }

  /// -1 or 1; nil: unknown, or no move.
  private mutating func move(_ row: Row, _ horizon: Int64) throws -> Int? {
    let instrument: String = row["instrument"]
    let at: Int64 = row["ended_at"]
    guard let before = try close(instrument, at),
      let after = try closeAtEnd(instrument, at + horizon),
      let first = DecimalNumber.of(units: before.ticks, increment: before.scale.tick),
      let last = DecimalNumber.of(units: after.ticks, increment: after.scale.tick)
    else { return nil }
    if Amount(first).isLess(than: Amount(last)) == true { return 1 }
    return Amount(last).isLess(than: Amount(first)) == true ? -1 : nil
  }

  private mutating func worth(_ row: Row) throws -> Worth {
    let cycle: Int64 = row["cycle"]
    if let known = worths[cycle] { return known }
    let value = try worth(cycle, at: row["ended_at"])
    worths[cycle] = value
    return value
  }

  private mutating func worth(_ cycle: Int64, at: Int64) throws -> Worth {
    let fills = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT f.* FROM orders o INDEXED BY orders_decision JOIN fills f ON f.cl_ord_id = o.cl_ord_id
          WHERE o.decision = ? AND o.source = 'agent' AND o.action = 'place'
          """), arguments: [cycle])
    guard let first = fills.first else { return .none }
    let instrument: String = first["instrument"]
    let parts = instrument.split(separator: "-")
    guard parts.count >= 2,
      let mark = try closeAtEnd(instrument, at + (horizons[cycle] ?? 300_000))
    else { return .unknown }
    var total = Amount.zero
    for fill in fills {
      // In the finer ticks of the two.
      guard let own = try scales.of(fill), let fee = Amount(fill["fee"] as String),
        let (scale, price, end) = PerformanceCount.common(own, fill["price"], mark)
      else { return .unknown }
      let lots: Int64 = fill["lots"]
      let isBuy = (fill["side"] as String) == "buy"
      let move = isBuy ? Int128(end) - Int128(price) : Int128(price) - Int128(end)
      let (product, overflowed) = move.multipliedReportingOverflow(by: Int128(lots))
      guard !overflowed, let gain = scale.worth(product) else { return .unknown }
      // A fee in the base coin is worth the fill's price.
      let isQuote = (fill["fee_currency"] as String) == String(parts[1])
      guard let rate = DecimalNumber.of(units: price, increment: scale.tick),
        let paid = isQuote ? fee : try? fee.multiplied(by: rate),
        let sum = try? total.adding(gain).adding(paid)
      else { return .unknown }
      total = sum
    }
    return .known(total.normalized, currency: String(parts[1]))
  }

  /// A fill's price and a close in one tick: the fill's, or else the close's beside the fill's lots.
  private static func common(
    _ own: InstrumentScale, _ price: Int64?, _ mark: (ticks: Int64, scale: InstrumentScale)
  ) -> (scale: InstrumentScale, price: Int64, mark: Int64)? {
    guard let price else { return nil }
    if let end = own.ticks(mark.ticks, of: mark.scale) { return (own, price, end) }
    var scale = own
    scale.tick = mark.scale.tick
    return scale.ticks(price, of: own).map { (scale, $0, mark.ticks) }
  }
}
