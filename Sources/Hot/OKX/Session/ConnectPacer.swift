// When the next connection may be tried: jittered exponential back-off inside OKX's limits; control plane.

import Quantities

/// Paces one host's connects as a pure value: at most 3 a second whatever the caller does, their
/// requests (login, subscriptions) inside 480 an hour, and per line an exponential back-off with
/// jitter after failures. Holds no clock and no source of chance but its seed.
public struct ConnectPacer: Sendable, BitwiseCopyable {
  var second: RateBudget
  var hour: RateBudget
  var random: UInt64

  /// Back-off after the first failure, and its ceiling, in nanoseconds.
  public static var backoffNanosecondsMin: Int64 { 250_000_000 }
  public static var backoffNanosecondsMax: Int64 { 30_000_000_000 }

  /// `seed` makes the jitter repeatable; different processes want different ones.
  public init(seed: UInt64, connectsPerSecond: Int64 = 3, requestsPerHour: Int64 = 480) {
    second = RateBudget(count: connectsPerSecond, windowNanoseconds: 1_000_000_000)
    hour = RateBudget(count: requestsPerHour, windowNanoseconds: 3_600_000_000_000)
    random = seed == 0 ? 0x9E37_79B9_7F4A_7C15 : seed
  }

  /// How long to wait after this many failures in a row: none after none, else between half and the
  /// whole of `backoffNanosecondsMin × 2^(failures - 1)`, which ends at `backoffNanosecondsMax`.
  public mutating func backoffNanoseconds(failures: Int) -> Int64 {
    if failures <= 0 { return 0 }
    let doublings = Int64(min(failures - 1, 20))
    let ceiling = min(
      ConnectPacer.backoffNanosecondsMin << doublings, ConnectPacer.backoffNanosecondsMax)
    // xorshift64: chance enough to keep two processes apart.
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    let half = ceiling / 2
    return half + Int64(random % UInt64(half + 1))
  }

  /// The instant `backoffNanoseconds(failures:)` from now; nothing is spent.
  public mutating func next(failures: Int, now: Instant) -> Instant {
    now.advanced(byNanoseconds: backoffNanoseconds(failures: failures))
  }

  /// A connect that will cost `requests` requests starts now. False, and nothing spent, when that
  /// breaks a limit: ask again a little later.
  public mutating func take(requests: Int = 1, now: Instant) -> Bool {
    var second = second
    var hour = hour
    if !second.take(at: now) { return false }
    var left = requests
    while left > 0 {
      if !hour.take(at: now) { return false }
      left -= 1
    }
    self.second = second
    self.hour = hour
    return true
  }
}
