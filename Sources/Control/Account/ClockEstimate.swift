// What answers of `public/time` say of two clocks: an interval that each answer narrows; pure, control plane.

import Channels
import Quantities

/// An answer that left and came at known times bounds the exchange's clock from both sides, whatever the way took: the
/// stamp was read between the two. Slow answers bound it loosely and do no harm; an answer that contradicts the bounds
/// says that a clock was set, and counts alone.
public struct ClockEstimate: Sendable {
  /// Nanoseconds that the exchange's time since 1970 lies ahead of boot time, at least and at most.
  private var low: Int64 = 0
  private var high: Int64 = 0
  private var takenAt: BootInstant?

  /// How far two clocks may part, of each nanosecond: 100 millionths, twice what a poor quartz does.
  static let driftDivisor: Int64 = 10_000
  /// Stamps outside of 2020 to 2100 are no time.
  static let stampsMilliseconds: ClosedRange<Int64> = 1_577_836_800_000...4_102_444_800_000

  public init() {}

  /// The estimate after one answer; nil where the stamp is no time or the answer came before it left.
  public mutating func take(
    _ stated: WallMilliseconds, sentAt: BootInstant, receivedAt: BootInstant
  ) -> VenueClock.Offset? {
    guard ClockEstimate.stampsMilliseconds.contains(stated.milliseconds), receivedAt >= sentAt
    else { return nil }
    // A stamp holds for a whole millisecond.
    let nanoseconds = stated.milliseconds * 1_000_000
    let least = nanoseconds &- receivedAt.nanoseconds
    let most = nanoseconds &+ 1_000_000 &- sentAt.nanoseconds
    if let takenAt {
      let drift =
        max(0, receivedAt.nanoseconds &- takenAt.nanoseconds) / ClockEstimate.driftDivisor
      (low, high) = (max(low &- drift, least), min(high &+ drift, most))
    }
    if takenAt == nil || low > high { (low, high) = (least, most) }
    takenAt = receivedAt
    return VenueClock.Offset(
      nanoseconds: low &+ (high &- low) / 2, uncertainty: (high &- low) / 2 &+ 1,
      measuredAt: receivedAt)
  }
}
