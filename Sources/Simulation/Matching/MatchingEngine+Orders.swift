// Requests taking effect: walking the book, resting, cancelling, amending; simulation.

import Market
import Quantities

extension MatchingEngine {
  mutating func perform(
    _ action: Transit.Action, at now: Int64, into events: inout [EngineEvent]
  ) {
    switch action {
    case .place(let id):
      guard var order = take(id) else { return }
      order.isInTransit = false
      execute(order, isNew: true, at: now, into: &events)
    case .cancel(let id, let source):
      guard let order = take(id) else { return }
      finish(order, source: source, at: now, into: &events)
    case .amend(let id, let amendment):
      guard var order = take(id) else { return }
      let before = order
      if let quantity = amendment.quantity { order.quantity = quantity }
      if let price = amendment.price { order.price = price }
      order.amendRequest = amendment.request
      order.amendResult = "0"
      order.lastFill = nil
      order.updatedAt = now / 1_000_000
      if order.remaining.lots <= 0 {
        order.quantity = order.filled
        order.state = .filled
        close(order, into: &events)
      } else if order.price == before.price && order.quantity <= before.quantity {
        report(order, into: &events)
        order.amendRequest = ""
        order.amendResult = ""
        keep(order)
      } else {
        if order.type == .postOnly && crosses(order) {
          amendFailed(before, amendment, at: now, into: &events)
        } else {
          execute(order, isNew: false, at: now, into: &events)
        }
      }
    }
  }

  private mutating func amendFailed(
    _ before: VenueOrder, _ amendment: Amendment, at now: Int64, into events: inout [EngineEvent]
  ) {
    var order = before
    order.amendRequest = amendment.request
    order.amendResult = amendment.cancelOnFail ? "1" : "-1"
    if amendment.cancelOnFail {
      finish(order, source: "31", at: now, into: &events)
    } else {
      report(order, into: &events)
      keep(before)
      if let hold = try? fundsNeeded(before, isChecked: false) {
        changeHold(of: before.id, before.instrument, to: hold)
      }
    }
  }

  /// Matches an order that is in no list, then rests or ends it.
  private mutating func execute(
    _ incoming: VenueOrder, isNew: Bool, at now: Int64, into events: inout [EngineEvent]
  ) {
    var order = incoming
    if order.type == .postOnly && crosses(order) {
      if isNew && settings.announcesPostOnly { report(order, into: &events) }
      finish(order, source: "31", at: now, into: &events)
      return
    }
    let rests = order.type == .limit || order.type == .postOnly
    // What takes is live first too; a post_only that would take has ended above (docs/OKX.md OKX-109, OKX-110).
    // An amendment is told with and without an id of its own.
    if isNew || !order.amendResult.isEmpty { report(order, into: &events) }
    order.amendRequest = ""
    order.amendResult = ""
    if order.type == .fillOrKill && !canFill(order) {
      finish(order, source: "13", at: now, into: &events)
      return
    }
    if walk(&order, at: now, into: &events) == .prevented {
      finish(order, source: "32", at: now, into: &events)
      return
    }
    if order.quoteBudget != nil {
      order.quantity = order.filled
      if order.filled.lots > 0 {
        order.state = .filled
        // What the last fill left of the money is less than one lot costs; a closing push tells it.
        order.lastFill = nil
        close(order, into: &events)
        return
      }
    } else if order.remaining.lots == 0 {
      close(order, reporting: false, into: &events)
      return
    }
    if !rests {
      finish(order, source: "14", at: now, into: &events)
      return
    }
    let displayed = books[order.instrument].level(order.side, at: order.price)
    order.queueAhead = Quantity(
      lots: settings.queue.ahead(joining: displayed?.quantity.lots ?? 0))
    order.lastFill = nil
    keep(order)
    if order.reduceOnly { trimsDue.insert(order.instrument) }
    if let hold = try? fundsNeeded(order, isChecked: false) {
      changeHold(of: order.id, order.instrument, to: hold)
    }
  }

  private enum WalkEnd { case done, prevented }

  /// Takes displayed levels, best first, up to the order's price.
  private mutating func walk(
    _ order: inout VenueOrder, at now: Int64, into events: inout [EngineEvent]
  ) -> WalkEnd {
    let instrument = order.instrument
    let against = order.side.opposite
    while wantsMore(order) {
      let level = bestAvailable(instrument, against, limit: order)
      if let own = bestOwn(instrument, against, limit: order),
        level == nil || !isBetter(level!.price, than: own.price, against)
      {
        if order.selfTradePrevention != .cancelTaker, let maker = take(own.id) {
          finish(maker, source: "32", at: now, into: &events)
        }
        if order.selfTradePrevention != .cancelMaker { return .prevented }
        continue
      }
      guard let level else { return .done }
      var lots = level.lots
      if let budget = order.quoteBudget {
        lots = min(lots, affordable(budget, order, at: level.price))
      } else {
        lots = min(lots, order.remaining.lots, closable(order))
        if order.price.isNone && order.side == .buy && catalogue[instrument].type == .spot {
          // The book may have moved since the gateway looked: no fill spends what is not there.
          let balance = cash[holdCurrency(order)]?.available ?? .zero
          lots = min(lots, affordable(balance + order.hold, order, at: level.price))
        }
      }
      if lots == 0 { return .done }
      if against == .buy {
        liquidity[instrument].takenBids[level.price.ticks, default: 0] += lots
      } else {
        liquidity[instrument].takenAsks[level.price.ticks, default: 0] += lots
      }
      fill(&order, Quantity(lots: lots), at: level.price, isTaker: true, now: now, into: &events)
    }
    return .done
  }

  private func wantsMore(_ order: VenueOrder) -> Bool {
    order.quoteBudget.map { $0.units > 0 } ?? (order.remaining.lots > 0)
  }

  /// Whole lots that the rest of the money buys.
  private func affordable(_ budget: Amount, _ order: VenueOrder, at price: Price) -> Int64 {
    guard let one = value(order.instrument, price, lots: 1), one.units > 0,
      let lots = budget.divided(by: one, places: 0)
    else { return 0 }
    return Int64(clamping: lots.units)
  }

  private func isBetter(_ a: Price, than b: Price, _ side: Side) -> Bool {
    side == .buy ? a > b : a < b
  }

  private func reaches(_ order: VenueOrder, _ price: Price) -> Bool {
    order.price.isNone || (order.side == .buy ? price <= order.price : price >= order.price)
  }

  /// The best displayed level of `side` within the order's price that we have not emptied.
  func bestAvailable(
    _ instrument: Int, _ side: Side, limit order: VenueOrder
  ) -> (price: Price, lots: Int64)? {
    let levels = side == .buy ? books[instrument].bids : books[instrument].asks
    let taken = side == .buy ? liquidity[instrument].takenBids : liquidity[instrument].takenAsks
    for level in levels.reversed() {
      if !reaches(order, level.price) { return nil }
      let lots = level.quantity.lots - (taken[level.price.ticks] ?? 0)
      if lots > 0 { return (level.price, lots) }
    }
    return nil
  }

  private func bestOwn(_ instrument: Int, _ side: Side, limit order: VenueOrder) -> VenueOrder? {
    var best: VenueOrder?
    for own in open[instrument]
    where own.side == side && !own.isInTransit && reaches(order, own.price) {
      if best == nil || isBetter(own.price, than: best!.price, side) { best = own }
    }
    return best
  }

  /// Would take, from the market or from ourselves.
  func crosses(_ order: VenueOrder) -> Bool {
    bestAvailable(order.instrument, order.side.opposite, limit: order) != nil
      || bestOwn(order.instrument, order.side.opposite, limit: order) != nil
  }

  private func canFill(_ order: VenueOrder) -> Bool {
    let side = order.side.opposite
    let levels = side == .buy ? books[order.instrument].bids : books[order.instrument].asks
    let taken =
      side == .buy
      ? liquidity[order.instrument].takenBids : liquidity[order.instrument].takenAsks
    var left = order.remaining.lots
    for level in levels.reversed() where left > 0 {
      if !reaches(order, level.price) { break }
      left -= max(0, level.quantity.lots - (taken[level.price.ticks] ?? 0))
    }
    return left <= 0
  }
}
