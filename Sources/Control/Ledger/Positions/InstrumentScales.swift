// What an instrument's figures count in, by their place in the journal; control plane.
import GRDB
import Quantities

/// Reads each instrument's once per query.
struct InstrumentScales {
  private struct Key: Hashable {
    var run: Int64
    var id: Int64
  }
  private struct Stretch {
    var from: Int64
    var scale: InstrumentScale
  }
  private var found: [Key: [Stretch]] = [:]
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// Of a row with `run`, `instrument_id` and `place`.
  mutating func of(_ row: Row) throws -> InstrumentScale? {
    try of(run: row["run"], id: row["instrument_id"], at: row["place"])
  }

  /// Nil where the journal never named the instrument: its figures stay unsaid rather than guessed.
  mutating func of(run: Int64, id: Int64, at place: Int64) throws -> InstrumentScale? {
    try stretches(Key(run: run, id: id)).last { $0.from <= place }?.scale
  }

  /// Of the newest start that named it, as it ends.
  mutating func newest(_ symbol: String) throws -> InstrumentScale? {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT run, id FROM instruments WHERE symbol = ? ORDER BY run DESC LIMIT 1"),
      arguments: [symbol])
    return try row.flatMap { try stretches(Key(run: $0["run"], id: $0["id"])).last?.scale }
  }

  /// Of an instrument that a row names by its symbol alone.
  mutating func of(run: Int64, symbol: String, at place: Int64) throws -> InstrumentScale? {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM instruments WHERE run = ? AND symbol = ?"),
      arguments: [run, symbol])
    return try row.flatMap { try of(run: run, id: $0["id"], at: place) }
  }

  private mutating func stretches(_ key: Key) throws -> [Stretch] {
    if let known = found[key] { return known }
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT u.*, i.symbol, i.contract FROM instrument_units u
          JOIN instruments i ON i.run = u.run AND i.id = u.id
          WHERE u.run = ? AND u.id = ? ORDER BY u.place
          """), arguments: [key.run, key.id])
    let stretches = rows.map { Stretch(from: $0["place"], scale: InstrumentScales.scale($0)) }
    found[key] = stretches
    return stretches
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
