// Order pushes and the same records from REST: what they say of an order's state and its end; hot plane.

import Quantities

extension OrderTable {
  /// An `orders` push. Idempotent (docs/OKX.md OKX-108): everything repeated is counted and changes nothing. Pushes
  /// may precede the reply, and a fill counts whatever state its order is in.
  @_noLocks
  public mutating func apply(_ update: OrderUpdate, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    apply(update, isReconciled: false, into: &reports)
  }

  @_noLocks
  mutating func apply(
    _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> OrderOutcome {
    if !isKnown(update.instrument) || update.lastQuantity.lots < 0
      || update.cumulativeFilled.lots < 0 || update.quantity.lots < 0
    {
      counters.contradictions &+= 1
      return .contradiction
    }
    guard let slot = slot(of: update) else {
      return applyUnmatched(update, into: &reports)
    }
    let order = unsafe orders[slot]
    if order.instrument != update.instrument || order.side != update.side {
      counters.contradictions &+= 1
      return .contradiction
    }
    if order.state == .prepared {
      // Nothing was sent under this id.
      counters.contradictions &+= 1
      return .contradiction
    }
    if order.state.isTerminal {
      if isAlive(order, after: update) && working.count < OrderTable.workingMax {
        counters.contradictions &+= 1
        revive(slot)
      } else {
        return applyLate(slot, update, isReconciled: isReconciled, into: &reports)
      }
    }
    return advance(slot, update, isReconciled: isReconciled, into: &reports)
  }

  /// An order taken for ended that the exchange shows at work, later than anything it had said before.
  @_noLocks
  func isAlive(_ order: Order, after update: OrderUpdate) -> Bool {
    if update.state != .live && update.state != .partiallyFilled { return false }
    let isNeverHeardOf = order.state == .rejected && order.exchangeTime.milliseconds == 0
    // Nobody told an end that was only concluded from "not found": it has no time of its own.
    let isConcluded = order.missingSince != .zero
    return isNeverHeardOf || update.exchangeTime > order.exchangeTime
      || isConcluded && update.exchangeTime == order.exchangeTime
  }

  /// A push of an order that has ended: its fill counts where it is new.
  @_noLocks
  mutating func applyLate(
    _ slot: Int, _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> OrderOutcome {
    state(slot, update, into: &reports)
    if takeFill(slot, update, isReconciled: isReconciled, into: &reports) { return .applied }
    counters.duplicates &+= 1
    return .duplicate
  }

  /// Keeps the larger of what was stated as filled in all, and the size as the exchange has it now.
  @_noLocks
  mutating func state(
    _ slot: Int, _ update: OrderUpdate, into reports: inout ReportBuffer
  ) {
    amend(slot, update, into: &reports)
    let before = unsafe orders[slot]
    var stated = max(before.statedFilled.lots, update.cumulativeFilled.lots)
    if update.state == .filled { stated = max(stated, before.quantity.lots) }
    if stated > before.quantity.lots {
      counters.contradictions &+= 1
      stated = max(before.quantity.lots, before.filled.lots)
    }
    unsafe orders[slot].statedFilled = Quantity(lots: stated)
    unsafe orders[slot].wasAccepted = true
    unsafe orders[slot].missingSince = .zero
    unsafe orders[slot].heardAt = update.receivedAt
    if before.exchangeOrder == .none {
      unsafe orders[slot].exchangeOrder = update.exchangeOrder
    }
    if update.exchangeTime > before.exchangeTime {
      unsafe orders[slot].exchangeTime = update.exchangeTime
    }
  }

  /// A person amended the order, or the exchange shrank it with its position (docs/OKX.md OKX-116).
  @_noLocks
  mutating func amend(
    _ slot: Int, _ update: OrderUpdate, into reports: inout ReportBuffer
  ) {
    let before = unsafe orders[slot]
    let isPrice = !update.price.isNone && update.price != before.price
    let isSize = update.quantity.lots > 0 && update.quantity != before.quantity
    if !isPrice && !isSize || update.exchangeTime < before.exchangeTime { return }
    if isSize && update.quantity.lots < before.filled.lots {
      counters.contradictions &+= 1
      return
    }
    if !before.state.isTerminal { closeLots(before.remaining.lots, of: before) }
    if isPrice { unsafe orders[slot].price = update.price }
    if isSize { unsafe orders[slot].quantity = update.quantity }
    if before.state.isTerminal { return }
    let after = unsafe orders[slot]
    closeLots(0 &- after.remaining.lots, of: after)
    var report = OrderTable.report(.live, after, update.receivedAt)
    report.exchangeTime = update.exchangeTime
    reports.append(report)
  }

  @_noLocks
  mutating func advance(
    _ slot: Int, _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> OrderOutcome {
    let before = unsafe orders[slot]
    state(slot, update, into: &reports)
    var changed = false
    switch update.state {
    case .live, .partiallyFilled:
      changed = goLive(slot, update, before, isReconciled: isReconciled, into: &reports)
      if takeFill(slot, update, isReconciled: isReconciled, into: &reports) { changed = true }
      let after = unsafe orders[slot]
      if after.state != .unknown && after.filled.lots > 0 {
        unsafe orders[slot].state = .partiallyFilled
      }
      // A fill is missing: it may still come out of order; ask meanwhile.
      if after.filled.lots < after.statedFilled.lots { fallShort(slot, update.receivedAt) }
      _ = settleClaim(slot, update.receivedAt, isReconciled: isReconciled, into: &reports)
    case .filled, .cancelled:
      if takeFill(slot, update, isReconciled: isReconciled, into: &reports) { changed = true }
      let end: OrderPhase = update.state == .filled ? .filled : .cancelled
      claim(slot, end, update, into: &reports)
      if unsafe settleClaim(
        slot, update.receivedAt, isReconciled: isReconciled,
        detail: update.cancelSource, into: &reports) || orders[slot].claim != before.claim
      {
        changed = true
      }
    }
    if !changed { counters.duplicates &+= 1 }
    return changed ? .applied : .duplicate
  }

  /// The exchange has it at work. True when that is news.
  @_noLocks
  mutating func goLive(
    _ slot: Int, _ update: OrderUpdate, _ before: Order, isReconciled: Bool,
    into reports: inout ReportBuffer
  ) -> Bool {
    if before.claim != nil {
      // Older than the end that was claimed: it says nothing against it.
      if update.exchangeTime <= before.exchangeTime { return false }
      counters.contradictions &+= 1
      unsafe orders[slot].claim = nil
    }
    settleQuery(slot)
    let isNews =
      before.state == .sent || before.state == .acknowledged || before.state == .unknown
    if !isNews { return false }
    // A cancel that is in flight says nothing against the order being live until it is done.
    unsafe orders[slot].state = before.filled.lots > 0 ? .partiallyFilled : .live
    var report = unsafe OrderTable.report(.live, orders[slot], update.receivedAt)
    report.exchangeTime = update.exchangeTime
    report.isReconciled = isReconciled
    reports.append(report)
    return true
  }

  /// Takes down how the exchange says the order ended. With fills of it missing it becomes *unknown* meanwhile.
  @_noLocks
  mutating func claim(
    _ slot: Int, _ end: OrderPhase, _ update: OrderUpdate, into reports: inout ReportBuffer
  ) {
    let order = unsafe orders[slot]
    unsafe orders[slot].claim = end
    unsafe orders[slot].isCancelInFlight = false
    if order.filled.lots >= order.statedFilled.lots { return }
    becomeUnknown(slot, update.receivedAt, exchangeCode: 0, into: &reports)
    fallShort(slot, update.receivedAt)
  }

  /// Fills of it are missing: the exchange is asked until they are there.
  @_noLocks
  mutating func fallShort(_ slot: Int, _ now: Instant) {
    if unsafe orders[slot].shortSince == .zero { unsafe orders[slot].shortSince = now }
    if unsafe !orders[slot].needsQuery { ask(slot, now) }
  }

  /// Ends an order whose claimed end agrees with the fills counted. True when it did.
  @_noLocks
  mutating func settleClaim(
    _ slot: Int, _ now: Instant, isReconciled: Bool, detail: UInt8 = 0,
    into reports: inout ReportBuffer
  ) -> Bool {
    let order = unsafe orders[slot]
    guard let end = order.claim, order.filled.lots >= order.statedFilled.lots else { return false }
    finish(
      slot, as: end, now, isReconciled: isReconciled, exchangeTime: order.exchangeTime,
      detail: detail, into: &reports)
    return true
  }

  @_noLocks
  mutating func finish(
    _ slot: Int, as state: OrderPhase, _ now: Instant, isReconciled: Bool,
    exchangeTime: WallMilliseconds = WallMilliseconds(milliseconds: 0), detail: UInt8 = 0,
    into reports: inout ReportBuffer
  ) {
    end(slot, as: state)
    if state == .filled { counters.filled &+= 1 } else { counters.cancelled &+= 1 }
    var report = unsafe OrderTable.report(
      state == .filled ? .filled : .cancelled, orders[slot], now)
    report.exchangeTime = exchangeTime
    report.isReconciled = isReconciled
    report.detail = detail
    reports.append(report)
  }
}
