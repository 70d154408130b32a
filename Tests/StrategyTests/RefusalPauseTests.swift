// After refusals the follower waits, longer with each; towards zero it tries more often.

import Quantities
import Strategy
import Testing

@Suite struct RefusalPauseTests {
  private let settings: FollowerSettings = {
    var settings = FollowerSettings()
    settings.orderLotsMaximum = 50
    return settings
  }()

  @Test func refusalsPauseIt() {
    var venue = ToyVenue(
      SignalFollower(settings: settings, instrumentCount: 1), seed: 11)
    venue.refusals = 1_000
    venue.lease(target: 100, urgency: .high)
    for _ in 0..<1_000 { venue.step() }
    // 10 s: at once, after 1, 2 and 4 more, each with the delay of its verdict.
    #expect(venue.intents.count == 4)
    #expect(venue.openCount(.buy) == 0)
    // A new decision is tried at once where the last refusal is a second old, and again after that second.
    venue.lease(target: 101, urgency: .high, request: 2)
    for _ in 0..<250 { venue.step() }
    #expect(venue.intents.count == 6)
    venue.refusals = 0
    for _ in 0..<1_000 { venue.step() }
    #expect(venue.position == 101)
  }

  /// Nothing gets out at all: an order a minute, but one every few seconds towards zero.
  @Test func exitsAreTriedMoreOftenThanEntries() {
    var counts: [Int] = []
    for state in [TradingState.active, .reduceOnly] {
      var venue = ToyVenue(
        SignalFollower(settings: settings, instrumentCount: 1), seed: 11)
      venue.lease(target: 50, urgency: .high, life: 3_600_000_000_000)
      for _ in 0..<500 { venue.step() }
      #expect(venue.position == 50)
      venue.refusals = 1_000
      var report = Report(kind: .tradingState, instrument: .none)
      report.detail = state.rawValue
      venue.inFlight.apply(report)
      venue.lease(target: 0, urgency: .high, life: 3_600_000_000_000, request: 2)
      let before = venue.intents.count
      for _ in 0..<30_000 { venue.step() }
      counts.append(venue.intents.count - before)
    }
    // 300 s: after 1, 2, 4, 8, 16, 32, then each 60; or after 1, 2, then each 4.
    #expect((9...11).contains(counts[0]), "\(counts[0])")
    #expect((70...77).contains(counts[1]), "\(counts[1])")
  }
}
