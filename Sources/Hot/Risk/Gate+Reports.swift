// What the sender reports, taken into the gate's exposure; hot plane.

import Quantities

extension Gate {
  /// Takes one report. Total: nothing a report says can trap the gate or make an exposure negative.
  @_noLocks
  public mutating func apply(_ report: Report) {
    switch report.kind {
    case .sent, .acknowledged, .cancelRejected, .unknown, .fillNamed, .sellable,
      .instrument:
      // None of them frees exposure; least of all `unknown`. A change of an instrument is the stage's to look up.
      break
    case .live:
      reopen(report)
    case .fill:
      fill(report)
    case .cancelled, .rejected, .filled:
      if !close(report.intent) { counters.unmatchedReports &+= 1 }
    case .position:
      if isKnown(report.instrument) {
        unsafe states[Int(report.instrument.index)].exposure.position = report.quantity.lots
      } else {
        counters.unmatchedReports &+= 1
      }
    case .tradingState:
      setState(report)
    case .session:
      isSessionUp = report.detail == 1
    }
  }

  /// An order that was taken for ended and turns out to rest on the book counts again, one that this run did not place
  /// (an earlier start's, somebody else's) counts from here on, and one that was amended counts as it is now.
  @_noLocks
  mutating func reopen(_ report: Report) {
    let left = report.quantity.lots.subtractingReportingOverflow(report.cumulativeFilled.lots)
    if report.intent == .none || !isKnown(report.instrument) || left.overflow
      || left.partialValue <= 0
    {
      return
    }
    if let slot = index.find(report.intent.rawValue) {
      let order = unsafe orders[slot]
      unsafe orders[slot].price = report.price.ticks
      unsafe orders[slot].remaining = left.partialValue
      let change = left.partialValue &- order.remaining
      unsafe states[Int(order.instrument.index)].exposure.add(
        order.side, change, isForeign: order.isForeign)
      return
    }
    if freeSlot == OpenOrder.noSlot { return }
    if !report.intent.isStandIn { counters.contradictions &+= 1 }
    count(
      report.intent, report.instrument, report.side, price: report.price.ticks,
      lots: left.partialValue, isForeign: report.intent.isStandIn && report.clientOrder == .none)
  }

  @_noLocks
  mutating func setState(_ report: Report) {
    let state = report.scopeState
    if report.instrument.isNone {
      deskState = state
    } else if isKnown(report.instrument) {
      unsafe states[Int(report.instrument.index)].state = state
    } else {
      counters.unmatchedReports &+= 1
    }
  }

  @_noLocks
  mutating func fill(_ report: Report) {
    let lots = report.lastQuantity.lots
    if !isKnown(report.instrument) || lots < 0 {
      counters.contradictions &+= 1
      return
    }
    let at = Int(report.instrument.index)
    let signed = report.side == .buy ? lots : 0 &- lots
    unsafe states[at].exposure.position = saturatingSum(states[at].exposure.position, signed)
    guard let slot = index.find(report.intent.rawValue) else {
      // A fill of an order from an earlier run moves the position and nothing else.
      counters.unmatchedReports &+= 1
      return
    }
    let order = unsafe orders[slot]
    if order.instrument != report.instrument || order.side != report.side
      || lots > order.remaining
    {
      counters.contradictions &+= 1
    }
    let freed = min(lots, order.remaining)
    unsafe orders[slot].remaining = order.remaining &- freed
    unsafe states[Int(order.instrument.index)].exposure.add(
      order.side, 0 &- freed, isForeign: order.isForeign)
  }
}
