// Cost and profit of each position from the fills on record; control plane.
import Journal
import Quantities

/// What is known of one instrument's position, in millionths of tick × lot.
struct PositionFigures: Sendable, Equatable {
  var position: Int64 = 0
  /// Paid for the position held (negative: received).
  var cost: Int128 = 0
  var realised: Int128 = 0
  /// The position was given by the exchange and not built up by fills that we saw: its cost is not known.
  var isCostKnown = true

  static let scale: Int128 = 1_000_000
}

/// Average cost: a fill that reduces the position realises price against average; rounding is a millionth
/// of tick × lot per fill. Fees are not in it: they are in the balances.
struct PositionLedger: Sendable {
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

extension PositionFigures {
  mutating func fill(_ lots: Int64, at ticks: Int64) {
    var open = lots
    let isReducing = position != 0 && (position < 0) != (lots < 0)
    if isReducing {
      let closed = lots.magnitude < position.magnitude ? 0 &- lots : position
      let share = cost * Int128(closed) / Int128(position)
      realised += Int128(closed) * Int128(ticks) * PositionFigures.scale - share
      cost -= share
      position &-= closed
      open = lots &+ closed
      if position == 0 && !isCostKnown {
        // What was realised on it is not known either.
        self = PositionFigures()
      }
    }
    position &+= open
    cost += Int128(open) * Int128(ticks) * PositionFigures.scale
  }

  /// The exchange's word for the position.
  mutating func stand(_ lots: Int64) {
    if lots == position { return }
    position = lots
    cost = 0
    realised = 0
    isCostKnown = lots == 0
  }
}
