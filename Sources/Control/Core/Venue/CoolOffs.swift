// Underlyings that an account's cool-off keeps from opening, and when each is tried again; control plane.

import Quantities

/// The exchange says that a cool-off is on, by refusing, and never when it ends (docs/OKX.md OKX-198). So it is waited for in
/// growing pauses, and after each the desk's own next order finds out. A value: told its instants.
package struct CoolOffs {
  package struct Period: Equatable {
    package var pauseNanoseconds: Int64
    package var until: Instant
    /// False: an order may find out now whether it is over.
    package var isHeld = true
    /// Refusals that began a pause.
    package var count = 1
  }

  /// What OKX says it may take until a cool-off acts everywhere; a second question earlier would tell nothing.
  package static let pauseNanosecondsMin: Int64 = 30_000_000_000
  package static let pauseNanosecondsMax: Int64 = 1_800_000_000_000

  package private(set) var periods: [String: Period] = [:]

  package init() {}

  /// The period that begins or goes on; nil where the underlying is held already: an order was on its way.
  package mutating func refused(_ underlying: String, at now: Instant) -> Period? {
    let earlier = periods[underlying]
    if earlier?.isHeld == true { return nil }
    var pause = CoolOffs.pauseNanosecondsMin
    if let earlier {
      pause = min(earlier.pauseNanoseconds * 2, CoolOffs.pauseNanosecondsMax)
    }
    let period = Period(
      pauseNanoseconds: pause, until: now.advanced(byNanoseconds: pause),
      count: (earlier?.count ?? 0) + 1)
    periods[underlying] = period
    return period
  }

  /// Underlyings whose pause is over now. One that was not refused again for as long as two pauses is forgotten: its next
  /// cool-off is another.
  package mutating func due(_ now: Instant) -> [String] {
    var released: [String] = []
    for (underlying, period) in periods where now >= period.until {
      if period.isHeld {
        periods[underlying]?.isHeld = false
        released.append(underlying)
      } else if now.since(period.until) > 2 * period.pauseNanoseconds {
        periods[underlying] = nil
      }
    }
    return released.sorted()
  }
}
