// What the exchange has to be asked, when, and what its answers settle; hot plane.

import Quantities

extension OrderTable {
  /// Looks at up to `steps` orders at work for replies and pushes that should have come by now.
  @_noLocks
  public mutating func checkTimeouts(
    now: Instant, steps: Int, into reports: inout ReportBuffer
  ) {
    var left = min(steps, working.count)
    while left > 0 && reports.room >= ReportBuffer.perEventMax {
      left &-= 1
      var cursor = timeoutCursor
      guard let at = step(&cursor) else { return }
      timeoutCursor = cursor
      let order = unsafe orders[at]
      let isReplyLate =
        order.state == .sent && now.since(order.sentAt) > timeouts.replyNanoseconds
      let isCancelLate =
        order.isCancelInFlight && now.since(order.cancelSentAt) > timeouts.cancelNanoseconds
      if isReplyLate || isCancelLate {
        becomeUnknown(at, now, exchangeCode: 0, into: &reports)
      } else if order.state == .acknowledged && !order.needsQuery
        && now.since(order.sentAt) > timeouts.pushNanoseconds
      {
        ask(at, now)
      } else if !order.needsQuery && now.since(order.heardAt) > timeouts.quietNanoseconds
        && now.since(order.sentAt) > timeouts.quietNanoseconds
      {
        // A push that was lost on a line that stays up is found so.
        ask(at, now)
      }
    }
  }

  /// Orders at work that REST has said nothing of since `instant`, although something of them may have been missed.
  @_noLocks
  public func unanswered(since instant: Instant) -> Int {
    var count = 0
    var slot = working.first
    while slot != Order.noSlot {
      let order = unsafe orders[Int(slot)]
      if order.needsQuery && order.answeredAt < instant { count &+= 1 }
      slot = order.next
    }
    return count
  }

  /// The next question for the exchange; nil when the next `scanStepsMax` orders need none now. Taking it
  /// counts as asking.
  @_noLocks
  public mutating func nextQuery(now: Instant) -> OrderQuery? {
    if queriesPending == 0 { return nil }
    var left = min(OrderTable.scanStepsMax, working.count)
    while left > 0 {
      left &-= 1
      var cursor = queryCursor
      guard let at = step(&cursor) else { return nil }
      queryCursor = cursor
      let order = unsafe orders[at]
      if !order.needsQuery { continue }
      let waits =
        order.queriedAt != .zero && order.queriedAt >= order.querySince
        && now.since(order.queriedAt) < timeouts.queryRetryNanoseconds
      if waits { continue }
      unsafe orders[at].isQueryInFlight = true
      unsafe orders[at].queriedAt = now
      return OrderQuery(
        clientOrder: order.clientOrder, exchangeOrder: order.exchangeOrder,
        instrument: order.instrument, askedAt: now)
    }
    return nil
  }

  /// An order at work that a list of pending orders leaves out, although nothing was heard of it since, ended without
  /// its push: it is asked about.
  @_noLocks
  public mutating func questionUnlisted(askedAt: Instant, now: Instant) {
    var slot = working.first
    while slot != Order.noSlot {
      let at = Int(slot)
      let order = unsafe orders[at]
      slot = order.next
      if order.state != .live && order.state != .partiallyFilled { continue }
      let heard = max(order.heardAt, order.sentAt)
      if askedAt.since(heard) >= PositionWatch.longLagNanoseconds && !order.needsQuery {
        ask(at, now)
      }
    }
  }

  /// The answer to a question. One asked before the order became unknown is no answer.
  @_noLocks
  public mutating func answer(
    _ answer: OrderAnswer, now: Instant, into reports: inout ReportBuffer
  ) -> OrderOutcome {
    guard let slot = byClient.find(answer.clientOrder.rawValue) else {
      counters.unmatched &+= 1
      return .unmatched
    }
    let order = unsafe orders[slot]
    if order.state.isTerminal {
      counters.duplicates &+= 1
      return .duplicate
    }
    if answer.askedAt == order.queriedAt { unsafe orders[slot].isQueryInFlight = false }
    if !order.needsQuery || answer.askedAt < order.querySince { return .duplicate }
    if answer.kind != .failed {
      unsafe orders[slot].answeredAt = now
      unsafe orders[slot].heardAt = now
    }
    switch answer.kind {
    case .failed:
      return .applied
    case .found:
      return found(slot, answer.update, now, into: &reports)
    case .notFound:
      return notFound(slot, now, into: &reports)
    }
  }

  /// What REST shows of it. Fills that stay missing although it shows their sum are counted without their trades.
  @_noLocks
  mutating func found(
    _ slot: Int, _ update: OrderUpdate, _ now: Instant, into reports: inout ReportBuffer
  ) -> OrderOutcome {
    let outcome = apply(update, isReconciled: true, into: &reports)
    let order = unsafe orders[slot]
    if order.state.isTerminal || order.shortSince == .zero { return outcome }
    if now.since(order.shortSince) < timeouts.missingFillsNanoseconds { return outcome }
    inferFill(slot, update, into: &reports)
    if !settleClaim(slot, now, isReconciled: true, into: &reports) { settleQuery(slot) }
    return .applied
  }

  /// The exchange knows no such order, nor do its pending ones.
  @_noLocks
  mutating func notFound(_ slot: Int, _ now: Instant, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    let order = unsafe orders[slot]
    // Too early to tell from an order still under way: stays unknown, asked again.
    if now.since(order.sentAt) < timeouts.notFoundGraceNanoseconds && !order.wasAccepted {
      return .applied
    }
    if order.missingSince == .zero {
      unsafe orders[slot].missingSince = now
      return .applied
    }
    if now.since(order.missingSince) < timeouts.notFoundRepeatNanoseconds { return .applied }
    if order.wasAccepted {
      // An order cancelled without a fill vanishes from `trade/order` (OKX-135).
      finish(
        slot, as: order.claim ?? .cancelled, now, isReconciled: true,
        exchangeTime: order.exchangeTime, into: &reports)
    } else {
      reject(slot, .exchangeRejected, 51603, now, isReconciled: true, into: &reports)
    }
    // Kept beyond the end: it was concluded, not told.
    unsafe orders[slot].missingSince = order.missingSince
    return .applied
  }
}
