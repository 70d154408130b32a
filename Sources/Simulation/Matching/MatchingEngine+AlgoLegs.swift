// The legs of an algo order as a request gives them, checked against the market (docs/OKX.md OKX-231, OKX-234); simulation.

import Market
import Quantities

extension MatchingEngine {
  /// TP and SL of `conditional` and `oco`.
  func setProtection(_ order: inout AlgoOrder, _ request: AlgoRequest) throws(VenueRefusal) {
    let (profit, stop) = (request.takeProfit, request.stopLoss)
    if order.type == .oneCancelsOther {
      if profit.isEmpty || stop.isEmpty {
        throw VenueRefusal(50_014, "Parameter tpTriggerPx and slTriggerPx can not be empty")
      }
    } else if profit.isEmpty && stop.isEmpty {
      throw VenueRefusal(50_015, "Either parameter tpTriggerPx or slTriggerPx is required")
    }
    if !profit.isEmpty { order.takeProfit = try leg(profit, .takeProfit, order) }
    if !stop.isEmpty { order.stopLoss = try leg(stop, .stopLoss, order) }
    // With both, a conditional order's profit is not checked.
    let isProfitChecked = order.type == .oneCancelsOther || order.stopLoss == nil
    if let leg = order.takeProfit, isProfitChecked {
      try checkSide(leg, .takeProfit, order)
    }
    if let leg = order.stopLoss { try checkSide(leg, .stopLoss, order) }
  }

  func setTrigger(_ order: inout AlgoOrder, _ request: AlgoRequest) throws(VenueRefusal) {
    if !request.targetCurrency.isEmpty {
      throw VenueRefusal(51_281, "Trigger orders do not support the tgtCcy parameter.")
    }
    if !["", "ioc", "fok"].contains(request.childType) {
      throw VenueRefusal(51_000, "Parameter advanceOrdType error")
    }
    var made = try leg(request.trigger, nil, order)
    made.isRising = rising(made, order.instrument)
    if made.price.isNone && !request.childType.isEmpty {
      throw VenueRefusal(51_000, "Parameter advanceOrdType error: it wants a limit price")
    }
    order.childType = request.childType
    order.trigger = made
  }

  func setTrail(_ order: inout AlgoOrder, _ request: AlgoRequest) throws(VenueRefusal) {
    let (ratio, spread) = (request.callbackRatio, request.callbackSpread)
    if ratio.isEmpty == spread.isEmpty {
      throw ratio.isEmpty
        ? VenueRefusal(50_015, "Either parameter callbackRatio or callbackSpread is required")
        : VenueRefusal(
          50_024, "Parameter callbackRatio and callbackSpread can not exist at the same time")
    }
    var trail = AlgoTrail(ratio: nil, spread: .none, activation: .none, isActive: true)
    if ratio.isEmpty {
      trail.spread = try algoPrice(spread, "callbackSpread", order.instrument)
    } else {
      let one = Amount(units: 1, decimals: 0)
      guard let share = DecimalNumber(ratio), share.mantissa > 0, share.decimals <= 9,
        Amount(share).isLess(than: one) == true
      else { throw VenueRefusal(51_311, "Callback rate must be above 0 and below 1.") }
      trail.ratio = share
    }
    if !request.activation.isEmpty {
      trail.activation = try algoPrice(request.activation, "activePx", order.instrument)
      trail.isActive = false
      let last = order.lastAtPlacing
      if order.side == .sell && !last.isNone && trail.activation <= last {
        throw VenueRefusal(51_258, "The activation price must be above the last price.")
      }
      if order.side == .buy && !last.isNone && trail.activation >= last {
        throw VenueRefusal(51_259, "The activation price must be below the last price.")
      }
    } else {
      trail.best = order.lastAtPlacing
    }
    order.trail = trail
  }

  /// `name` nil: of a trigger order.
  func leg(
    _ text: AlgoRequest.LegText, _ name: AlgoLegName?, _ order: AlgoOrder
  ) throws(VenueRefusal) -> AlgoLeg {
    let words: (trigger: String, price: String, source: String) =
      switch name {
      case .takeProfit: ("tpTriggerPx", "tpOrdPx", "tpTriggerPxType")
      case .stopLoss: ("slTriggerPx", "slOrdPx", "slTriggerPxType")
      case nil: ("triggerPx", "orderPx", "triggerPxType")
      }
    if text.trigger.isEmpty {
      throw VenueRefusal(50_014, "Parameter \(words.trigger) can not be empty")
    }
    if text.price.isEmpty {
      throw VenueRefusal(50_014, "Parameter \(words.price) can not be empty")
    }
    guard let source = text.source.isEmpty ? .last : TriggerSource(rawValue: text.source) else {
      throw VenueRefusal(51_000, "Parameter \(words.source) error")
    }
    if source != .last && catalogue[order.instrument].type == .spot {
      throw VenueRefusal(
        51_415, "Spot trading supports the last price as the trigger price alone.")
    }
    var made = AlgoLeg(
      trigger: try algoPrice(text.trigger, words.trigger, order.instrument), source: source,
      price: .none)
    if text.price != "-1" {
      made.price = try algoPrice(text.price, words.price, order.instrument)
    }
    if let name { made.isRising = (name == .takeProfit) == (order.side == .sell) }
    return made
  }

  /// A price on the tick; limits are looked at when the order is made.
  private func algoPrice(
    _ text: String, _ name: String, _ instrument: Int
  ) throws(VenueRefusal) -> Price {
    guard let number = DecimalNumber(text), number.mantissa > 0 else {
      throw VenueRefusal(51_000, "Parameter \(name) error")
    }
    guard let ticks = try? number.units(of: catalogue[instrument].tick) else {
      throw VenueRefusal(51_150, "The precision of the price exceeds the limit.")
    }
    return Price(ticks: ticks)
  }

  /// A take-profit lies beyond the price that it looks at, a stop before it.
  func checkSide(
    _ leg: AlgoLeg, _ name: AlgoLegName, _ order: AlgoOrder
  ) throws(VenueRefusal) {
    let now = price(leg.source, order.instrument)
    guard !now.isNone, let isRising = leg.isRising else { return }
    if isRising ? leg.trigger >= now : leg.trigger <= now { return }
    let isBuy = order.side == .buy
    let codes: (profit: (buy: Int, sell: Int), stop: (buy: Int, sell: Int)) =
      switch leg.source {
      case .last: ((51_277, 51_279), (51_278, 51_280))
      case .mark: ((51_300, 51_303), (51_302, 51_304))
      case .index: ((51_305, 51_307), (51_306, 51_308))
      }
    let pair = name == .takeProfit ? codes.profit : codes.stop
    let words = name == .takeProfit ? "TP" : "SL"
    throw VenueRefusal(
      isBuy ? pair.buy : pair.sell,
      "\(words) trigger price must be \(isRising ? "at or above" : "at or below") the "
        + "\(leg.source.rawValue) price.")
  }

  func rising(_ leg: AlgoLeg, _ instrument: Int) -> Bool? {
    let now = price(leg.source, instrument)
    return now.isNone ? nil : leg.trigger >= now
  }
}
