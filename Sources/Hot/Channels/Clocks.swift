// The clocks as one call each, and the reading that a loop makes once a poll; hot plane (vDSO, no system call).
import CKernel
import Quantities

extension Instant {
  /// CLOCK_MONOTONIC now. For loops and the control plane: below a loop time is an argument.
  @inlinable public static func now() -> Instant { Instant(nanoseconds: ck_now_monotonic()) }
}

extension BootInstant {
  /// CLOCK_BOOTTIME now: what leases expire by.
  @inlinable public static func now() -> BootInstant {
    BootInstant(nanoseconds: ck_now_boottime())
  }
}

extension WallMilliseconds {
  /// CLOCK_REALTIME now: `expTime`, signatures and display only.
  @inlinable public static func now() -> WallMilliseconds {
    WallMilliseconds(milliseconds: ck_now_wall_ms())
  }
}

/// The clock of one hot thread: CLOCK_MONOTONIC at every reading, the others as offsets to it that are
/// measured now and then.
///
/// An offset moves only when it is off by `toleranceNanoseconds`: a slewed wall clock would change it at
/// every reading, and each change is a record.
public struct MomentClock: ~Copyable {
  private let exchange: VenueClock
  private var offsets: ClockOffsets
  private var measuredAt: Instant

  public static let measureNanoseconds: Int64 = 100_000_000
  public static let toleranceNanoseconds: Int64 = 500_000

  public init(_ exchange: VenueClock) {
    self.exchange = exchange
    measuredAt = Instant(nanoseconds: ck_now_monotonic())
    offsets = MomentClock.measure(measuredAt, exchange)
  }

  @_noLocks
  public mutating func read() -> Moment {
    let instant = Instant(nanoseconds: ck_now_monotonic())
    if instant.since(measuredAt) >= MomentClock.measureNanoseconds {
      measuredAt = instant
      let found = MomentClock.measure(instant, exchange)
      if MomentClock.differs(found.boot, offsets.boot)
        || MomentClock.differs(found.wall, offsets.wall)
        || MomentClock.differs(found.exchange, offsets.exchange)
      {
        offsets = found
      }
    }
    return Moment(instant, offsets)
  }

  @_noLocks
  private static func measure(_ instant: Instant, _ exchange: VenueClock) -> ClockOffsets {
    let boot = ck_now_boottime() &- instant.nanoseconds
    let wall = ck_now_wall_ns() &- instant.nanoseconds
    return ClockOffsets(
      boot: boot, wall: wall, exchange: boot &+ exchange.offset(orElse: wall &- boot))
  }

  @_noLocks
  private static func differs(_ one: Int64, _ other: Int64) -> Bool {
    (one &- other).magnitude >= UInt64(MomentClock.toleranceNanoseconds)
  }
}
