// The machine's clocks, for an exchange that runs on them; simulation.

import Foundation
import NIOCore

final class SystemClock: ExchangeClock, Sendable {
  /// Of the wall clock alone: an exchange's clock is not its client's.
  private let aheadMilliseconds: Int64

  init(aheadMilliseconds: Int64 = 0) { self.aheadMilliseconds = aheadMilliseconds }

  /// Nanoseconds of a clock that never goes back.
  func monotonic() -> Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

  /// Microseconds since the Unix epoch.
  func wallMicroseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000 + aheadMilliseconds * 1_000
  }
}
