// The two clocks of the simulated exchange; simulation.

import Foundation
import NIOCore

struct Clock: Sendable {
  /// Nanoseconds of a clock that never goes back.
  func monotonic() -> Int64 { Int64(truncatingIfNeeded: NIODeadline.now().uptimeNanoseconds) }

  /// Microseconds since the Unix epoch.
  func wallMicroseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  func wallMilliseconds() -> Int64 { wallMicroseconds() / 1_000 }
}
