// Order pushes and the same records from REST: fills once, ends once; hot plane.

import Quantities

extension OrderTable {
  /// An `orders` push. Idempotent (docs/OKX.md OKX-108): a fill is the first push per tradeId, an end
  /// the first per order; everything repeated is counted and changes nothing. Pushes may precede the reply.
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
    guard let slot = byClient.find(update.clientOrder.rawValue) else {
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
      // Rejected, yet the exchange has it: it counts again, and can be cancelled again.
      let isResurrected =
        order.state == .rejected && (update.state == .live || update.state == .partiallyFilled)
        && working.count < OrderTable.workingMax
      if !isResurrected {
        counters.duplicates &+= 1
        return .duplicate
      }
      counters.contradictions &+= 1
      revive(slot)
    }
    return advance(slot, update, isReconciled: isReconciled, into: &reports)
  }

  @_noLocks
  mutating func advance(
    _ slot: Int, _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> OrderOutcome {
    let before = unsafe orders[slot]
    unsafe orders[slot].wasAccepted = true
    if before.exchangeOrder == .none {
      unsafe orders[slot].exchangeOrder = update.exchangeOrder
    }
    var stated = max(before.statedFilled.lots, update.cumulativeFilled.lots)
    if update.state == .filled { stated = max(stated, before.quantity.lots) }
    if stated > before.quantity.lots {
      counters.contradictions &+= 1
      stated = before.quantity.lots
    }
    unsafe orders[slot].statedFilled = Quantity(lots: stated)

    let isAtWork = update.state == .live || update.state == .partiallyFilled
    let isNewlyLive =
      before.state == .sent || before.state == .acknowledged || before.state == .unknown
    var changed = false
    if isAtWork {
      if isNewlyLive {
        // A cancel that is in flight says nothing against the order being live until it is done.
        unsafe orders[slot].state = before.filled.lots > 0 ? .partiallyFilled : .live
        var report = unsafe OrderTable.report(.live, orders[slot], update.receivedAt)
        report.exchangeTime = update.exchangeTime
        report.isReconciled = isReconciled
        reports.append(report)
        changed = true
      }
      settleQuery(slot)
    }
    if takeFill(slot, update, isReconciled: isReconciled, into: &reports) { changed = true }
    switch update.state {
    case .live, .partiallyFilled:
      if unsafe orders[slot].filled.lots > 0 { unsafe orders[slot].state = .partiallyFilled }
      if unsafe orders[slot].filled.lots < stated {
        if isReconciled {
          inferFill(slot, update, into: &reports)
          changed = true
        } else {
          // A fill is missing: it may still come out of order; ask meanwhile.
          ask(slot, update.receivedAt)
        }
      }
    case .filled, .cancelled:
      if unsafe orders[slot].filled.lots < stated { inferFill(slot, update, into: &reports) }
      finish(
        slot, as: update.state == .filled ? .filled : .cancelled, update.receivedAt,
        isReconciled: isReconciled, exchangeTime: update.exchangeTime,
        detail: update.cancelSource, into: &reports)
      changed = true
    }
    if !changed { counters.duplicates &+= 1 }
    return changed ? .applied : .duplicate
  }

  /// Counts and reports the push's fill unless it was counted before. True when it is new.
  @_noLocks
  mutating func takeFill(
    _ slot: Int, _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> Bool {
    let lots = update.lastQuantity.lots
    if lots == 0 { return false }
    let pair = OrderTable.pair(update)
    if update.tradeID != 0 && trades.contains(pair) { return false }
    let order = unsafe orders[slot]
    let (filled, overflow) = order.filled.lots.addingReportingOverflow(lots)
    // More than the exchange itself states as filled in all: an old push, counted long ago.
    if overflow || filled > order.statedFilled.lots { return false }
    if update.tradeID != 0 { trades.insert(pair) }
    record(slot, lots: lots, price: update.lastPrice)
    var report = unsafe OrderTable.report(.fill, orders[slot], update.receivedAt)
    OrderTable.describe(&report, update)
    report.isReconciled = isReconciled
    reports.append(report)
    return true
  }

  /// A fill that was never pushed, known from the cumulative figure alone: its lots are exact, its price is
  /// what the average price leaves for it, its fee is left to the balances' reconciliation.
  @_noLocks
  mutating func inferFill(_ slot: Int, _ update: OrderUpdate, into reports: inout ReportBuffer) {
    let order = unsafe orders[slot]
    let lots = order.statedFilled.lots &- order.filled.lots
    if lots <= 0 { return }
    var price = update.lastPrice.isNone ? order.price : update.lastPrice
    if !update.averagePrice.isNone {
      // At most 2^126: fits.
      let total = Int128(update.averagePrice.ticks) &* Int128(order.statedFilled.lots)
      let rest = (total &- order.filledCost) / Int128(lots)
      price = Price(ticks: rest > 0 && rest <= Int128(Int64.max) ? Int64(rest) : price.ticks)
    }
    record(slot, lots: lots, price: price)
    counters.inferredFills &+= 1
    var report = unsafe OrderTable.report(.fill, orders[slot], update.receivedAt)
    report.lastQuantity = Quantity(lots: lots)
    report.lastPrice = price
    report.exchangeTime = update.exchangeTime
    report.isReconciled = true
    reports.append(report)
  }

  @_noLocks
  mutating func record(_ slot: Int, lots: Int64, price: Price) {
    let order = unsafe orders[slot]
    unsafe orders[slot].filled = Quantity(lots: order.filled.lots &+ lots)
    if !price.isNone {
      let cost = Int128(price.ticks) &* Int128(lots)
      unsafe orders[slot].filledCost = order.filledCost &+ cost
    }
    closeLots(lots, of: order)
    counters.fills &+= 1
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

  @_noLocks
  static func pair(_ update: OrderUpdate) -> TradePair {
    let order =
      update.exchangeOrder == .none
      ? update.clientOrder.rawValue : update.exchangeOrder.rawValue
    return TradePair(order: order, trade: update.tradeID)
  }

  @_noLocks
  static func describe(_ report: inout Report, _ update: OrderUpdate) {
    report.lastQuantity = update.lastQuantity
    report.lastPrice = update.lastPrice
    report.tradeID = update.tradeID
    report.feeCurrency = update.feeCurrency
    report.feeUnits = update.feeUnits
    report.feeDecimals = update.feeDecimals
    report.isTaker = update.isTaker
    report.exchangeTime = update.exchangeTime
  }
}
