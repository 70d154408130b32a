// From which place of the journal on an instrument's figures count in what; control plane.
import GRDB
import Journal
import Quantities

/// The core writes an instrument's new row before its stages take it; the Sender's report of kind `instrument` lies where
/// orders, fills and positions begin to count in the new ticks and lots, and says the factors.
struct InstrumentMarks {
  private struct Units: Equatable {
    var tick: Increment
    var lot: Increment
    var contract: Increment

    init(tick: Increment, lot: Increment, contract: Increment) {
      self.tick = tick
      self.lot = lot
      self.contract = contract
    }

    init(_ row: Row) {
      func increment(_ name: String) -> Increment {
        let decimals: Int = row[name + "_decimals"]
        return Increment(mantissa: row[name + "_mantissa"], decimals: UInt8(clamping: decimals))
      }
      self.init(
        tick: increment("tick"), lot: increment("lot"), contract: increment("contract"))
    }

    var values: [(any DatabaseValueConvertible)?] {
      [tick, lot, contract].flatMap { one -> [(any DatabaseValueConvertible)?] in
        [one.mantissa, Int(one.decimals)]
      }
    }

    func isGrid(of other: Units) -> Bool {
      tick.normalized == other.tick.normalized && lot.normalized == other.lot.normalized
    }
  }

  private let db: Database

  init(_ db: Database) { self.db = db }

  func take(_ value: InstrumentRecord, _ item: ImportedRecord) throws {
    let id = Int64(value.instrument.index)
    let units = Units(
      tick: value.tick, lot: value.lot,
      contract: Increment(mantissa: value.contractMantissa, decimals: value.contractDecimals))
    try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO instrument_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: StatementArguments([item.place, item.run, id] + units.values))
    guard let held = try newest(item.run, id) else {
      return try mark(units, item.run, id, from: 0)
    }
    // A value alone changes nothing that the report could say.
    if held.isGrid(of: units) && held.contract.normalized != units.contract.normalized {
      try mark(units, item.run, id, from: item.place)
    }
  }

  func take(_ report: Report, _ item: ImportedRecord) throws {
    let (ticks, lots) = (report.price.ticks, report.lastQuantity.lots)
    let id = Int64(report.instrument.index)
    if (ticks == 1 && lots == 1) || ticks < 1 || lots < 1 { return }
    guard var next = try newest(item.run, id) else { return }
    guard let tick = PositionUnits.part(next.tick, ticks),
      let lot = PositionUnits.part(next.lot, lots)
    else { return }
    next.tick = tick
    next.lot = lot
    // The row that was written before may say another contract value.
    let rows = try Row.fetchCursor(
      db,
      sql:
        "SELECT * FROM instrument_rows WHERE run = ? AND id = ? AND place < ? ORDER BY place DESC",
      arguments: [item.run, id, item.place])
    while let row = try rows.next() {
      let named = Units(row)
      if named.isGrid(of: next) {
        next = named
        break
      }
    }
    try mark(next, item.run, id, from: item.place)
  }

  private func newest(_ run: Int64, _ id: Int64) throws -> Units? {
    try Row.fetchOne(
      db.cachedStatement(
        sql:
          "SELECT * FROM instrument_units WHERE run = ? AND id = ? ORDER BY place DESC LIMIT 1"),
      arguments: [run, id]
    ).map { Units($0) }
  }

  private func mark(_ units: Units, _ run: Int64, _ id: Int64, from place: Int64) throws {
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO instrument_units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: StatementArguments([run, id, place] + units.values))
  }
}
