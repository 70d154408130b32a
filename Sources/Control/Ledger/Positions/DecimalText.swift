// Exact figures as decimal strings; control plane.
import GRDB
import Quantities

/// Ticks and lots of one instrument in one start of the core.
struct InstrumentScale {
  var symbol: String
  var tick: Increment
  var lot: Increment
  var contract: ContractType?
  var contractValue: Increment

  func price(_ ticks: Int64?) -> String? {
    guard let ticks else { return nil }
    return DecimalText.units(Int128(ticks), tick, digits: 0)
  }

  /// Half ticks, as a mid is counted.
  func halfTicks(_ value: Int128) -> String { DecimalText.units(value * 5, tick, digits: 1) }

  /// `numerator / denominator` ticks, rounded half away from zero to two digits more than a price has.
  func average(_ numerator: Int128, _ denominator: Int128) -> String? {
    if denominator == 0 { return nil }
    let (hundredfold, overflowed) = numerator.multipliedReportingOverflow(by: 100)
    if overflowed { return nil }
    return DecimalText.units(DecimalText.divided(hundredfold, denominator), tick, digits: 2)
  }

  func size(_ lots: Int64) -> String { DecimalText.units(Int128(lots), lot, digits: 0) }

  /// Ticks × lots as an amount of the quote currency; nil for inverse contracts, whose worth is not linear.
  func worth(_ ticksTimesLots: Int128) -> Amount? {
    if contract == .inverse { return nil }
    let factors = [tick, lot, contractValue]
    var units = ticksTimesLots
    var decimals = 0
    for factor in factors where factor.mantissa != 0 {
      let (product, overflowed) = units.multipliedReportingOverflow(by: Int128(factor.mantissa))
      if overflowed { return nil }
      units = product
      decimals += Int(factor.decimals)
    }
    if decimals > Int(UInt8.max) { return nil }
    return Amount(units: units, decimals: UInt8(decimals))
  }
}

enum DecimalText {
  /// `units` of `increment` / 10^`digits`, without trailing zeros.
  static func units(_ units: Int128, _ increment: Increment, digits: Int) -> String {
    let (product, overflowed) = units.multipliedReportingOverflow(by: Int128(increment.mantissa))
    if overflowed { return "overflow" }
    let decimals = UInt8(clamping: Int(increment.decimals) + digits)
    return Amount(units: product, decimals: decimals).normalized.description
  }

  /// Rounded half away from zero. `denominator` is not 0.
  static func divided(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    if rest.magnitude * 2 < denominator.magnitude { return quotient }
    return quotient + ((numerator < 0) == (denominator < 0) ? 1 : -1)
  }

  /// `hundredths` as a decimal with at most two digits.
  static func hundredths(_ value: Int128) -> String {
    Amount(units: value, decimals: 2).normalized.description
  }
}

/// Reads each scale once per query.
struct InstrumentScales {
  private struct Key: Hashable {
    var run: Int64
    var id: Int64
  }
  private var found: [Key: InstrumentScale?] = [:]
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// Nil where the journal never named the instrument: its figures stay unsaid rather than guessed.
  mutating func of(run: Int64, id: Int64) throws -> InstrumentScale? {
    let key = Key(run: run, id: id)
    if let known = found[key] { return known }
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT * FROM instruments WHERE run = ? AND id = ?"),
      arguments: [run, id])
    let scale = row.map { InstrumentScales.scale($0) }
    found[key] = scale
    return scale
  }

  /// Of the newest start that named it.
  static func newest(_ symbol: String, _ db: Database) throws -> InstrumentScale? {
    try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT * FROM instruments WHERE symbol = ? ORDER BY run DESC LIMIT 1"),
      arguments: [symbol]
    ).map { scale($0) }
  }

  private static func scale(_ row: Row) -> InstrumentScale {
    func increment(_ name: String) -> Increment {
      let decimals: Int = row[name + "_decimals"]
      return Increment(mantissa: row[name + "_mantissa"], decimals: UInt8(clamping: decimals))
    }
    let contract: Int = row["contract"]
    return InstrumentScale(
      symbol: row["symbol"], tick: increment("tick"), lot: increment("lot"),
      contract: ContractType(rawValue: UInt8(clamping: contract)),
      contractValue: increment("contract"))
  }
}
