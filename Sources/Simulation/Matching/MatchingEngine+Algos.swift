// Algo orders at the gateway: placing, cancelling, and who waits (docs/OKX.md OKX-230 to OKX-237); simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Takes an algo order. Returns its `algoId`, or the refusal. It holds no money and no position.
  public mutating func placeAlgo(
    _ request: AlgoRequest, at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    do throws(VenueRefusal) {
      var order = try checkedAlgo(request, at: now)
      order.id = nextAlgo
      nextAlgo += 8
      algos.append(order)
      events.append(.algo(order))
      return .success(order.id)
    } catch { return .failure(error) }
  }

  public mutating func cancelAlgo(
    _ selector: AlgoSelector, instrument: Int, at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> {
    advance(to: now, into: &events)
    if maintenance == .ongoing { return .failure(MatchingEngine.unavailable) }
    guard let place = waiting(selector, instrument) else {
      let code = algo(selector).map { $0.instrument == instrument && $0.triggeredAt > 0 } ?? false
      return .failure(
        code
          ? VenueRefusal(51_416, "The order has been triggered and cannot be canceled.")
          : VenueRefusal(
            51_400, "Cancellation failed as the order has been filled, canceled or does not exist.")
      )
    }
    let order = algos.remove(at: place)
    end(order, as: .canceled, at: now, into: &events)
    return .success(order.id)
  }

  /// Waiting or done; of done ones with the same client id the latest.
  public func algo(_ selector: AlgoSelector) -> AlgoOrder? {
    algos.first { selector.means($0) } ?? doneAlgos.last { selector.means($0) }
  }

  func waiting(_ selector: AlgoSelector, _ instrument: Int) -> Int? {
    algos.firstIndex { $0.instrument == instrument && selector.means($0) }
  }

  /// Files an algo order that waits no longer, and tells of it.
  mutating func end(
    _ order: AlgoOrder, as state: AlgoState, at now: Int64, into events: inout [EngineEvent]
  ) {
    var order = order
    order.state = state
    order.updatedAt = now / 1_000_000
    doneAlgos.append(order)
    if doneAlgos.count > settings.historyMax {
      doneAlgos.removeFirst(max(1, settings.historyMax / 4))
    }
    events.append(.algo(order))
  }

  /// Cancels what was tied to positions that are closed now (docs/OKX.md OKX-233).
  mutating func endTiedAlgos(at now: Int64, into events: inout [EngineEvent]) {
    if algos.isEmpty { return }
    let closed = algos.filter {
      $0.isTied && changedPositions.contains($0.instrument)
        && position($0.instrument, isIsolated: $0.isIsolated).position.lots == 0
    }
    for order in closed {
      algos.removeAll { $0.id == order.id }
      end(order, as: .canceled, at: now, into: &events)
    }
  }

  // MARK: - Checks

  private func checkedAlgo(
    _ request: AlgoRequest, at now: Int64
  ) throws(VenueRefusal) -> AlgoOrder {
    guard catalogue.list.indices.contains(request.instrument) else {
      throw VenueRefusal(51_001, "Instrument ID doesn't exist.")
    }
    let item = catalogue[request.instrument]
    try checkConduct(request)
    guard let type = AlgoType(rawValue: request.type) else {
      throw VenueRefusal(51_000, "Parameter ordType error")
    }
    let modes = item.type == .spot ? ["cash"] : ["cross", "isolated"]
    if !modes.contains(request.tradeMode) {
      throw VenueRefusal(51_000, "Parameter tdMode error")
    }
    if request.reduceOnly && item.type == .spot {
      throw VenueRefusal(51_205, "Reduce Only is not available.")
    }
    try checkAlgoIdentity(request)
    try checkWaiting(type, request.instrument)
    var order = AlgoOrder(
      id: 0, clientID: request.clientID, tag: request.tag, instrument: request.instrument,
      side: request.side, type: type, tradeMode: request.tradeMode, reduceOnly: request.reduceOnly,
      size: request.size, targetCurrency: request.targetCurrency, closesPosition: false,
      diesWithPosition: request.diesWithPosition, childType: "",
      leverage: item.type == .spot ? "" : String(leverages[request.instrument]),
      lastAtPlacing: lastPrices[request.instrument], createdAt: now / 1_000_000,
      updatedAt: now / 1_000_000)
    switch type {
    case .conditional, .oneCancelsOther: try setProtection(&order, request)
    case .trigger: try setTrigger(&order, request)
    case .trailing: try setTrail(&order, request)
    }
    if request.diesWithPosition && !(request.reduceOnly && type.isProtection) {
      throw VenueRefusal(
        51_000, "Parameter cxlOnClosePos error: it wants reduceOnly and a TP/SL order")
    }
    try setAlgoSize(&order, request)
    return order
  }

  private func checkAlgoIdentity(_ request: AlgoRequest) throws(VenueRefusal) {
    if !MatchingEngine.isPlain(request.clientID, 32) {
      throw VenueRefusal(51_000, "Parameter algoClOrdId error")
    }
    if !MatchingEngine.isPlain(request.tag, 16) {
      throw VenueRefusal(51_000, "Parameter tag error")
    }
    if !request.clientID.isEmpty && algos.contains(where: { $0.clientID == request.clientID }) {
      throw VenueRefusal(51_065, "algoClOrdId already exists.")
    }
  }

  private func checkWaiting(_ type: AlgoType, _ instrument: Int) throws(VenueRefusal) {
    let count = algos.count {
      type.isProtection
        ? $0.type.isProtection && $0.instrument == instrument : $0.type == type
    }
    if count < type.waitingMax { return }
    let code =
      switch type {
      case .conditional, .oneCancelsOther: 51_261
      case .trailing: 51_260
      case .trigger: 51_299
      }
    throw VenueRefusal(code, "You can only hold up to \(type.waitingMax) orders of this type.")
  }

  /// `sz`, or `closeFraction` 1 (docs/OKX.md OKX-232).
  private func setAlgoSize(
    _ order: inout AlgoOrder, _ request: AlgoRequest
  ) throws(VenueRefusal) {
    if request.closeFraction.isEmpty {
      if request.size.isEmpty {
        throw VenueRefusal(50_015, "Either parameter sz or closeFraction is required")
      }
      order.size = try algoSize(request.size, order)
      return
    }
    if !request.size.isEmpty {
      throw VenueRefusal(50_024, "Parameter sz and closeFraction can not exist at the same time")
    }
    if DecimalNumber(request.closeFraction)?.normalized != DecimalNumber(mantissa: 1, decimals: 0) {
      throw VenueRefusal(51_000, "Parameter closeFraction error: 1 alone is taken")
    }
    let item = catalogue[order.instrument]
    if item.type == .spot {
      throw VenueRefusal(51_327, "closeFraction is only available for Futures and Perpetual.")
    }
    if !order.reduceOnly {
      throw VenueRefusal(51_328, "closeFraction is only available for reduceOnly orders.")
    }
    let legs = [order.takeProfit, order.stopLoss].compactMap { $0 }
    if !order.type.isProtection || legs.contains(where: { !$0.price.isNone }) {
      throw VenueRefusal(51_330, "closeFraction is only available for TP/SL market orders.")
    }
    let isTaken = algos.contains {
      $0.closesPosition && $0.instrument == order.instrument && $0.isIsolated == order.isIsolated
    }
    if isTaken {
      throw VenueRefusal(51_088, "You can only place one TP/SL order to close an entire position.")
    }
    let lots = position(order.instrument, isIsolated: order.isIsolated).position.lots
    if lots == 0 || (lots > 0) == (order.side == .buy) {
      throw VenueRefusal(51_331, "closeFraction is only available for close position orders.")
    }
    order.closesPosition = true
  }

  /// The size as text without trailing zeros; of a spot market buy in quote currency an amount of money.
  func algoSize(_ text: String, _ order: AlgoOrder) throws(VenueRefusal) -> String {
    let item = catalogue[order.instrument]
    let isMarket = [order.takeProfit, order.stopLoss, order.trigger].contains {
      $0?.price.isNone == true
    }
    if order.spendsQuote(item, isMarket: isMarket || order.type == .trailing) {
      guard let money = DecimalNumber(text), money.mantissa > 0 else {
        throw VenueRefusal(51_000, "Parameter sz error")
      }
      return money.normalized.description
    }
    return item.text(quantity: try size(text, item, isMarket: isMarket))
  }
}

extension AlgoOrder {
  /// A spot market buy is in quote currency unless it says otherwise.
  func spendsQuote(_ item: InstrumentSpecification, isMarket: Bool) -> Bool {
    item.type == .spot && isMarket
      && (targetCurrency.isEmpty ? side == .buy : targetCurrency == "quote_ccy")
  }
}
