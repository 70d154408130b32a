// One reading of the clock, given to everything that a poll does; and the stamps that only measure; both planes.

/// How far boot time, wall time and the exchange's time lie ahead of the monotonic clock, nanoseconds.
///
/// They change rarely (a suspended machine, a step of a wall clock). A stage that uses one puts each
/// change on record before it acts by it, so that a journal gives back the moment of every poll.
@frozen
public struct ClockOffsets: Hashable, Sendable, BitwiseCopyable {
  public var boot: Int64
  public var wall: Int64
  /// Equal to `wall` while the exchange's clock is not measured.
  public var exchange: Int64

  @inlinable
  public init(boot: Int64 = 0, wall: Int64 = 0, exchange: Int64? = nil) {
    self.boot = boot
    self.wall = wall
    self.exchange = exchange ?? wall
  }
}

/// What time it is for one poll: read once by the loop that polls, and the only time there is below it.
@frozen
public struct Moment: Hashable, Sendable, BitwiseCopyable {
  /// Monotonic; staleness, rates and time-outs count in it.
  public var instant: Instant
  public var offsets: ClockOffsets

  @inlinable
  public init(_ instant: Instant, _ offsets: ClockOffsets = ClockOffsets()) {
    self.instant = instant
    self.offsets = offsets
  }

  /// What leases expire by.
  @inlinable public var boot: BootInstant {
    BootInstant(nanoseconds: instant.advanced(byNanoseconds: offsets.boot).nanoseconds)
  }

  /// By the exchange's clock: `expTime`, the age of its own stamps.
  @inlinable public var exchange: WallMilliseconds {
    WallMilliseconds(
      milliseconds: instant.advanced(byNanoseconds: offsets.exchange).nanoseconds / 1_000_000)
  }

  /// By our own clock: display and records.
  @inlinable public var wall: WallMilliseconds {
    WallMilliseconds(
      milliseconds: instant.advanced(byNanoseconds: offsets.wall).nanoseconds / 1_000_000)
  }

  @inlinable public static var zero: Moment { Moment(.zero) }
}

/// A reading of the counter that latencies are measured with. It has no order and no unit: only a
/// `StampClock` turns two of them into nanoseconds, and nothing decides on one.
@frozen
public struct Stamp: Sendable, BitwiseCopyable {
  public var ticks: UInt64
  @inlinable public init(ticks: UInt64) { self.ticks = ticks }
  @inlinable public static var zero: Stamp { Stamp(ticks: 0) }
}
