// When an average price may be compared, and when it is taken for different; hot plane.

import Quantities

extension PositionWatch {
  /// No fill was counted so late that a reading asked for at `askedAt` may lack it.
  @_noLocks
  public func isQuiet(_ instrument: InstrumentID, before askedAt: Instant) -> Bool {
    if !isKnown(instrument) { return false }
    let at = Int(instrument.index)
    let count = unsafe rows[at].fillCount
    if count == 0 { return true }
    let latest = (count &- 1) % PositionWatch.fillsKept
    let fill = unsafe fills[at &* PositionWatch.fillsKept &+ latest]
    return askedAt.since(fill.receivedAt) >= PositionWatch.lagNanoseconds
  }

  /// True when the average differs in two readings on end; asked anew after that.
  @_noLocks
  public mutating func doubtAverage(_ instrument: InstrumentID, isFar: Bool) -> Bool {
    if !isKnown(instrument) { return false }
    let at = Int(instrument.index)
    let isSecond = unsafe isFar && rows[at].isAverageDoubted
    unsafe rows[at].isAverageDoubted = isFar && !isSecond
    return isSecond
  }
}
