// Points in time as integers: monotonic for the hot plane, boot and wall where the design names them.

/// A reading of CLOCK_MONOTONIC in nanoseconds. Each poll reads it once and passes it on as an input.
@frozen
public struct Instant: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable public static var zero: Instant { Instant(nanoseconds: 0) }
  /// Saturates instead of trapping: an Instant may come out of a mapped file.
  @inlinable public func advanced(byNanoseconds delta: Int64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    return Instant(nanoseconds: overflow ? (delta < 0 ? .min : .max) : sum)
  }
  /// Nanoseconds from `earlier` to `self`, saturating.
  @inlinable public func since(_ earlier: Instant) -> Int64 {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return overflow ? (nanoseconds < earlier.nanoseconds ? .min : .max) : difference
  }
}

/// A reading of CLOCK_BOOTTIME in nanoseconds: leases expire by it, a suspended machine included.
@frozen
public struct BootInstant: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  @inlinable public static func < (a: BootInstant, b: BootInstant) -> Bool {
    a.nanoseconds < b.nanoseconds
  }
}

/// Milliseconds since the Unix epoch, as OKX stamps (`ts`) and `expTime` use them. Display and venue only.
@frozen
public struct WallMilliseconds: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var milliseconds: Int64

  @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  @inlinable public static func < (a: WallMilliseconds, b: WallMilliseconds) -> Bool {
    a.milliseconds < b.milliseconds
  }
}
