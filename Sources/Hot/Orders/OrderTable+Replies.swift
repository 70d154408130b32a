// Acknowledgements, lost ones, and the questions that settle them; hot plane.

import Quantities

extension OrderTable {
  /// The reply to an `order` request.
  @_noLocks
  public mutating func orderReply(_ reply: OrderReply, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    guard let slot = byClient.find(reply.clientOrder.rawValue) else {
      counters.unmatched &+= 1
      return .unmatched
    }
    if unsafe orders[slot].exchangeOrder == .none {
      unsafe orders[slot].exchangeOrder = reply.exchangeOrder
    }
    let order = unsafe orders[slot]
    let state = order.state
    let isWaiting = state == .sent || state == .unknown
    switch ReplyMeaning.ofOrder(reply.code) {
    case .accepted:
      unsafe orders[slot].wasAccepted = true
      if !isWaiting {
        // After its pushes, or twice: it says nothing new.
        counters.duplicates &+= 1
        return .duplicate
      }
      if state == .unknown && order.cancelSentAt != .zero {
        // What is unknown may be the cancel: only a push or an answer settles that.
        return .applied
      }
      unsafe orders[slot].state = .acknowledged
      settleQuery(slot)
      counters.acknowledged &+= 1
      unsafe reports.append(OrderTable.report(.acknowledged, orders[slot], reply.receivedAt))
      return .applied
    case .refused:
      if state.isTerminal || !isWaiting || order.wasAccepted {
        // Pushes said that it is (or was) at work: believe neither, ask.
        counters.contradictions &+= 1
        if !state.isTerminal { ask(slot, reply.receivedAt) }
        return .contradiction
      }
      reject(slot, .exchangeRejected, reply.code, reply.receivedAt, into: &reports)
      return .applied
    case .ambiguous:
      if !isWaiting {
        counters.duplicates &+= 1
        return .duplicate
      }
      becomeUnknown(slot, reply.receivedAt, exchangeCode: reply.code, into: &reports)
      return .applied
    }
  }

  /// The reply to a `cancel-order` request: 0 only says that the gateway took it, the push ends the order.
  @_noLocks
  public mutating func cancelReply(_ reply: OrderReply, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    guard let slot = byClient.find(reply.clientOrder.rawValue) else {
      counters.unmatched &+= 1
      return .unmatched
    }
    if unsafe orders[slot].state.isTerminal || !orders[slot].isCancelInFlight {
      counters.duplicates &+= 1
      return .duplicate
    }
    let meaning = ReplyMeaning.ofCancel(reply.code)
    if meaning == .accepted { return .applied }
    unsafe orders[slot].isCancelInFlight = false
    var report = unsafe OrderTable.report(.cancelRejected, orders[slot], reply.receivedAt)
    report.code = .exchangeRejected
    report.exchangeCode = reply.code
    reports.append(report)
    if meaning == .ambiguous {
      becomeUnknown(slot, reply.receivedAt, exchangeCode: reply.code, into: &reports)
    }
    return .applied
  }

  /// The private session is gone. Whatever was in flight becomes *unknown*, and every order at work will
  /// be asked about, since pushes may have been missed. False, and nothing done, when `reports` has no
  /// room for all of them: drain it and call again.
  @_noLocks
  public mutating func sessionDown(now: Instant, into reports: inout ReportBuffer) -> Bool {
    if reports.room < working.count { return false }
    var slot = working.first
    while slot != Order.noSlot {
      let at = Int(slot)
      let order = unsafe orders[at]
      slot = order.next
      if order.state == .prepared { continue }
      if order.state == .sent || order.isCancelInFlight {
        becomeUnknown(at, now, exchangeCode: 0, into: &reports)
      } else {
        ask(at, now)
      }
    }
    return true
  }

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
        order.isCancelInFlight && now.since(order.cancelSentAt) > timeouts.replyNanoseconds
      if isReplyLate || isCancelLate {
        becomeUnknown(at, now, exchangeCode: 0, into: &reports)
      } else if order.state == .acknowledged && !order.needsQuery
        && now.since(order.sentAt) > timeouts.pushNanoseconds
      {
        ask(at, now)
      }
    }
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
    switch answer.kind {
    case .failed:
      return .applied
    case .found:
      return apply(answer.update, isReconciled: true, into: &reports)
    case .notFound:
      if order.wasAccepted {
        // An order cancelled without a fill vanishes from `trade/order` (OKX-135).
        finish(slot, as: .cancelled, now, isReconciled: true, into: &reports)
        return .applied
      }
      // Too early to tell from an order still under way: stays unknown, asked again.
      if now.since(order.sentAt) < timeouts.notFoundGraceNanoseconds { return .applied }
      reject(slot, .exchangeRejected, 51603, now, isReconciled: true, into: &reports)
      return .applied
    }
  }

  @_noLocks
  mutating func becomeUnknown(
    _ slot: Int, _ now: Instant, exchangeCode: Int32, into reports: inout ReportBuffer
  ) {
    unsafe orders[slot].isCancelInFlight = false
    ask(slot, now)
    if unsafe orders[slot].state == .unknown { return }
    unsafe orders[slot].state = .unknown
    counters.becameUnknown &+= 1
    var report = unsafe OrderTable.report(.unknown, orders[slot], now)
    report.exchangeCode = exchangeCode
    reports.append(report)
  }

  @_noLocks
  mutating func reject(
    _ slot: Int, _ code: RefusalCode, _ exchangeCode: Int32, _ now: Instant,
    isReconciled: Bool = false, into reports: inout ReportBuffer
  ) {
    end(slot, as: .rejected)
    counters.rejected &+= 1
    var report = unsafe OrderTable.report(.rejected, orders[slot], now)
    report.code = code
    report.exchangeCode = exchangeCode
    report.isReconciled = isReconciled
    reports.append(report)
  }
}
