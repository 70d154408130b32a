// Orders the exchange holds, or may hold, and this run did not place; hot plane.

import Quantities

extension OrderTable {
  /// Where an order is held: under the id that a start of ours gave it, else under its exchange's.
  @_noLocks
  func slot(of update: OrderUpdate) -> Int? {
    if isOurs(update.clientOrder), let slot = byClient.find(update.clientOrder.rawValue) {
      return slot
    }
    return byClient.find(ClientOrderID(foreign: update.exchangeOrder).rawValue)
  }

  /// An order of this or an earlier start: by its id and our tag.
  @_noLocks
  func isOurs(_ update: OrderUpdate) -> Bool { update.hasOurTag && isOurs(update.clientOrder) }

  /// An id that this or an earlier start gave. A later start's cannot be ours: somebody else numbers orders so.
  @_noLocks
  func isOurs(_ client: ClientOrderID) -> Bool {
    !client.isForeign && client.start > 0 && client.start <= start
  }

  /// Takes up an order that the exchange shows at work: of an earlier start, so that it can be cancelled, or of someone
  /// else, so that it is counted. What it filled so far is history. False when it is known already, has ended, is of
  /// this start, or the table is full.
  @_noLocks
  public mutating func adopt(_ update: OrderUpdate, into reports: inout ReportBuffer) -> Bool {
    if update.state == .filled || update.state == .cancelled { return false }
    if isOurs(update) && update.clientOrder.start == start { return false }
    // What was counted of it as a stranger's is known; a stale push may say less, the rest was never seen.
    let counted = strangers.row(OrderTable.pair(update).order)
    let stated = min(max(0, update.cumulativeFilled.lots), update.quantity.lots)
    let known = min(max(stated, counted.counted), update.quantity.lots)
    guard let slot = take(update, filled: known, as: known > 0 ? .partiallyFilled : .live) else {
      return false
    }
    unsafe orders[slot].wasAccepted = true
    unsafe orders[slot].unseen = Quantity(lots: max(0, known &- counted.counted))
    unsafe orders[slot].adoptedAsOf = update.exchangeTime
    unsafe orders[slot].anonymous = Quantity(lots: min(counted.anonymous, known))
    unsafe reports.append(OrderTable.report(.live, orders[slot], update.receivedAt))
    return true
  }

  /// Takes up an order of an earlier start that has no proven end on record: it is *unknown*, and asked about. What the
  /// journal says was filled of it is counted already, and what pushes told of it before it was taken up.
  @_noLocks
  public mutating func adoptUnproven(
    _ update: OrderUpdate, now: Instant, into reports: inout ReportBuffer
  ) -> Bool {
    if !isOurs(update.clientOrder) || update.clientOrder.start == start { return false }
    let counted = strangers.row(OrderTable.pair(update).order)
    let heard = max(0, counted.counted &- counted.recorded)
    let (sum, overflow) = update.cumulativeFilled.lots.addingReportingOverflow(heard)
    let filled = overflow ? update.quantity.lots : min(sum, update.quantity.lots)
    guard let slot = take(update, filled: filled, as: .unknown) else { return false }
    unsafe orders[slot].anonymous = Quantity(lots: min(counted.anonymous, filled))
    ask(slot, now)
    // The gate counts it like any order that may rest.
    unsafe reports.append(OrderTable.report(.live, orders[slot], now))
    unsafe reports.append(OrderTable.report(.unknown, orders[slot], now))
    return true
  }

  /// What pending orders show of an order that is held already.
  @_noLocks
  public mutating func observe(_ update: OrderUpdate, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    guard slot(of: update) != nil else { return .unmatched }
    return apply(update, isReconciled: true, into: &reports)
  }

  /// Before the first push, whose growth would else be the whole order.
  public mutating func remember(_ order: RecordedOrder) {
    strangers.add(
      order.exchangeOrder.rawValue, of: order.instrument, counted: order.lots.lots,
      anonymous: order.nameless.lots,
      recorded: order.lots.lots)
  }

  /// A push shows that the order moves a position beside ours: its rows in `trade/fills`, which do not say so, count
  /// nothing.
  @_noLocks
  public mutating func shun(_ order: ExchangeOrderID) {
    strangers.mark(order.rawValue, isTold: false, isForeignMode: true)
  }

  /// True once for each order of other people that the table does not hold: one that filled at once, or a fill that REST
  /// alone tells.
  @_noLocks
  public mutating func isNewStranger(_ client: ClientOrderID, _ order: ExchangeOrderID) -> Bool {
    if isOurs(client) || order == .none { return false }
    if byClient.find(ClientOrderID(foreign: order).rawValue) != nil { return false }
    if strangers.row(order.rawValue).isTold { return false }
    strangers.mark(order.rawValue, isTold: true, isForeignMode: false)
    return true
  }

  /// An update of the order could not be read: it is asked about. False where the table does not hold it.
  @_noLocks
  public mutating func doubt(
    _ client: ClientOrderID, _ exchangeOrder: ExchangeOrderID, now: Instant
  ) -> Bool {
    let foreign = ClientOrderID(foreign: exchangeOrder).rawValue
    guard let slot = byClient.find(client.rawValue) ?? byClient.find(foreign) else { return false }
    if unsafe !orders[slot].state.isTerminal { ask(slot, now) }
    return true
  }

  /// The adopted order at work that an update speaks of.
  @_noLocks
  public func adopted(_ update: OrderUpdate) -> Order? {
    guard let slot = slot(of: update) else { return nil }
    let order = unsafe orders[slot]
    return order.isAdopted && !order.state.isTerminal ? order : nil
  }

  /// Somebody else's order is treated as ours from here on.
  @_noLocks
  public mutating func own(_ client: ClientOrderID) {
    guard let slot = byClient.find(client.rawValue), unsafe orders[slot].isForeign else { return }
    if unsafe !orders[slot].state.isTerminal { unsafe countForeign(orders[slot], by: -1) }
    unsafe orders[slot].isForeign = false
  }

  @_noLocks
  mutating func take(_ update: OrderUpdate, filled: Int64, as state: OrderPhase) -> Int? {
    if !isKnown(update.instrument) || update.quantity.lots <= 0 || filled < 0 { return nil }
    if self.slot(of: update) != nil { return nil }
    let isOurs = isOurs(update)
    let key = isOurs ? update.clientOrder : ClientOrderID(foreign: update.exchangeOrder)
    if key == .none { return nil }
    guard let slot = takeSlot() else { return nil }
    var order = Order()
    order.intent = IntentNumber(standingFor: key)
    order.clientOrder = key
    order.exchangeOrder = update.exchangeOrder
    order.instrument = update.instrument
    order.side = update.side
    order.type = update.type
    order.state = state
    order.isAdopted = true
    order.isForeign = !isOurs
    order.price = update.price
    order.quantity = update.quantity
    order.filled = Quantity(lots: filled)
    order.statedFilled = order.filled
    order.exchangeTime = update.exchangeTime
    order.heardAt = update.receivedAt
    if !update.averagePrice.isNone {
      order.filledCost = Int128(update.averagePrice.ticks) &* Int128(filled)
    }
    enlist(order, at: slot)
    counters.adopted &+= 1
    return Int(slot)
  }

  /// A push of an order that the table does not hold: another session's, a person's, or one ended long ago.
  @_noLocks
  mutating func applyUnmatched(_ update: OrderUpdate, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    counters.unmatched &+= 1
    if update.lastQuantity.lots > 0 {
      // It moves the account's position all the same. Of an order of this start, whose slot was given on long ago,
      // only what names a new trade does.
      let isPast = isOurs(update) && update.clientOrder.start == start
      let isNew =
        (update.tradeID != 0 || !isPast) && takeStranger(update, isRow: false, into: &reports)
      if !isNew { return .duplicate }
    }
    // With this push's fill counted, what is left can be adopted.
    _ = adopt(update, into: &reports)
    return .unmatched
  }
}
