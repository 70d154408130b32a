// What a position cost by our own fills, held against the exchange's average price each round; hot plane.

import Orders
import Quantities

extension SenderStage {
  /// Decimals of a tick that averages are compared with.
  static let averageDecimals: UInt8 = 4

  /// REST states a position with its average: where the lots agree and nothing filled since, both come from the same
  /// fills. A difference of more than a tick in two readings on end is told, and the exchange's word is taken: a fill
  /// was priced by guess, or a settlement moved it.
  @_noLocks
  mutating func holdAverage(_ id: InstrumentID, _ stated: StatedFigure, _ average: Price) {
    if stated.askedAt == .zero || stated.lots == 0 { return }
    if average.isNone || average.ticks <= 0 { return }
    if stated.lots != positions.quantity(id).lots || !watch.isQuiet(id, before: stated.askedAt) {
      return
    }
    guard let ours = positions.averageEntry(id, decimals: SenderStage.averageDecimals) else {
      // After a start: the journal has lots, and not what they cost.
      _ = positions.adopt(id, position: Quantity(lots: stated.lots), averagePrice: average)
      return
    }
    let tick = Int128(10_000)
    let (difference, overflow) = ours.subtractingReportingOverflow(
      Int128(average.ticks) &* tick)
    let isFar = overflow || difference.magnitude > tick.magnitude
    if !watch.doubtAverage(id, isFar: isFar) { return }
    tell(
      .average, id, counted: Int64(clamping: ours / tick), stated: average.ticks)
    count(.averageGap, of: id)
    _ = positions.adopt(id, position: Quantity(lots: stated.lots), averagePrice: average)
  }
}
