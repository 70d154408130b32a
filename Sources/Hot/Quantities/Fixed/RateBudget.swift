// How many operations a span of time still allows, as a value of four words; hot plane.

/// A token bucket by arrival times (GCRA): **no half-open window of `window` nanoseconds ever admits
/// more than `count`**, wherever the window starts, which a plain bucket of size `count` does not give.
///
/// Of `count`, `burst` may come at once; the rest is spread over the window.
@frozen
public struct RateBudget: Hashable, Sendable, BitwiseCopyable {
  /// Nanoseconds between operations at the steady rate; 0 admits nothing.
  @usableFromInline var interval: Int64
  /// How far ahead of the steady rate a burst may run.
  @usableFromInline var tolerance: Int64
  /// When the next operation is due at the steady rate.
  @usableFromInline var due: Int64
  @usableFromInline var isStarted: Bool

  /// The default burst is half of `count`. A `count` or `window` that is not positive admits nothing.
  @inlinable
  public init(count: Int64, windowNanoseconds window: Int64, burst: Int64? = nil) {
    due = 0
    isStarted = false
    if count <= 0 || window <= 0 {
      interval = 0
      tolerance = 0
      return
    }
    let atOnce = min(max(burst ?? (count &+ 1) / 2, 1), count)
    let spread = count &- atOnce &+ 1
    // Rounded up, so that the window holds at most `spread` steps.
    interval = (window &- 1) / spread &+ 1
    let (span, overflow) = (atOnce &- 1).multipliedReportingOverflow(by: interval)
    tolerance = overflow ? window : span
  }

  /// OKX: 60 orders per 2 s, per instrument and operation (docs/OKX.md OKX-210).
  @inlinable public static var exchangeInstrument: RateBudget {
    RateBudget(count: 60, windowNanoseconds: 2_000_000_000)
  }
  /// OKX: 1,000 new orders and amends per 2 s in a sub-account (OKX-211).
  @inlinable public static var exchangeAccount: RateBudget {
    RateBudget(count: 1_000, windowNanoseconds: 2_000_000_000)
  }

  /// Whether `take` would succeed now.
  @inlinable
  public func isAvailable(at now: Instant) -> Bool {
    if interval == 0 { return false }
    if !isStarted || due <= now.nanoseconds { return true }
    return due &- now.nanoseconds <= tolerance
  }

  /// Spends one operation; false, and nothing spent, when none is left.
  @inlinable
  public mutating func take(at now: Instant) -> Bool {
    if !isAvailable(at: now) { return false }
    let base = isStarted ? max(due, now.nanoseconds) : now.nanoseconds
    let (next, overflow) = base.addingReportingOverflow(interval)
    due = overflow ? .max : next
    isStarted = true
    return true
  }
}
