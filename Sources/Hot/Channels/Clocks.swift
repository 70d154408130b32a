// The three clocks as one call each; hot plane (vDSO, no system call).
import CKernel
import Quantities

extension Instant {
  /// CLOCK_MONOTONIC now. A poll reads it once and passes it on.
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
