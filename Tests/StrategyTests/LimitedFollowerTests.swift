// The follower under the gate's limits in force: it plans with them instead of being refused.

import Quantities
import Strategy
import Testing

@Suite struct LimitedFollowerTests {
  /// Limits that are made stricter while a lease lives: smaller orders, and no further than the position limit.
  @Test(arguments: [(100, 30), (-100, -30), (20, 20)] as [(Int64, Int64)])
  func limitsInForceCutOrdersAndTarget(target: Int64, end: Int64) {
    var venue = ToyVenue(
      SignalFollower(instrumentCount: 1), seed: 5)
    venue.context.orderLotsMaximum = 7
    venue.context.positionLotsMaximum = 30
    venue.lease(target: target, urgency: .high, life: 60_000_000_000)
    for _ in 0..<2_500 { venue.step() }
    #expect(venue.position == end)
    let placed = venue.intents.filter { $0.kind == .place }
    #expect(
      placed.contains { $0.quantity.lots == 7 } && placed.allSatisfy { $0.quantity.lots <= 7 })
  }
}
