// Works the position of each instrument towards the target of its lease; hot plane.

import Book
import Quantities

/// Passive by default (post-only at the best price of its side), crossing when urgency or time demands it;
/// one working order a side; moved rarely; nothing while a cancel of its own is in flight.
///
/// A lease that expired or drifted, or whose position somebody else moved, is dead for good: its working orders are cancelled, the position stays.
/// From a book that is not valid nothing is decided; only one that stays so past
/// `invalidBookPatienceNanoseconds` has its resting orders pulled, which no longer is a view on prices.
@safe
public struct SignalFollower: Strategy, ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; indexed by
  // instrument ids checked against `instrumentCount`.
  let rows: UnsafeMutablePointer<FollowerRow>
  public let instrumentCount: Int

  /// `settings` has one entry per instrument.
  public init(settings: [FollowerSettings]) {
    instrumentCount = settings.count
    unsafe rows = .allocate(capacity: max(1, settings.count))
    for (index, item) in settings.enumerated() {
      unsafe (rows + index).initialize(to: FollowerRow(item))
    }
  }

  public init(settings: FollowerSettings = FollowerSettings(), instrumentCount: Int) {
    self.init(settings: Array(repeating: settings, count: instrumentCount))
  }

  deinit { unsafe rows.deallocate() }

  @_noLocks
  public mutating func decide(
    _ context: StrategyContext, working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) {
    let at = Int(context.instrument.id.index)
    if at >= instrumentCount { return }
    if !context.isQuotable {
      wait(at, context, working, into: &intents)
      return
    }
    unsafe rows[at].isWaitingForBook = false
    // The sender cancels by itself in these states and lets nothing out.
    if context.tradingState.rawValue >= TradingState.cancelOnly.rawValue { return }
    if context.isFlattening {
      pursue(at, 0, crosses: true, reduces: true, context, working, into: &intents)
      return
    }
    let lease = context.lease
    if context.isMuted || !lease.isPresent {
      pullAll(at, context, working, into: &intents)
      return
    }
    if !lease.isLive(at: context.boot) {
      if unsafe rows[at].settings.flattensOnExpiry {
        pursue(at, 0, crosses: true, reduces: true, context, working, into: &intents)
      } else {
        pullAll(at, context, working, into: &intents)
      }
      return
    }
    if isDrifted(at, lease, context.midHalfTicks) {
      pullAll(at, context, working, into: &intents)
      return
    }
    if isOvertaken(at, lease, context) {
      pullAll(at, context, working, into: &intents)
      return
    }
    unsafe rows[at].begin(lease)
    let crosses = unsafe SignalFollower.isTimeToCross(lease, context.boot, rows[at].settings)
    let reduces = context.tradingState == .reduceOnly
    pursue(
      at, lease.target.lots, crosses: crosses, reduces: reduces, context, working, into: &intents)
  }

  @_noLocks
  public mutating func observe(_ verdict: Verdict, now: Instant) {
    if verdict.code != .approved && verdict.kind == .place { pause(verdict.instrument, now) }
  }

  @_noLocks
  public mutating func observe(_ report: Report, now: Instant) {
    if report.kind == .rejected { pause(report.instrument, now) }
    let isOthers = report.intent == .none || report.intent.isStandIn
    let isTaken = report.kind == .acknowledged || report.kind == .live || report.kind == .fill
    if isTaken && !isOthers { accept(report.instrument) }
    // Somebody else moved the position: a liquidation, a person, or what the exchange says against our count.
    let isMoved =
      report.kind == .fill ? isOthers : report.kind == .position && report.detail == 1
    let at = Int(report.instrument.index)
    if isMoved && at < instrumentCount { unsafe rows[at].movedAt = now }
  }

  /// Sizes and distances of its settings stay what they are in money.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let at = Int(change.instrument.id.index)
    if at >= instrumentCount { return }
    unsafe rows[at].settings.orderLotsMaximum = change.lots(rows[at].settings.orderLotsMaximum)
    unsafe rows[at].settings.repriceTicks = change.ticks(rows[at].settings.repriceTicks)
  }

  /// A lease was decided on a position that somebody else has changed since: it is dead, or a liquidation would be bought
  /// back and a person fought.
  @_noLocks
  func isOvertaken(_ at: Int, _ lease: SignalLease, _ context: StrategyContext) -> Bool {
    let movedAt = unsafe rows[at].movedAt
    if movedAt == .zero { return false }
    let age = context.boot.nanoseconds &- lease.issuedAt.nanoseconds
    return context.now.since(movedAt) <= age
  }

  @_noLocks
  mutating func pause(_ instrument: InstrumentID, _ now: Instant) {
    let at = Int(instrument.index)
    if at >= instrumentCount { return }
    unsafe rows[at].refusals = min(rows[at].refusals &+ 1, FollowerRow.refusalsMax)
    unsafe rows[at].refusedAt = now
  }

  /// An order was taken: whatever was refused before is over.
  @_noLocks
  mutating func accept(_ instrument: InstrumentID) {
    let at = Int(instrument.index)
    if at < instrumentCount { unsafe rows[at].refusals = 0 }
  }
}

/// What the follower remembers of one instrument.
struct FollowerRow: BitwiseCopyable {
  var settings: FollowerSettings
  var orderRate: RateBudget
  var cancelRate: RateBudget
  /// Refusals since the last order that was taken, and when the latest came.
  var refusals: Int64 = 0
  var refusedAt = Instant.zero
  /// Of the lease that is followed.
  var issuedAt: Int64 = 0
  var crossedAt = Instant.zero
  var hasCrossed = false
  var isWaitingForBook = false
  var waitsSince = Instant.zero
  /// When somebody else last moved the position; `.zero`: nobody did.
  var movedAt = Instant.zero
  /// The lease that drifted: it stays dead when the price comes back.
  var deadRequest: UInt64 = 0
  var deadIssuedAt: Int64 = 0
  var hasDead = false

  init(_ settings: FollowerSettings) {
    self.settings = settings
    orderRate = settings.rate
    cancelRate = settings.rate
  }

  /// Doubling beyond the longest pause serves nothing.
  static var refusalsMax: Int64 { 16 }

  /// A new decision is worth a new try: its pauses begin anew.
  @_noLocks
  mutating func begin(_ lease: SignalLease) {
    if lease.issuedAt.nanoseconds == issuedAt { return }
    issuedAt = lease.issuedAt.nanoseconds
    refusals = min(refusals, 1)
  }

  /// After a refusal nothing goes out for a while, twice as long with each that follows.
  @_noLocks
  func isPausing(at now: Instant, exits: Bool) -> Bool {
    if refusals == 0 { return false }
    let longest =
      exits ? settings.exitPauseMaximumNanoseconds : settings.refusalPauseMaximumNanoseconds
    let pause = settings.refusalPauseNanoseconds &<< (refusals &- 1)
    return now.since(refusedAt) < min(pause, max(longest, settings.refusalPauseNanoseconds))
  }
}
