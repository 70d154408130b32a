// Money and lots: fills, fees, holds, positions, and the events that tell of them; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Fees and inverse values are cut, towards zero, to this many decimals: what a fee record's text carries.
  public static var feeDecimalsMax: UInt8 { 12 }

  /// The worth of `lots` at `price` in the settlement currency; inverse contracts are cut to `feeDecimalsMax`.
  func value(_ instrument: Int, _ price: Price, lots: Int64) -> Amount? {
    let specification = catalogue[instrument]
    let size = Amount(units: Int128(lots), decimals: 0)
    guard let contracts = try? size.multiplied(by: specification.lot),
      let worth = try? contracts.multiplied(by: specification.contractValue)
    else { return nil }
    let tick = Amount(specification.tick)
    guard let level = try? tick.multiplied(by: DecimalNumber(mantissa: price.ticks, decimals: 0))
    else { return nil }
    if specification.contract == .inverse {
      return worth.divided(by: level, places: MatchingEngine.feeDecimalsMax)
    }
    return try? worth.multiplied(by: DecimalNumber(mantissa: price.ticks, decimals: 0))
      .multiplied(by: specification.tick)
  }

  /// Books one fill: order, position, cash, fee; and reports it.
  mutating func fill(
    _ order: inout VenueOrder, _ quantity: Quantity, at price: Price, isTaker: Bool, now: Int64,
    into events: inout [EngineEvent]
  ) {
    let specification = catalogue[order.instrument]
    guard let worth = value(order.instrument, price, lots: quantity.lots) else {
      preconditionFailure("Invariant: what was checked at the gateway has a value")
    }
    let isBaseFee =
      specification.type == .spot && order.side == .buy && !settings.spotFeesInQuote
    let charged = isBaseFee ? Amount(specification.decimal(quantity: quantity)) : worth
    let fee = settings.fees.charge(on: charged, of: specification, isTaker: isTaker)
      .truncated(to: MatchingEngine.feeDecimalsMax).negated.normalized
    let paidIn = order.paidIn.isEmpty ? specification.settlement : order.paidIn
    let feeCurrency = isBaseFee ? specification.base : paidIn
    let time = now / 1_000_000
    let isIsolated = order.tradeMode == "isolated"
    let profit = move(
      position(order.instrument, isIsolated: isIsolated), order.side, quantity, price, worth,
      at: time)
    if let budget = order.quoteBudget {
      order.quoteBudget = budget - worth
      order.quantity = Quantity(lots: order.filled.lots + quantity.lots)
    }
    let isSystem = order.category.isSystem
    let record = FillRecord(
      tradeID: isSystem ? -nextTrade : nextTrade, category: order.category, orderID: order.id,
      clientID: order.clientID, tag: order.tag, instrument: order.instrument, side: order.side,
      price: price, quantity: quantity, isTaker: isTaker, fee: fee, feeCurrency: feeCurrency,
      paidIn: paidIn, profit: profit, time: time, billID: nextBill)
    var moved = position(order.instrument, isIsolated: isIsolated)
    moved.lastTrade = isSystem ? 0 : nextTrade
    if catalogue[order.instrument].type != .spot { moved.fee = moved.fee + fee }
    keep(moved)
    nextTrade += 1
    book(record, worth: worth)
    remember(record)
    order.filled.lots += quantity.lots
    order.filledValue += Int128(price.ticks) * Int128(quantity.lots)
    order.fee = order.fee + fee
    order.feeCurrency = feeCurrency
    order.profit = order.profit + profit
    order.updatedAt = time
    order.lastFill = record
    order.latestFill = record
    let isDone = order.quoteBudget == nil && order.remaining.lots == 0
    order.state = isDone ? .filled : .partiallyFilled
    report(order, into: &events)
  }

  /// Changes the position; returns the P&L that the fill realised, exact over a round trip.
  private mutating func move(
    _ held: VenuePosition, _ side: Side, _ quantity: Quantity, _ price: Price, _ worth: Amount,
    at time: Int64
  ) -> Amount {
    var position = held
    let instrument = held.instrument
    if position.position.lots == 0 {
      position.createdAt = time
      (position.realised, position.fee) = (.zero, .zero)
      (position.funding, position.settled) = (.zero, .zero)
    }
    let before = position.position.lots
    let opposes = before != 0 && (before > 0) != (side == .buy)
    let closing = opposes ? min(abs(before), quantity.lots) : 0
    var profit = Amount.zero
    var opened = worth
    if closing > 0 {
      // The last lot out takes what is left of the cost, so nothing is lost to rounding.
      let released =
        position.openCost.scaled(by: Int128(closing), over: Int128(abs(before))) ?? .zero
      let closed =
        closing == quantity.lots ? worth : value(instrument, price, lots: closing) ?? .zero
      let signed = side == .buy ? closed : closed.negated
      profit = (signed + released).negated
      if catalogue[instrument].contract == .inverse { profit = profit.negated }
      position.openCost = position.openCost - released
      opened =
        closing == quantity.lots
        ? .zero : value(instrument, price, lots: quantity.lots - closing) ?? .zero
    }
    position.openCost = position.openCost + (side == .buy ? opened : opened.negated)
    position.position.lots += side.sign * quantity.lots
    position.filled += quantity.lots
    position.updatedAt = time
    if catalogue[instrument].type == .spot {
      profit = .zero
    } else {
      position.realised = position.realised + profit
      setMargin(of: &position)
    }
    keep(position)
    return profit
  }

  /// Holds what the open lots' cost asks for.
  mutating func setMargin(of position: inout VenuePosition) {
    let margin = margin(of: position)
    addHold(catalogue[position.instrument].settlement, margin - position.margin)
    position.margin = margin
  }

  mutating func credit(_ currency: String, _ amount: Amount) {
    var balance =
      cash[currency]
      ?? CurrencyBalance(currency: currency, cash: .zero, frozen: .zero, updatedAt: 0)
    balance.cash = balance.cash + amount
    cash[currency] = balance
    changedCurrencies.insert(currency)
  }

  // MARK: Holds

  func holdCurrency(_ order: VenueOrder) -> String {
    let specification = catalogue[order.instrument]
    return specification.type == .spot && order.side == .sell
      ? specification.base : order.paidIn.isEmpty ? specification.settlement : order.paidIn
  }

  /// What the open part of an order holds; 51008 where the account has less (`releasing` counts as had).
  func fundsNeeded(
    _ order: VenueOrder, releasing: Amount = .zero, isChecked: Bool = true
  ) throws(VenueRefusal) -> Amount {
    let specification = catalogue[order.instrument]
    var needed: Amount
    if specification.type == .spot && order.side == .sell {
      needed = Amount(specification.decimal(quantity: order.remaining))
    } else if let budget = order.quoteBudget {
      needed = budget
    } else {
      var price = order.price
      if price.isNone {
        let book = books[order.instrument]
        price = (order.side == .buy ? book.asks.first : book.bestBid)?.price ?? Price(ticks: 1)
        if order.side == .buy { price = worstReached(order) ?? price }
      }
      guard let worth = value(order.instrument, price, lots: order.remaining.lots) else {
        throw VenueRefusal(51_005, "The order's value exceeds the maximum.")
      }
      needed = worth
    }
    if specification.type == .spot && order.side == .buy && settings.spotFeesInQuote {
      needed = needed + settings.fees.charge(on: needed, of: specification, isTaker: true)
    }
    if specification.type != .spot {
      let position = position(order.instrument).position.lots
      let reduces = position != 0 && (position > 0) != (order.side == .buy)
      if reduces && order.remaining.lots <= abs(position) { return .zero }
      needed =
        needed.divided(
          by: Amount(units: Int128(leverages[order.instrument]), decimals: 0),
          places: MatchingEngine.feeDecimalsMax) ?? needed
    }
    if !isChecked { return needed }
    let available = (cash[holdCurrency(order)]?.available ?? .zero) + releasing
    if available.isLess(than: needed) != false {
      throw VenueRefusal(
        51_008, "Order failed. Insufficient \(holdCurrency(order)) balance in account.",
        subCode: "1000")
    }
    return needed
  }

  /// The price of the last level a market order would take.
  private func worstReached(_ order: VenueOrder) -> Price? {
    let levels = order.side == .buy ? books[order.instrument].asks : books[order.instrument].bids
    let taken =
      order.side == .buy
      ? liquidity[order.instrument].takenAsks : liquidity[order.instrument].takenBids
    var left = order.remaining.lots
    var price: Price?
    for level in levels.reversed() where left > 0 {
      price = level.price
      left -= max(0, level.quantity.lots - (taken[level.price.ticks] ?? 0))
    }
    return price
  }

  mutating func addHold(_ currency: String, _ amount: Amount) {
    if amount.units == 0 { return }
    guard var balance = cash[currency] else { return }
    balance.frozen = balance.frozen + amount
    cash[currency] = balance
    changedCurrencies.insert(currency)
  }

  mutating func changeHold(of id: UInt64, _ instrument: Int, to amount: Amount) {
    guard let index = open[instrument].firstIndex(where: { $0.id == id }) else { return }
    let order = open[instrument][index]
    addHold(order.holdCurrency, amount - order.hold)
    open[instrument][index].hold = amount
  }

  // MARK: Lists and events

  /// Puts an order into the open list, at its place by arrival.
  mutating func keep(_ order: VenueOrder) {
    let index = open[order.instrument].firstIndex { $0.arrival > order.arrival }
    open[order.instrument].insert(order, at: index ?? open[order.instrument].count)
    homes[order.id] = order.instrument
    if !order.clientID.isEmpty { openByClient[order.clientID] = order.id }
  }

  mutating func take(_ id: UInt64) -> VenueOrder? {
    guard let instrument = homes.removeValue(forKey: id),
      let index = open[instrument].firstIndex(where: { $0.id == id })
    else { return nil }
    let order = open[instrument].remove(at: index)
    if !order.clientID.isEmpty { openByClient[order.clientID] = nil }
    return order
  }

  func report(_ order: VenueOrder, into events: inout [EngineEvent]) {
    events.append(.order(order))
  }

  /// Ends an order that is in no list as cancelled.
  mutating func finish(
    _ order: VenueOrder, source: String, at now: Int64, into events: inout [EngineEvent]
  ) {
    var order = order
    order.state = .canceled
    order.cancelSource = source
    order.isInTransit = false
    order.lastFill = nil
    order.updatedAt = now / 1_000_000
    close(order, into: &events)
  }

  /// Files a done order and frees what it held.
  mutating func close(
    _ order: VenueOrder, reporting: Bool = true, into events: inout [EngineEvent]
  ) {
    var order = order
    addHold(order.holdCurrency, order.hold.negated)
    order.hold = .zero
    doneOrders.append(order)
    if doneOrders.count > settings.historyMax {
      doneOrders.removeFirst(max(1, settings.historyMax / 4))
    }
    if reporting { report(order, into: &events) }
  }

  private mutating func remember(_ record: FillRecord) {
    fills.append(record)
    if fills.count > settings.historyMax { fills.removeFirst(max(1, settings.historyMax / 4)) }
  }

  /// Reports what changed, once each: positions in the catalogue's order, then balances by currency.
  mutating func closeBatch(at now: Int64, into events: inout [EngineEvent]) {
    if changedPositions.isEmpty && changedCurrencies.isEmpty && trimsDue.isEmpty { return }
    for instrument in changedPositions.union(trimsDue).sorted() {
      trimReduceOnly(instrument, at: now, into: &events)
    }
    trimsDue.removeAll(keepingCapacity: true)
    endTiedAlgos(at: now, into: &events)
    for instrument in changedPositions.sorted() {
      if held[instrument] != nil { events.append(.position(position(instrument))) }
      if let beside = isolated[instrument] { events.append(.position(beside)) }
    }
    for currency in changedCurrencies.sorted() {
      cash[currency]?.updatedAt = now / 1_000_000
      if let balance = cash[currency] { events.append(.balance(balance)) }
    }
    changedPositions.removeAll(keepingCapacity: true)
    changedCurrencies.removeAll(keepingCapacity: true)
  }
}
