// The one merger of fills, from pushes and from REST: each counts once, and always; hot plane.

import Quantities

/// A fill that names its trade counts when that name is new: by order and trade id, negative ids of liquidations among
/// them. One that names none (id 0, OKX-177) counts by what the order's cumulative figure grew; when a row names its
/// trade later, the row takes those lots over instead of counting them again.
extension OrderTable {
  /// A row of `trade/fills`. It says nothing of its order's state.
  @_noLocks
  public mutating func merge(_ fill: Report, now: Instant, into reports: inout ReportBuffer)
    -> OrderOutcome
  {
    if fill.kind != .fill || !isKnown(fill.instrument) || fill.lastQuantity.lots <= 0 {
      counters.contradictions &+= 1
      return .contradiction
    }
    var update = OrderUpdate(
      state: .partiallyFilled, instrument: fill.instrument, side: fill.side,
      clientOrder: fill.clientOrder)
    update.exchangeOrder = fill.exchangeOrder
    update.lastQuantity = fill.lastQuantity
    update.lastPrice = fill.lastPrice
    update.tradeID = fill.tradeID
    update.feeCurrency = fill.feeCurrency
    update.feeUnits = fill.feeUnits
    update.feeDecimals = fill.feeDecimals
    update.isTaker = fill.isTaker
    update.exchangeTime = fill.exchangeTime
    update.receivedAt = now
    guard let slot = slot(of: update) else {
      let isNew = takeStranger(update, isRow: true, into: &reports)
      return isNew ? .unmatched : .duplicate
    }
    let order = unsafe orders[slot]
    if order.instrument != update.instrument || order.side != update.side
      || order.state == .prepared
    {
      counters.contradictions &+= 1
      return .contradiction
    }
    unsafe orders[slot].wasAccepted = true
    if order.exchangeOrder == .none {
      // On record with its fill: the next start knows the trade by it.
      unsafe orders[slot].exchangeOrder = update.exchangeOrder
    }
    let isNew = takeNamed(slot, update, isReconciled: true, into: &reports)
    if unsafe !orders[slot].state.isTerminal {
      _ = settleClaim(slot, now, isReconciled: true, into: &reports)
    }
    if !isNew { counters.duplicates &+= 1 }
    return isNew ? .applied : .duplicate
  }

  /// Counts and reports the push's fill unless it was counted before. True when it is new.
  @_noLocks
  mutating func takeFill(
    _ slot: Int, _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> Bool {
    if update.lastQuantity.lots == 0 { return false }
    if update.tradeID != 0 {
      return takeNamed(slot, update, isReconciled: isReconciled, into: &reports)
    }
    return takeGrowth(
      slot, update, price: update.lastPrice, isReconciled: isReconciled, into: &reports)
  }

  /// A fill that names its trade. A row without a name has but its lots, which take over what was counted nameless.
  @_noLocks
  mutating func takeNamed(
    _ slot: Int, _ update: OrderUpdate, isReconciled: Bool, into reports: inout ReportBuffer
  ) -> Bool {
    let pair = OrderTable.pair(update)
    if update.tradeID != 0 && trades.contains(pair) { return false }
    let order = unsafe orders[slot]
    let lots = update.lastQuantity.lots
    let named = min(lots, order.anonymous.lots)
    let unseen = OrderTable.unseen(order, update, lots: lots &- named, isRow: isReconciled)
    let fresh = lots &- named &- unseen
    if fresh > order.remaining.lots {
      // More than was ordered: no fill can say that. Nothing is counted, and the exchange is asked.
      counters.contradictions &+= 1
      if !order.state.isTerminal { ask(slot, update.receivedAt) }
      return false
    }
    if update.tradeID != 0 { trades.insert(pair) }
    if named > 0 {
      unsafe orders[slot].anonymous = Quantity(lots: orders[slot].anonymous.lots &- named)
      counters.namedFills &+= 1
    }
    if unseen > 0 {
      unsafe orders[slot].unseen = Quantity(lots: order.unseen.lots &- unseen)
      var past = unsafe orders[slot]
      past.intent = .none
      append(update, past, fresh: unseen, named: 0, isReconciled, into: &reports)
      counters.fills &+= 1
    }
    if fresh > 0 { record(slot, lots: fresh, price: update.lastPrice) }
    var rest = update
    if unseen > 0 { rest.feeUnits = 0 }
    unsafe append(rest, orders[slot], fresh: fresh, named: named, isReconciled, into: &reports)
    return true
  }

  /// How many of `lots` an adopted order had filled before it was adopted: a row says so by its time, a push by what
  /// the cumulative figure does not grow by.
  @_noLocks
  static func unseen(_ order: Order, _ update: OrderUpdate, lots: Int64, isRow: Bool) -> Int64 {
    if order.unseen.lots == 0 { return 0 }
    if isRow {
      return update.exchangeTime <= order.adoptedAsOf ? min(lots, order.unseen.lots) : 0
    }
    let growth = max(0, order.statedFilled.lots &- order.filled.lots)
    return min(max(0, lots &- growth), order.unseen.lots)
  }

  /// What the cumulative figure grew beyond the lots counted, of a fill that names no trade.
  @_noLocks
  mutating func takeGrowth(
    _ slot: Int, _ update: OrderUpdate, price: Price, isReconciled: Bool,
    into reports: inout ReportBuffer
  ) -> Bool {
    let order = unsafe orders[slot]
    let lots = order.statedFilled.lots &- order.filled.lots
    if lots <= 0 { return false }
    unsafe orders[slot].anonymous = Quantity(lots: order.anonymous.lots &+ lots)
    record(slot, lots: lots, price: price)
    counters.inferredFills &+= 1
    var seen = update
    seen.lastQuantity = Quantity(lots: lots)
    seen.lastPrice = price
    unsafe append(seen, orders[slot], fresh: lots, named: 0, isReconciled, into: &reports)
    return true
  }

  /// Fills that neither a push nor REST named in time: their lots are exact, their price is what the average price
  /// leaves for them, their fee comes with the row that names them.
  @_noLocks
  mutating func inferFill(_ slot: Int, _ update: OrderUpdate, into reports: inout ReportBuffer) {
    let order = unsafe orders[slot]
    let lots = order.statedFilled.lots &- order.filled.lots
    if lots <= 0 { return }
    var price = order.price
    if !update.averagePrice.isNone {
      // At most 2^126: fits.
      let total = Int128(update.averagePrice.ticks) &* Int128(order.statedFilled.lots)
      let rest = (total &- order.filledCost) / Int128(lots)
      price = Price(ticks: rest > 0 && rest <= Int128(Int64.max) ? Int64(rest) : price.ticks)
    }
    var nameless = update
    nameless.tradeID = 0
    nameless.feeUnits = 0
    _ = takeGrowth(slot, nameless, price: price, isReconciled: true, into: &reports)
  }

  /// A fill of an order that the table does not hold. True when it is new.
  @_noLocks
  mutating func takeStranger(
    _ update: OrderUpdate, isRow: Bool, into reports: inout ReportBuffer
  ) -> Bool {
    let pair = OrderTable.pair(update)
    let known = strangers.row(pair.order)
    if known.isForeignMode { return false }
    var fresh = update.lastQuantity.lots
    var named: Int64 = 0
    if update.tradeID != 0 {
      if trades.contains(pair) {
        counters.duplicates &+= 1
        return false
      }
      trades.insert(pair)
    }
    if update.tradeID != 0 || isRow {
      named = min(fresh, known.anonymous)
      fresh = fresh &- named
      remember(update, pair, counted: fresh, anonymous: 0 &- named)
    } else {
      fresh = update.cumulativeFilled.lots &- known.counted
      if fresh <= 0 {
        counters.duplicates &+= 1
        return false
      }
      remember(update, pair, counted: fresh, anonymous: fresh)
      counters.inferredFills &+= 1
    }
    if fresh > 0 { counters.fills &+= 1 }
    if named > 0 { counters.namedFills &+= 1 }
    var order = Order()
    order.instrument = update.instrument
    order.side = update.side
    order.clientOrder = update.clientOrder
    order.exchangeOrder = update.exchangeOrder
    order.price = update.price
    order.quantity = update.quantity
    order.filled = update.cumulativeFilled
    append(update, order, fresh: fresh, named: named, isRow, into: &reports)
    return true
  }

  /// An order of an earlier start may be on record under our id alone: it is found by either.
  @_noLocks
  mutating func remember(
    _ update: OrderUpdate, _ pair: TradePair, counted: Int64, anonymous: Int64
  ) {
    strangers.add(
      pair.order, of: update.instrument, counted: counted, anonymous: anonymous)
    if pair.order != update.clientOrder.rawValue && isOurs(update.clientOrder) {
      strangers.add(
        update.clientOrder.rawValue, of: update.instrument, counted: counted, anonymous: anonymous)
    }
  }

  /// A `fill` for the lots that are new, a `fillNamed` for those that were counted before; the fee once.
  @_noLocks
  func append(
    _ update: OrderUpdate, _ order: Order, fresh: Int64, named: Int64, _ isReconciled: Bool,
    into reports: inout ReportBuffer
  ) {
    if fresh > 0 {
      var report = OrderTable.report(.fill, order, update.receivedAt)
      OrderTable.describe(&report, update)
      report.lastQuantity = Quantity(lots: fresh)
      report.isReconciled = isReconciled
      reports.append(report)
    }
    if named > 0 {
      var report = OrderTable.report(.fillNamed, order, update.receivedAt)
      OrderTable.describe(&report, update)
      report.lastQuantity = Quantity(lots: named)
      report.isReconciled = isReconciled
      if fresh > 0 {
        report.feeUnits = 0
        report.feeCurrency = .none
      }
      reports.append(report)
    }
  }

  @_noLocks
  mutating func record(_ slot: Int, lots: Int64, price: Price) {
    let order = unsafe orders[slot]
    unsafe orders[slot].filled = Quantity(lots: order.filled.lots &+ lots)
    if unsafe orders[slot].statedFilled.lots < orders[slot].filled.lots {
      unsafe orders[slot].statedFilled = orders[slot].filled
    }
    if !price.isNone {
      let cost = Int128(price.ticks) &* Int128(lots)
      unsafe orders[slot].filledCost = order.filledCost &+ cost
    }
    if unsafe orders[slot].filled.lots >= orders[slot].statedFilled.lots {
      unsafe orders[slot].shortSince = .zero
    }
    if !order.state.isTerminal { closeLots(lots, of: order) }
    counters.fills &+= 1
  }

  @_noLocks
  static func pair(_ update: OrderUpdate) -> TradePair {
    let order =
      update.exchangeOrder == .none
      ? update.clientOrder.rawValue : update.exchangeOrder.rawValue
    // A row that names no order at all: instruments number their trades apart.
    let stranger = UInt64(update.instrument.index) &+ 1 &<< 48
    return TradePair(order: order == 0 ? stranger : order, trade: update.tradeID)
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
