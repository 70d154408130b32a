// Cost and profit of each position from the fills on record; control plane.
import Journal
import Ledger
import Quantities

/// By instrument, for the page's live numbers; each in what its instrument counts in at the end of what was read.
struct PositionTally: Sendable {
  private(set) var figures: [String: PositionFigures] = [:]
  private var units: [String: (start: UInt32, units: PositionUnits)] = [:]

  /// `start`: that wrote the record.
  mutating func take(_ record: JournalRecord, _ names: InstrumentNames, start: UInt32) {
    if record.kind == .instrument, let item = InstrumentRecord(payload: record.payload) {
      return take(item, start)
    }
    guard record.kind == .report, let report = Report(payload: record.payload),
      let name = names.name(report.instrument)
    else { return }
    switch report.kind {
    case .fill:
      let lots = report.side == .buy ? report.lastQuantity.lots : 0 &- report.lastQuantity.lots
      figures[name, default: PositionFigures()].fill(lots, at: report.lastPrice.ticks)
    case .position:
      figures[name, default: PositionFigures()].stand(report.quantity.lots)
    case .instrument:
      if let held = units[name]?.units, let next = held.behind(report) { go(name, to: next, start) }
    default: break
    }
  }

  /// A start begins in what it names. Later rows of it are written before its stages take them, and a report follows; but of
  /// a contract's value alone it says nothing.
  private mutating func take(_ item: InstrumentRecord, _ start: UInt32) {
    let name = item.symbol.description
    let next = PositionUnits(item)
    if let held = units[name], held.start == start, !held.units.isGrid(of: next) { return }
    go(name, to: next, start)
  }

  private mutating func go(_ name: String, to next: PositionUnits, _ start: UInt32) {
    if let held = units[name]?.units { figures[name]?.count(from: held, to: next) }
    units[name] = (start, next)
  }
}
