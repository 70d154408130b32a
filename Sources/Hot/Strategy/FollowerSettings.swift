// How the signal follower works an order; made by configuration, read by the hot plane.

import Quantities

@frozen
public struct FollowerSettings: Sendable, BitwiseCopyable {
  /// Largest single order in lots; 0: only the exchange's own maximum cuts it.
  public var orderLotsMaximum: Int64 = 0
  /// A resting order is moved when the best price left it by more than this many ticks…
  public var repriceTicks: Int64 = 2
  /// …or left it at all and the order is at least this old.
  public var repriceNanoseconds: Int64 = 500_000_000
  /// How far beyond the opposite best a crossing order may trade. Keep it inside the gate's collar.
  public var crossBasisPoints: Int64 = 5
  /// Time between two crossing orders of an instrument.
  public var crossIntervalNanoseconds: Int64 = 200_000_000
  /// Share of a lease's time after which it crosses, in permille, by urgency. Above 1,000: never.
  public var crossAfterLow: Int64 = 1_001
  public var crossAfterNormal: Int64 = 500
  public var crossAfterHigh: Int64 = 0
  /// `on_expiry: flatten`: a lease that ran out takes the position to zero; otherwise it is kept.
  public var flattensOnExpiry = false
  /// Orders, and likewise cancels, of one instrument: half of what the exchange allows (60 per 2 s).
  public var rate = RateBudget(count: 30, windowNanoseconds: 2_000_000_000)
  /// No new order for this long after a refusal, and twice as long after each that follows it, until an order is taken
  /// or another lease begins.
  public var refusalPauseNanoseconds: Int64 = 1_000_000_000
  /// The longest of those pauses; the second one where the order takes the position towards zero.
  public var refusalPauseMaximumNanoseconds: Int64 = 60_000_000_000
  public var exitPauseMaximumNanoseconds: Int64 = 4_000_000_000
  /// A book that stays unusable for longer has its resting orders pulled.
  public var invalidBookPatienceNanoseconds: Int64 = 5_000_000_000

  @inlinable public init() {}

  @_noLocks
  func crossAfter(_ urgency: Urgency) -> Int64 {
    switch urgency {
    case .low: crossAfterLow
    case .normal: crossAfterNormal
    case .high: crossAfterHigh
    }
  }
}
