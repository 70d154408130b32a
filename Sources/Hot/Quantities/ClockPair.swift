// Two clocks read together: what turns recorded Instants into wall time; every plane that shows one.

/// One instant on the monotonic clock and on the wall's. For display and records: nothing decides by it.
@frozen
public struct ClockPair: Hashable, Sendable, BitwiseCopyable {
  public var monotonic: Instant
  /// Nanoseconds since the Unix epoch.
  public var wallNanoseconds: Int64

  @inlinable public init(monotonic: Instant, wallNanoseconds: Int64) {
    self.monotonic = monotonic
    self.wallNanoseconds = wallNanoseconds
  }

  /// Unix nanoseconds of `instant`, an instant of the same boot, as far as the wall clock was not set
  /// meanwhile; saturates.
  public func wallNanoseconds(of instant: Instant) -> Int64 {
    let span = instant.since(monotonic)
    let (nanoseconds, overflow) = wallNanoseconds.addingReportingOverflow(span)
    return overflow ? (span < 0 ? .min : .max) : nanoseconds
  }

  /// The same in milliseconds.
  public func wall(of instant: Instant) -> WallMilliseconds {
    WallMilliseconds(milliseconds: wallNanoseconds(of: instant) / 1_000_000)
  }
}
