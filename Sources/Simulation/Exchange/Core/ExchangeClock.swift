// The two clocks that the simulated exchange is given; simulation.

/// A test sets them, a server reads them.
public protocol ExchangeClock: AnyObject {
  /// Nanoseconds of a clock that never goes back.
  func monotonic() -> Int64
  /// Microseconds since the Unix epoch.
  func wallMicroseconds() -> Int64
}

extension ExchangeClock {
  func wallMilliseconds() -> Int64 { wallMicroseconds() / 1_000 }
}
