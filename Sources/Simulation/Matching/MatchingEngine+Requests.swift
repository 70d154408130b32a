// The gateway: every check of an order, and the sCode that refuses it; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Checks and takes an order. Returns its `ordId`, or the refusal; what becomes of it follows as events.
  public mutating func place(
    _ request: OrderRequest, at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    do throws(VenueRefusal) {
      var order = try checked(request, at: now)
      order.hold = try fundsNeeded(order)
      order.holdCurrency = holdCurrency(order)
      order.isInTransit = true
      keep(order)
      addHold(order.holdCurrency, order.hold)
      submit(.place(order.id), at: now, into: &events)
      return .success(order.id)
    } catch { return .failure(error) }
  }

  /// Returns the `ordId` of the order that will be cancelled. `source` is OKX `cancelSource`: 1 user, 20 dead-man.
  public mutating func cancel(
    _ selector: OrderSelector, instrument: Int, source: String = "1", at now: Int64,
    into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    if maintenance == .ongoing { return .failure(MatchingEngine.unavailable) }
    if selector.orderID == nil && selector.clientID == nil {
      return .failure(VenueRefusal(51_003, "Either clOrdId or ordId is required."))
    }
    guard let order = openOrder(selector, instrument) else {
      return .failure(
        VenueRefusal(
          51_400, "Cancellation failed as the order has been filled, canceled or does not exist."))
    }
    submit(.cancel(order.id, source: source), at: now, into: &events)
    return .success(order.id)
  }

  /// `newSize` counts what is filled already. Empty texts leave a value as it is.
  public mutating func amend(
    _ selector: OrderSelector, instrument: Int, newSize: String, newPrice: String,
    requestID: String, cancelOnFail: Bool, at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    if selector.orderID == nil && selector.clientID == nil {
      return .failure(VenueRefusal(51_003, "Either clOrdId or ordId is required."))
    }
    guard let order = openOrder(selector, instrument) else {
      return .failure(
        VenueRefusal(
          51_503, "Modification failed as the order has been filled, canceled or does not exist."))
    }
    do throws(VenueRefusal) {
      try checkAmendment(of: order)
      if newSize.isEmpty && newPrice.isEmpty {
        throw VenueRefusal(51_500, "You must enter a price, quantity, or TP/SL.")
      }
      var amendment = Amendment(
        quantity: nil, price: nil, request: requestID, cancelOnFail: cancelOnFail)
      var changed = order
      if !newSize.isEmpty {
        amendment.quantity = try size(newSize, catalogue[instrument], isMarket: false)
        changed.quantity = amendment.quantity ?? order.quantity
      }
      if !newPrice.isEmpty {
        amendment.price = try price(newPrice, instrument, order.side, at: now)
        changed.price = amendment.price ?? order.price
        if order.type == .postOnly && crosses(changed) {
          throw VenueRefusal(51_511, "Operation failed as the order would take liquidity.")
        }
      }
      if changed.remaining.lots > 0 {
        let needed = try fundsNeeded(changed, releasing: order.hold)
        changeHold(of: order.id, instrument, to: needed)
      }
      submit(.amend(order.id, amendment), at: now, into: &events)
      return .success(order.id)
    } catch { return .failure(error) }
  }

  private mutating func submit(
    _ action: Transit.Action, at now: Int64, into events: inout [EngineEvent]
  ) {
    let delay = max(0, latency.delay(of: action.kind, at: now))
    if delay == 0 && transit.isEmpty {
      perform(action, at: now, into: &events)
    } else {
      let due = max(now + delay, transit.last?.due ?? now)
      transit.append(Transit(due: due, action: action))
    }
    closeBatch(at: now, into: &events)
  }

  private mutating func checked(
    _ request: OrderRequest, at now: Int64
  ) throws(VenueRefusal) -> VenueOrder {
    guard catalogue.list.indices.contains(request.instrument) else {
      throw VenueRefusal(51_001, "Instrument ID doesn't exist.")
    }
    let specification = catalogue[request.instrument]
    guard let type = VenueOrderType(rawValue: request.type),
      type != .optimalLimitIOC || specification.type != .spot
    else { throw VenueRefusal(51_000, "Parameter ordType error") }
    try checkConduct(request, type)
    let modes = specification.type == .spot ? ["cash"] : ["cross", "isolated"]
    if !modes.contains(request.tradeMode) {
      throw VenueRefusal(51_000, "Parameter tdMode error")
    }
    guard
      let prevention = request.selfTradePrevention.isEmpty
        ? .cancelMaker : SelfTradePrevention(rawValue: request.selfTradePrevention)
    else { throw VenueRefusal(51_000, "Parameter stpMode error") }
    if prevention == .cancelBoth && type == .fillOrKill {
      throw VenueRefusal(54_036, "STP mode cancel_both is not supported with FOK.")
    }
    try checkIdentity(request)
    let isMarket = type == .market || type == .optimalLimitIOC
    let target =
      request.targetCurrency.isEmpty
      ? (request.side == .buy ? "quote_ccy" : "base_ccy") : request.targetCurrency
    let isQuote = type == .market && specification.type == .spot && target == "quote_ccy"
    var order = VenueOrder(
      id: nextOrder, clientID: request.clientID, tag: request.tag, instrument: request.instrument,
      side: request.side, type: type, tradeMode: request.tradeMode,
      reduceOnly: request.reduceOnly, selfTradePrevention: prevention, price: .none,
      quantity: .zero, createdAt: now / 1_000_000, updatedAt: now / 1_000_000)
    order.arrival = nextArrival
    order.algo = request.algo
    if specification.type == .spot {
      let quote = request.tradeQuote.isEmpty ? specification.quote : request.tradeQuote
      // Which code names it is not documented.
      if !quote.isEmpty && !specification.tradeQuotes.contains(quote) {
        throw VenueRefusal(51_000, "Parameter tradeQuoteCcy error")
      }
      order.paidIn = quote
    }
    if specification.type != .spot { order.leverage = String(leverages[request.instrument]) }
    if isQuote {
      guard let budget = DecimalNumber(request.size), budget.mantissa > 0 else {
        throw VenueRefusal(51_000, "Parameter sz error")
      }
      order.quoteBudget = Amount(budget)
      order.quoteSize = order.quoteBudget
    } else {
      order.quantity = try size(request.size, specification, isMarket: isMarket)
    }
    if !isMarket {
      order.price = try price(request.price, request.instrument, request.side, at: now)
    }
    try checkLimits(order)
    nextOrder += 8
    nextArrival += 1
    return order
  }

  /// ASCII letters and digits, at most so many.
  static func isPlain(_ text: String, _ limit: Int) -> Bool {
    text.utf8.count <= limit
      && text.utf8.allSatisfy {
        $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A
      }
  }

  private func checkIdentity(_ request: OrderRequest) throws(VenueRefusal) {
    if !MatchingEngine.isPlain(request.clientID, 32) {
      throw VenueRefusal(51_000, "Parameter clOrdId error")
    }
    if !MatchingEngine.isPlain(request.tag, 16) {
      throw VenueRefusal(51_000, "Parameter tag error")
    }
    if openByClient[request.clientID] != nil {
      throw VenueRefusal(51_016, "Client order ID already exists.")
    }
  }

  private func checkLimits(_ order: VenueOrder) throws(VenueRefusal) {
    if open[order.instrument].count >= settings.openOrdersPerInstrumentMax
      || homes.count >= settings.openOrdersMax
    {
      throw VenueRefusal(51_025, "Order count exceeds the upper limit.")
    }
    if order.price.isNone
      && (order.side == .buy ? books[order.instrument].asks : books[order.instrument].bids).isEmpty
    {
      throw VenueRefusal(51_109, "There is no best bid or ask price.")
    }
    try checkMarketWorth(order)
    if !order.reduceOnly { return }
    if catalogue[order.instrument].type == .spot {
      throw VenueRefusal(51_205, "Reduce Only is not available.")
    }
    let isIsolated = order.tradeMode == "isolated"
    let position = position(order.instrument, isIsolated: isIsolated).position.lots
    if position == 0 {
      throw VenueRefusal(51_169, "Order failed because you don't have any positions to reduce.")
    }
    if (position > 0) == (order.side == .buy) {
      throw VenueRefusal(51_170, "A reduce-only order must oppose the position.")
    }
    // Whole or not at all; what comes before it counts (docs/OKX.md OKX-104).
    if order.quantity.lots > abs(position) - reducing(before: order) {
      throw VenueRefusal(51_112, "Close order size exceeds your available size.")
    }
  }

  /// A spot market order is limited by what it is worth in dollars (docs/OKX.md OKX-194).
  private func checkMarketWorth(_ order: VenueOrder) throws(VenueRefusal) {
    let specification = catalogue[order.instrument]
    let book = books[order.instrument]
    guard order.price.isNone, specification.type == .spot,
      MatchingEngine.dollarCurrencies.contains(specification.quote),
      let best = order.side == .buy ? book.bestAsk : book.bestBid,
      let worth = order.quoteBudget
        ?? value(order.instrument, best.price, lots: order.quantity.lots)
    else { return }
    let most =
      specification.marketMaximum.map { Amount($0) }
      ?? Amount(units: Int128(InstrumentSpecification.marketWorthMax), decimals: 0)
    if most.isLess(than: worth) != false {
      throw VenueRefusal(51_201, "The value of a market order exceeds the maximum.")
    }
  }

  func size(
    _ text: String, _ specification: InstrumentSpecification, isMarket: Bool
  ) throws(VenueRefusal) -> Quantity {
    guard let number = DecimalNumber(text), number.mantissa > 0 else {
      throw VenueRefusal(51_000, "Parameter sz error")
    }
    let lots: Int64
    do { lots = try number.units(of: specification.lot) } catch {
      if error == .overflow { throw VenueRefusal(51_005, "Order size exceeds the maximum.") }
      throw VenueRefusal(51_121, "Order quantity must be a multiple of the lot size.")
    }
    if lots % specification.lotUnits != 0 {
      throw VenueRefusal(51_121, "Order quantity must be a multiple of the lot size.")
    }
    if lots < specification.minimumLots {
      throw VenueRefusal(51_020, "Your order should meet or exceed the minimum order amount.")
    }
    if lots > (isMarket ? specification.marketMaximumLots : specification.maximumLots) {
      throw VenueRefusal(
        isMarket ? 51_202 : 51_005, "Order size exceeds the maximum of a single order.")
    }
    return Quantity(lots: lots)
  }

  private func price(
    _ text: String, _ instrument: Int, _ side: Side, at now: Int64
  ) throws(VenueRefusal) -> Price {
    let specification = catalogue[instrument]
    guard let number = DecimalNumber(text), number.mantissa > 0 else {
      throw VenueRefusal(51_000, "Parameter px error")
    }
    guard let ticks = try? number.units(of: specification.tick),
      ticks % specification.tickUnits == 0
    else {
      throw VenueRefusal(51_150, "The precision of the price exceeds the limit.")
    }
    if let limit = priceLimit(instrument, side, at: now) {
      if side == .buy ? ticks > limit.ticks : ticks < limit.ticks {
        let name = specification.text(price: limit)
        throw VenueRefusal(51_006, "Order price is not within the price limit (\(name)).")
      }
    }
    return Price(ticks: ticks)
  }
}
