// Acknowledgements, lost ones, and a lost session; hot plane.

import Quantities

extension OrderTable {
  /// The reply to an `order` request.
  @_noLocks
  public mutating func orderReply(_ reply: OrderReply, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    guard let slot = slot(of: reply, isCancel: false) else {
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
    guard let slot = slot(of: reply, isCancel: true) else {
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
    unsafe orders[slot].cancelNotBefore = reply.receivedAt.advanced(
      byNanoseconds: OrderTable.cancelPause(orders[slot].cancelTries))
    var report = unsafe OrderTable.report(.cancelRejected, orders[slot], reply.receivedAt)
    report.code = .exchangeRejected
    report.exchangeCode = reply.code
    reports.append(report)
    if meaning == .ambiguous {
      becomeUnknown(slot, reply.receivedAt, exchangeCode: reply.code, into: &reports)
    }
    return .applied
  }

  /// The order that a reply is about: by its id, else by the request that it answers (an envelope without items).
  @_noLocks
  func slot(of reply: OrderReply, isCancel: Bool) -> Int? {
    if reply.clientOrder != .none { return byClient.find(reply.clientOrder.rawValue) }
    if reply.exchangeOrder != .none {
      let foreign = ClientOrderID(foreign: reply.exchangeOrder)
      if let slot = byClient.find(foreign.rawValue) { return slot }
    }
    if reply.request == 0 { return nil }
    // The newest first: it is what was just asked.
    var slot = working.last
    var left = working.count
    while slot != Order.noSlot && left > 0 {
      left &-= 1
      let at = Int(slot)
      let request = unsafe isCancel ? orders[at].cancelRequest : orders[at].request
      if request == reply.request { return at }
      slot = unsafe orders[at].previous
    }
    return nil
  }

  /// The order that a reply is about, as it stands before the reply is taken; nil where the table knows none.
  @_noLocks
  public func order(of reply: OrderReply, isCancel: Bool) -> Order? {
    guard let slot = slot(of: reply, isCancel: isCancel) else { return nil }
    return unsafe orders[slot]
  }

  /// An `error` event that names a request of ours, whichever operation it was: as its reply would.
  @_noLocks
  public mutating func requestError(_ reply: OrderReply, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    if slot(of: reply, isCancel: false) != nil { return orderReply(reply, into: &reports) }
    return cancelReply(reply, into: &reports)
  }

  /// How long after a refused cancel the next may follow: longer with each one sent.
  @_noLocks
  static func cancelPause(_ tries: UInt8) -> Int64 {
    let doublings = Int64(min(max(tries, 1), 6) &- 1)
    return 50_000_000 &<< doublings
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

  @_noLocks
  mutating func becomeUnknown(
    _ slot: Int, _ now: Instant, exchangeCode: Int32, into reports: inout ReportBuffer
  ) {
    unsafe orders[slot].isCancelInFlight = false
    let isUnknown = unsafe orders[slot].state == .unknown
    // What is asked about already stays so: a question begun anew with each cancel that fails would never be answered.
    if unsafe isUnknown && orders[slot].needsQuery { return }
    ask(slot, now)
    if isUnknown { return }
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
