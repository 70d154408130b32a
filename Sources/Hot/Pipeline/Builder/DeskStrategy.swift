// The strategy this binary runs, composed at compile time: a desk puts its own here; hot plane.

import Quantities
import Strategy

/// Which of the composed strategies decides; chosen at start.
public enum StrategyChoice: Sendable {
  /// Works towards each instrument's lease.
  case follower([FollowerSettings])
  /// An order for every book update of one instrument: loopback latency measurements only.
  case reflex(InstrumentID)
  /// Watches and wants nothing.
  case silent
}

/// One predictable branch instead of an existential, so that Builder's step stays provably free of locks.
struct DeskStrategy: ~Copyable {
  private enum Kind: UInt8 { case follower, reflex, silent }
  private let kind: Kind
  private var follower: SignalFollower
  private var reflex: Reflex

  init(_ choice: StrategyChoice) {
    switch choice {
    case .follower(let settings):
      kind = .follower
      follower = SignalFollower(settings: settings)
      reflex = Reflex(instrument: .none)
    case .reflex(let instrument):
      kind = .reflex
      follower = SignalFollower(settings: [])
      reflex = Reflex(instrument: instrument)
    case .silent:
      kind = .silent
      follower = SignalFollower(settings: [])
      reflex = Reflex(instrument: .none)
    }
  }

  var readsIndicators: Bool {
    @_noLocks get { kind == .follower ? SignalFollower.readsIndicators : Reflex.readsIndicators }
  }

  @_noLocks
  mutating func decide(
    _ context: StrategyContext, working: borrowing IntentsInFlight, into intents: inout IntentBuffer
  ) {
    switch kind {
    case .follower: follower.decide(context, working: working, into: &intents)
    case .reflex: reflex.decide(context, working: working, into: &intents)
    case .silent: break
    }
  }

  @_noLocks
  mutating func take(_ change: InstrumentChange) {
    if kind == .follower { follower.take(change) }
  }

  @_noLocks
  mutating func observe(_ verdict: Verdict, now: Instant) {
    if kind == .follower { follower.observe(verdict, now: now) }
  }

  @_noLocks
  mutating func observe(_ report: Report, now: Instant) {
    if kind == .follower { follower.observe(report, now: now) }
  }
}
