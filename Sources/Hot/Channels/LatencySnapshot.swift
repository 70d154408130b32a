// A histogram as it was at one moment, and its quantiles; control plane.

/// Counts copied out of a `LatencyHistogram`. Adds up with others of its kind.
public struct LatencySnapshot: Hashable, Sendable {
  public private(set) var buckets: [UInt64]
  /// The largest time recorded, nanoseconds, exact; 0 when nothing was.
  public private(set) var maximum: UInt64
  /// All times together, nanoseconds, wrapping.
  public private(set) var sum: UInt64
  public private(set) var count: UInt64

  init(buckets: [UInt64], maximum: UInt64, sum: UInt64) {
    self.buckets = buckets
    self.maximum = maximum
    self.sum = sum
    count = buckets.reduce(0, &+)
  }

  public static var empty: LatencySnapshot {
    LatencySnapshot(
      buckets: [UInt64](repeating: 0, count: LatencyHistogram.bucketCount), maximum: 0, sum: 0)
  }

  /// The time that the fraction `p` (0…1) of all recorded times does not exceed: the upper end of the
  /// bucket of the ⌈p·count⌉-th smallest, at most 1/32 too high and never above `maximum`. Nil when empty.
  public func quantile(_ p: Double) -> UInt64? {
    if count == 0 { return nil }
    let clamped = p.isNaN ? 1 : min(max(p, 0), 1)
    let rank = max(1, min(count, UInt64((clamped * Double(count)).rounded(.up))))
    var seen: UInt64 = 0
    for (index, held) in buckets.enumerated() where held > 0 {
      seen += held
      if seen >= rank {
        if index == buckets.count - 1 { return maximum }
        return min(LatencyHistogram.highest(in: index), maximum)
      }
    }
    return maximum
  }

  /// Arithmetic mean in nanoseconds, or nil when empty.
  public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

  public static func + (a: LatencySnapshot, b: LatencySnapshot) -> LatencySnapshot {
    LatencySnapshot(
      buckets: zip(a.buckets, b.buckets).map { $0 &+ $1 }, maximum: max(a.maximum, b.maximum),
      sum: a.sum &+ b.sum)
  }

  /// What was recorded after `earlier`, a snapshot of the same histogram. `maximum` stays the whole run's.
  public func since(_ earlier: LatencySnapshot) -> LatencySnapshot {
    LatencySnapshot(
      buckets: zip(buckets, earlier.buckets).map { $0 &- $1 }, maximum: maximum,
      sum: sum &- earlier.sum)
  }
}
