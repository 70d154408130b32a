// Orders the exchange holds and this run did not place; hot plane.

import Quantities

extension OrderTable {
  /// Takes up an order of an earlier start (from `orders-pending` or a push), so that it can be cancelled.
  /// What it filled so far is history: only later fills are reported, without an intent. False when it is
  /// known already, has ended, is no id of an earlier start, or the table is full.
  @_noLocks
  public mutating func adopt(_ update: OrderUpdate) -> Bool {
    if update.clientOrder == .none || !isKnown(update.instrument) || update.quantity.lots <= 0 {
      return false
    }
    // A later start's cannot be ours: somebody else numbers orders on this account.
    if update.clientOrder.start == 0 || update.clientOrder.start >= start { return false }
    if update.state == .filled || update.state == .cancelled { return false }
    if byClient.find(update.clientOrder.rawValue) != nil { return false }
    guard let slot = takeSlot() else { return false }
    let known = min(max(0, update.cumulativeFilled.lots), update.quantity.lots)
    var order = Order()
    order.clientOrder = update.clientOrder
    order.exchangeOrder = update.exchangeOrder
    order.instrument = update.instrument
    order.side = update.side
    order.type = update.type
    order.state = known > 0 ? .partiallyFilled : .live
    order.isAdopted = true
    order.wasAccepted = true
    order.price = update.price
    order.quantity = update.quantity
    order.filled = Quantity(lots: known)
    order.statedFilled = order.filled
    if !update.averagePrice.isNone {
      order.filledCost = Int128(update.averagePrice.ticks) &* Int128(known)
    }
    enlist(order, at: slot)
    counters.adopted &+= 1
    return true
  }

  /// A push that names no order of the table: another session's, a person's, or one ended long ago.
  @_noLocks
  mutating func applyUnmatched(_ update: OrderUpdate, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    counters.unmatched &+= 1
    if update.clientOrder != .none && update.clientOrder.start == start {
      // Ours, and ended so long ago that its slot was given on: whatever it says was counted then.
      return .duplicate
    }
    if update.lastQuantity.lots > 0 {
      // It moves the account's position all the same.
      let pair = OrderTable.pair(update)
      if update.tradeID != 0 && trades.contains(pair) {
        counters.duplicates &+= 1
        return .duplicate
      }
      if update.tradeID != 0 { trades.insert(pair) }
      counters.fills &+= 1
      var report = Report(kind: .fill, instrument: update.instrument, side: update.side)
      report.clientOrder = update.clientOrder
      report.exchangeOrder = update.exchangeOrder
      report.price = update.price
      report.quantity = update.quantity
      report.cumulativeFilled = update.cumulativeFilled
      report.receivedAt = update.receivedAt
      OrderTable.describe(&report, update)
      reports.append(report)
    }
    // With this push's fill counted, what is left can be adopted.
    if update.clientOrder != .none { _ = adopt(update) }
    return .unmatched
  }
}
