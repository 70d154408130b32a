// What latencies are measured with: the CPU's time-stamp counter, calibrated once at start; hot plane.
import CKernel
import Quantities

/// Turns counter readings into nanoseconds. Copied into whoever stamps; every stamp of one run comes from
/// one calibration, so stamps of two threads may be subtracted where the counter is invariant.
///
/// Only ever subtract a stamp from a stamp: the counter drifts from CLOCK_MONOTONIC.
@frozen
public struct StampClock: Sendable {
  @usableFromInline
  enum Source: UInt8, Sendable {
    case counter, monotonic, fixed
  }
  @usableFromInline let source: Source
  /// Nanoseconds a tick, in units of 2^-32.
  @usableFromInline let scale: UInt64

  @inlinable
  init(source: Source, scale: UInt64) {
    self.source = source
    self.scale = scale
  }

  /// CLOCK_MONOTONIC itself: where the CPU has no counter of constant rate.
  @inlinable public static var monotonic: StampClock {
    StampClock(source: .monotonic, scale: 1 << 32)
  }

  /// Always the same stamp: what a test uses that compares records byte for byte.
  @inlinable public static var fixed: StampClock { StampClock(source: .fixed, scale: 0) }

  /// Length of the calibration, nanoseconds: two readings that are each known to some 50 ns over 20 ms
  /// make an error of 5 in a million.
  public static let calibrationNanoseconds: Int64 = 20_000_000

  /// The counter, held against CLOCK_MONOTONIC for `calibrationNanoseconds`; `monotonic` where CPUID does
  /// not promise a constant rate. Sleeps: for start-up.
  public static func calibrated() -> StampClock {
    if ck_ticks_invariant() == 0 { return .monotonic }
    let first = pair()
    ck_sleep(calibrationNanoseconds)
    let last = pair()
    let ticks = last.ticks &- first.ticks
    let elapsed = last.nanoseconds - first.nanoseconds
    guard ticks > 0, elapsed > 0, ticks < UInt64(1) << 62 else { return .monotonic }
    let (quotient, _) = ticks.dividingFullWidth(
      (UInt64(elapsed) >> 32, UInt64(elapsed) << 32))
    // Between a counter of 25 MHz and one of 40 GHz; anything else is no counter to measure with.
    return quotient > 1 << 26 && quotient < 1 << 38
      ? StampClock(source: .counter, scale: quotient) : .monotonic
  }

  /// The counter and the clock at one time: the narrowest of a few tries.
  private static func pair() -> (ticks: UInt64, nanoseconds: Int64) {
    var best = (ticks: UInt64(0), nanoseconds: Int64(0))
    var width = UInt64.max
    for _ in 0..<16 {
      let before = ck_ticks()
      let now = ck_now_monotonic()
      let after = ck_ticks()
      if after &- before < width {
        width = after &- before
        best = (before &+ width / 2, now)
      }
    }
    return best
  }

  @inlinable
  @inline(__always)
  public func now() -> Stamp {
    switch source {
    case .counter: Stamp(ticks: ck_ticks())
    case .monotonic: Stamp(ticks: UInt64(bitPattern: ck_now_monotonic()))
    case .fixed: .zero
    }
  }

  /// Nanoseconds between two stamps; 0 where another CPU's counter lies a little behind.
  @inlinable
  public func nanoseconds(from earlier: Stamp, to later: Stamp) -> Int64 {
    nanoseconds(ticks: Int64(bitPattern: later.ticks &- earlier.ticks))
  }

  @inlinable
  public func nanoseconds(ticks: Int64) -> Int64 {
    if ticks <= 0 { return 0 }
    let product = UInt64(bitPattern: ticks).multipliedFullWidth(by: scale)
    return Int64(truncatingIfNeeded: product.high << 32 | product.low >> 32)
  }
}
