// The follower's steps: place, move, pull; hot plane.

import Quantities

extension SignalFollower {
  /// One step towards `target`: at most one cancel of this side, or one new order.
  @_noLocks
  mutating func pursue(
    _ at: Int, _ wanted: Int64, crosses: Bool, reduces: Bool, _ context: StrategyContext,
    _ working: borrowing IntentsInFlight, into intents: inout IntentBuffer
  ) {
    let target = SignalFollower.within(context.positionLotsMaximum, wanted)
    let position = context.position.lots
    let (difference, overflow) = target.subtractingReportingOverflow(position)
    let delta = overflow ? (target < position ? -Int64.max : Int64.max) : difference
    if delta == 0 {
      pullAll(at, context, working, into: &intents)
      return
    }
    let side: Side = delta > 0 ? .buy : .sell
    let needed = delta == .min ? Int64.max : abs(delta)
    let isOtherSideBusy = pull(at, side.opposite, context, working, into: &intents)
    if let own = working.working(context.instrument.id, side) {
      tend(at, own, needed: needed, crosses: crosses, context, into: &intents)
      return
    }
    // Its cancel first: until then both could fill, and they would meet each other.
    if isOtherSideBusy { return }
    place(
      at, side, needed: needed, crosses: crosses, reduces: reduces, context, into: &intents)
  }

  /// Decides about the working order of the wanted side.
  @_noLocks
  mutating func tend(
    _ at: Int, _ own: WorkingOrder, needed: Int64, crosses: Bool, _ context: StrategyContext,
    into intents: inout IntentBuffer
  ) {
    if own.isCancelInFlight || own.stage != .live || own.type == .immediateOrCancel { return }
    let best = own.side == .buy ? context.reference.bid.ticks : context.reference.ask.ticks
    let (gap, overflow) = best.subtractingReportingOverflow(own.price.ticks)
    let distance = overflow ? Int64.max : (gap == .min ? Int64.max : abs(gap))
    let settings = unsafe rows[at].settings
    let isFar = distance > settings.repriceTicks
    let isOld =
      distance > 0 && context.now.since(own.madeAt) >= settings.repriceNanoseconds
    if !crosses && !isFar && !isOld && own.remaining.lots <= needed { return }
    if unsafe !rows[at].cancelRate.take(at: context.now) { return }
    intents.cancel(context, own)
  }

  @_noLocks
  mutating func place(
    _ at: Int, _ side: Side, needed: Int64, crosses: Bool, reduces: Bool,
    _ context: StrategyContext, into intents: inout IntentBuffer
  ) {
    let settings = unsafe rows[at].settings
    if unsafe rows[at].isPausing(at: context.now, exits: reduces) { return }
    var lots = needed
    if reduces {
      // Only what shrinks the position may go out.
      let position = context.position.lots
      let held = position == .min ? Int64.max : abs(position)
      if (position > 0) == (side == .buy) || position == 0 { return }
      lots = min(lots, held)
    }
    if side == .sell { lots = min(lots, context.sellable.lots) }
    if settings.orderLotsMaximum > 0 { lots = min(lots, settings.orderLotsMaximum) }
    if context.orderLotsMaximum > 0 { lots = min(lots, context.orderLotsMaximum) }
    if context.instrument.maximumLots > 0 { lots = min(lots, context.instrument.maximumLots) }
    lots = context.instrument.onGrid(lots: lots)
    // What is left below the smallest order counts as arrived.
    if lots < max(1, context.instrument.minimumLots) { return }
    var price = side == .buy ? context.reference.bid : context.reference.ask
    if crosses {
      let hasCrossed = unsafe rows[at].hasCrossed
      let sinceCross = unsafe context.now.since(rows[at].crossedAt)
      let isTooSoon = hasCrossed && sinceCross < settings.crossIntervalNanoseconds
      if isTooSoon { return }
      price = context.instrument.onGrid(
        SignalFollower.crossingPrice(side, context, settings.crossBasisPoints), side)
    }
    if intents.room == 0 { return }
    if unsafe !rows[at].orderRate.take(at: context.now) { return }
    if crosses {
      unsafe rows[at].hasCrossed = true
      unsafe rows[at].crossedAt = context.now
    }
    intents.place(
      context, side: side, type: crosses ? .immediateOrCancel : .postOnly, price: price,
      quantity: Quantity(lots: lots), isReduceOnly: reduces)
  }

  /// The target that the Gate will let the position come to: a limit that was made stricter while a lease lives cuts it.
  @_noLocks
  static func within(_ limit: Int64, _ target: Int64) -> Int64 {
    limit > 0 ? min(max(target, 0 &- limit), limit) : target
  }

  /// The opposite best and `basisPoints` beyond it, rounded towards it; never below one tick.
  @_noLocks
  static func crossingPrice(
    _ side: Side, _ context: StrategyContext, _ basisPoints: Int64
  ) -> Price {
    let best = side == .buy ? context.reference.ask.ticks : context.reference.bid.ticks
    let allowance = Int128(best) &* Int128(max(0, basisPoints)) / 10_000
    let ticks = side == .buy ? Int128(best) &+ allowance : Int128(best) &- allowance
    if ticks < 1 { return Price(ticks: 1) }
    return Price(ticks: ticks > Int128(Int64.max) ? .max : Int64(truncatingIfNeeded: ticks))
  }

  /// Cancels every order of a side that has no cancel in flight. True while any is at work.
  @_noLocks
  mutating func pull(
    _ at: Int, _ side: Side, _ context: StrategyContext, _ working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) -> Bool {
    var next = working.working(context.instrument.id, side)
    let isBusy = next != nil
    while let order = next {
      // An unknown order is being asked about; an immediate one ends by itself.
      let canCancel =
        !order.isCancelInFlight && order.stage == .live && order.type != .immediateOrCancel
      if canCancel && intents.room > 0 {
        if unsafe !rows[at].cancelRate.take(at: context.now) { break }
        intents.cancel(context, order)
      }
      next = working.working(after: order)
    }
    return isBusy
  }

  @_noLocks
  mutating func pullAll(
    _ at: Int, _ context: StrategyContext, _ working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) {
    _ = pull(at, .buy, context, working, into: &intents)
    _ = pull(at, .sell, context, working, into: &intents)
  }

  /// The book is not to be believed: nothing, until patience is over.
  @_noLocks
  mutating func wait(
    _ at: Int, _ context: StrategyContext, _ working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) {
    if unsafe !rows[at].isWaitingForBook {
      unsafe rows[at].isWaitingForBook = true
      unsafe rows[at].waitsSince = context.now
      return
    }
    let patience = unsafe rows[at].settings.invalidBookPatienceNanoseconds
    if unsafe context.now.since(rows[at].waitsSince) > patience {
      pullAll(at, context, working, into: &intents)
    }
  }

  /// The lease has used the share of its time after which it crosses.
  @_noLocks
  static func isTimeToCross(
    _ lease: SignalLease, _ boot: BootInstant, _ settings: FollowerSettings
  ) -> Bool {
    let share = settings.crossAfter(lease.urgency)
    if share <= 0 { return true }
    let life = Int128(lease.expiresAt.nanoseconds) &- Int128(lease.issuedAt.nanoseconds)
    let used = Int128(boot.nanoseconds) &- Int128(lease.issuedAt.nanoseconds)
    return used &* 1_000 >= life &* Int128(share)
  }

  /// The mid left the lease's reference by more than it tolerates, now or before.
  @_noLocks
  mutating func isDrifted(_ at: Int, _ lease: SignalLease, _ midHalfTicks: Int64) -> Bool {
    if unsafe rows[at].hasDead && rows[at].deadRequest == lease.request
      && rows[at].deadIssuedAt == lease.issuedAt.nanoseconds
    {
      return true
    }
    if lease.maximumDriftBasisPoints == 0 || lease.referenceHalfTicks <= 0 { return false }
    let moved = Int128(midHalfTicks) &- Int128(lease.referenceHalfTicks)
    let magnitude = moved < 0 ? 0 &- moved : moved
    let tolerated = Int128(lease.referenceHalfTicks) &* Int128(lease.maximumDriftBasisPoints)
    if magnitude &* 10_000 <= tolerated { return false }
    unsafe rows[at].hasDead = true
    unsafe rows[at].deadRequest = lease.request
    unsafe rows[at].deadIssuedAt = lease.issuedAt.nanoseconds
    return true
  }
}
