// Algo orders meeting the market: the prices they look at, and the orders they become (docs/OKX.md OKX-234); simulation.

import Market
import Quantities

extension MatchingEngine {
  /// The instrument's price of that kind; `.none` where the market has shown none yet.
  public func price(_ source: TriggerSource, _ instrument: Int) -> Price {
    switch source {
    case .last: lastPrices[instrument]
    case .mark: mark(instrument)
    case .index: index(instrument)
    }
  }

  /// The middle of the spot book of its index, in the instrument's own ticks, rounded down; of a derivative
  /// whose spot pair is not listed its own middle.
  func index(_ instrument: Int) -> Price {
    let source = indexSources[instrument]
    let middle = mark(source)
    if source == instrument || middle.isNone { return middle }
    let amount = Amount(catalogue[source].decimal(price: middle))
    let ticks = amount.divided(by: Amount(catalogue[instrument].tick), places: 0)
    return ticks.map { Price(ticks: Int64(clamping: $0.units)) } ?? .none
  }

  /// By instrument: whose book its index is the middle of.
  static func indexSources(of catalogue: InstrumentCatalogue) -> [Int] {
    catalogue.list.indices.map { place in
      let item = catalogue[place]
      guard item.type != .spot, let spot = catalogue.index(of: item.family),
        catalogue[spot].type == .spot
      else { return place }
      return spot
    }
  }

  /// Looks at what waits for a price of `instrument`.
  mutating func watchAlgos(
    _ instrument: Int, at now: Int64, into events: inout [EngineEvent]
  ) {
    if algos.isEmpty { return }
    var due: [(id: UInt64, leg: AlgoLeg, name: AlgoLegName?)] = []
    for place in algos.indices {
      let watched = algos[place].instrument
      if watched != instrument && indexSources[watched] != instrument { continue }
      if let (leg, name) = metLeg(place) { due.append((algos[place].id, leg, name)) }
    }
    for item in due {
      // One that went before may have closed the position and taken this one along.
      guard let place = algos.firstIndex(where: { $0.id == item.id }) else { continue }
      var order = algos.remove(at: place)
      order.triggeredLeg = item.name
      fire(order, item.leg, at: now, into: &events)
    }
  }

  /// The leg that the prices of this moment trigger; of two the stop.
  private mutating func metLeg(_ place: Int) -> (AlgoLeg, AlgoLegName?)? {
    let order = algos[place]
    func isMet(_ leg: AlgoLeg?) -> Bool {
      leg.map { $0.isMet(by: price($0.source, order.instrument)) } ?? false
    }
    switch order.type {
    case .conditional, .oneCancelsOther:
      if let leg = order.stopLoss, isMet(leg) { return (leg, .stopLoss) }
      if order.type == .conditional && order.stopLoss != nil { return nil }
      if let leg = order.takeProfit, isMet(leg) { return (leg, .takeProfit) }
      return nil
    case .trigger:
      if order.trigger?.isRising == nil, let leg = order.trigger {
        let isRising = rising(leg, order.instrument)
        algos[place].trigger?.isRising = isRising
        return nil
      }
      return order.trigger.flatMap { isMet($0) ? ($0, nil) : nil }
    case .trailing: return metTrail(place)
    }
  }

  private mutating func metTrail(_ place: Int) -> (AlgoLeg, AlgoLegName?)? {
    let order = algos[place]
    let last = lastPrices[order.instrument]
    guard var trail = order.trail, !last.isNone else { return nil }
    let isSell = order.side == .sell
    if !trail.isActive {
      if isSell ? last < trail.activation : last > trail.activation { return nil }
      trail.isActive = true
    }
    if trail.best.isNone || (isSell ? last > trail.best : last < trail.best) { trail.best = last }
    algos[place].trail = trail
    let leg = AlgoLeg(
      trigger: trail.trigger(order.side), source: .last, price: .none, isRising: !isSell)
    return leg.isMet(by: last) ? (leg, nil) : nil
  }

  /// Places what the algo order stands for: one order, or several where one would be too large at market.
  private mutating func fire(
    _ waiting: AlgoOrder, _ leg: AlgoLeg, at now: Int64, into events: inout [EngineEvent]
  ) {
    var order = waiting
    order.triggeredAt = now / 1_000_000
    order.actualPrice = leg.price
    var refusal: VenueRefusal?
    for size in childSizes(order, leg) {
      var request = OrderRequest(
        instrument: order.instrument, side: order.side,
        type: leg.price.isNone ? "market" : order.childType.isEmpty ? "limit" : order.childType,
        price: leg.price.isNone ? "" : catalogue[order.instrument].text(price: leg.price),
        size: size, clientID: "", tradeMode: order.tradeMode)
      request.tag = order.tag
      request.reduceOnly = order.reduceOnly
      request.targetCurrency = order.targetCurrency
      request.algo = OrderAlgo(id: order.id, clientID: order.clientID)
      switch place(request, at: now, into: &events) {
      case .success(let id):
        order.orders.append(id)
        if let made = self.order(id) { order.actualSize.lots += made.quantity.lots }
      case .failure(let error): refusal = refusal ?? error
      }
    }
    order.failCode = refusal.map { String($0.code) } ?? ""
    let state: AlgoState =
      refusal == nil ? .effective : order.orders.isEmpty ? .failed : .partiallyFailed
    end(order, as: state, at: now, into: &events)
  }

  private func childSizes(_ order: AlgoOrder, _ leg: AlgoLeg) -> [String] {
    let item = catalogue[order.instrument]
    if order.spendsQuote(item, isMarket: leg.price.isNone) { return [order.size] }
    var lots: Int64
    if order.closesPosition {
      lots = abs(position(order.instrument, isIsolated: order.isIsolated).position.lots)
    } else {
      lots = DecimalNumber(order.size).flatMap { try? $0.units(of: item.lot) } ?? 0
    }
    if lots == 0 || !leg.price.isNone { return [item.text(quantity: Quantity(lots: lots))] }
    var sizes: [String] = []
    while lots > 0 {
      let part = min(lots, item.maximumLots)
      sizes.append(item.text(quantity: Quantity(lots: part)))
      lots -= part
    }
    return sizes
  }
}
