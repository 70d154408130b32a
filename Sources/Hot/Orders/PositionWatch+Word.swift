// After a refused reduction: no other goes out before the exchange has said what it holds; hot plane.

import Quantities

extension PositionWatch {
  /// A question that brought no answer is asked again.
  static var wordRetryNanoseconds: Int64 { 5_000_000_000 }

  static var wordPatienceNanoseconds: Int64 { 30_000_000_000 }

  /// The exchange refused a reduction: it holds another position than ours.
  @_noLocks
  public mutating func wantWord(_ instrument: InstrumentID, now: Instant) {
    if !isKnown(instrument) { return }
    unsafe rows[Int(instrument.index)].wordWantedAt = now
    unsafe rows[Int(instrument.index)].wordAskedAt = .zero
  }

  /// REST has not been heard since: a push may be the very figure that the refused order was sized by.
  @_noLocks
  public func awaitsWord(_ instrument: InstrumentID) -> Bool {
    if !isKnown(instrument) { return false }
    return unsafe rows[Int(instrument.index)].wordWantedAt != .zero
  }

  /// The same, but not for ever: where REST is dumb so long one more is tried, and its refusal begins this anew.
  @_noLocks
  public func mustAwaitWord(_ instrument: InstrumentID, now: Instant) -> Bool {
    if !awaitsWord(instrument) { return false }
    let since = unsafe now.since(rows[Int(instrument.index)].wordWantedAt)
    return since < PositionWatch.wordPatienceNanoseconds
  }

  /// Whether it has to be asked for now.
  @_noLocks
  public mutating func needsWord(_ instrument: InstrumentID, now: Instant) -> Bool {
    if !awaitsWord(instrument) { return false }
    let at = Int(instrument.index)
    let asked = unsafe rows[at].wordAskedAt
    if asked != .zero && now.since(asked) < PositionWatch.wordRetryNanoseconds { return false }
    unsafe rows[at].wordAskedAt = now
    return true
  }
}
