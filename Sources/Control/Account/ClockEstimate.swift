// What answers of `public/time` say of two clocks: an interval that each answer narrows; pure, control plane.

import Channels
import Quantities

/// An answer that left and came at known times bounds the exchange's clock from both sides, whatever the way took: the
/// stamp was read between the two. Slow answers bound it loosely and do no harm. An answer that contradicts the bounds says
/// that a clock was set, or is wrong (a cache, a stranger): it counts once a second one agrees with it.
public struct ClockEstimate: Sendable {
  /// Nanoseconds that the exchange's time since 1970 lies ahead of boot time, at least and at most.
  private var low: Int64 = 0
  private var high: Int64 = 0
  private var takenAt: BootInstant?
  /// The bounds of an answer that contradicted, until the next one.
  private var doubted: (low: Int64, high: Int64)?

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
    guard let before = takenAt else {
      (low, high) = (least, most)
      takenAt = receivedAt
      return estimate(at: receivedAt)
    }
    let drift = max(0, receivedAt.nanoseconds &- before.nanoseconds) / ClockEstimate.driftDivisor
    let (narrowLow, narrowHigh) = (max(low &- drift, least), min(high &+ drift, most))
    if narrowLow <= narrowHigh {
      (low, high) = (narrowLow, narrowHigh)
      doubted = nil
    } else {
      let second = doubted.map {
        (low: max($0.low &- drift, least), high: min($0.high &+ drift, most))
      }
      guard let second, second.low <= second.high else {
        doubted = (least, most)
        return estimate(at: before)
      }
      (low, high) = second
      doubted = nil
    }
    takenAt = receivedAt
    return estimate(at: receivedAt)
  }

  private func estimate(at time: BootInstant) -> VenueClock.Offset {
    VenueClock.Offset(
      nanoseconds: low &+ (high &- low) / 2, uncertainty: (high &- low) / 2 &+ 1,
      measuredAt: time)
  }
}
