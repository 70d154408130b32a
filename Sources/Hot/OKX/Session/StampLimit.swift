// What an exchange's time can be, by our own clock; pure, hot plane.

import Quantities

extension WallMilliseconds {
  /// A login takes clocks of at most 30 s apart (docs/OKX.md OKX-021): a stamp that is minutes ahead of ours is
  /// none, such as one in microseconds. Whoever kept it as the latest would take everything after it for old.
  public static var aheadMillisecondsMax: Int64 { 120_000 }

  /// No time of an exchange whose clock may be off by what a login allows.
  @_noLocks
  public func isAbsurd(at now: WallMilliseconds) -> Bool {
    let (ahead, overflowed) = milliseconds.subtractingReportingOverflow(now.milliseconds)
    return overflowed ? milliseconds > 0 : ahead > WallMilliseconds.aheadMillisecondsMax
  }
}
