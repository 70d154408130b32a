// Cost and profit of each position from the fills on record; control plane.
import Journal
import Ledger
import Quantities

/// By instrument, for the page's live numbers.
struct PositionTally: Sendable {
  private(set) var figures: [String: PositionFigures] = [:]

  mutating func take(_ record: JournalRecord, _ names: InstrumentNames) {
    guard record.kind == .report, let report = Report(payload: record.payload),
      let name = names.name(report.instrument)
    else { return }
    switch report.kind {
    case .fill:
      let lots = report.side == .buy ? report.lastQuantity.lots : 0 &- report.lastQuantity.lots
      figures[name, default: PositionFigures()].fill(lots, at: report.lastPrice.ticks)
    case .position:
      figures[name, default: PositionFigures()].stand(report.quantity.lots)
    default: break
    }
  }
}
