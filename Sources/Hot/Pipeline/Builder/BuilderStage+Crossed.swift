// A book whose best bid lies above its best ask for seconds: no market trades so, something was lost; hot plane.

import Book
import Quantities

extension BuilderStage {
  /// Longer than any auction's end takes to show (docs/OKX.md OKX-056); a margin of ours.
  static let crossedNanosecondsMax: Int64 = 5_000_000_000

  @_noLocks
  mutating func noteCrossing(_ id: InstrumentID, _ result: BookResult) {
    let at = Int(id.index)
    if case .fault(.crossedBook) = result {
      if unsafe tallies[at].crossedSince == .zero {
        unsafe tallies[at].crossedSince = moment.instant
      }
    } else if case .applied = result,
      views[id].validity.fault != .crossedBook || !views[id].book.hasSnapshot
    {
      // Trades, best prices and heartbeats apply as well, and mend no book; one that was dropped is crossed no more.
      unsafe tallies[at].crossedSince = .zero
    }
  }

  /// Of an instrument that trades: before it opens, a crossed book is no fault. Fetched again after as long.
  @_noLocks
  mutating func refetchIfCrossed(_ id: InstrumentID) {
    let at = Int(id.index)
    let since = unsafe tallies[at].crossedSince
    if since == .zero || !instruments[id].isTradable { return }
    if moment.instant.since(since) < BuilderStage.crossedNanosecondsMax { return }
    unsafe tallies[at].crossedSince = moment.instant
    askResync(id, .crossedBook, views[id].validity.seqId)
  }
}
