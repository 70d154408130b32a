// Market events meeting resting orders: the queue, and fills as a maker; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Applies a market event to its book and lets it fill resting orders.
  public mutating func apply(
    _ event: MarketEvent, at now: Int64, into events: inout [EngineEvent]
  ) {
    advance(to: now, into: &events)
    if let trade = event.trade {
      lastPrices[event.instrument] = trade.price
      if books[event.instrument].isReady { meet(trade, event.instrument, now, &events) }
    } else if event.isBook {
      let hasOrders = !open[event.instrument].isEmpty
      if hasOrders { moveQueues(event) }
      books[event.instrument].apply(event)
      refresh(event)
      if hasOrders { fillCrossed(event.instrument, now, &events) }
    }
    closeBatch(at: now, into: &events)
    watchAlgos(event.instrument, at: now, into: &events)
  }

  /// Touched levels are whole again, and their trades are accounted for.
  private mutating func refresh(_ event: MarketEvent) {
    let index = event.instrument
    if event.kind == .snapshot {
      liquidity[index] = Liquidity()
      return
    }
    for level in event.bids {
      if !liquidity[index].takenBids.isEmpty { liquidity[index].takenBids[level.price.ticks] = nil }
      if !liquidity[index].tradedBids.isEmpty {
        liquidity[index].tradedBids[level.price.ticks] = nil
      }
    }
    for level in event.asks {
      if !liquidity[index].takenAsks.isEmpty { liquidity[index].takenAsks[level.price.ticks] = nil }
      if !liquidity[index].tradedAsks.isEmpty {
        liquidity[index].tradedAsks[level.price.ticks] = nil
      }
    }
  }

  /// Size that leaves a level without a trade: the queue model says from where.
  private mutating func moveQueues(_ event: MarketEvent) {
    let instrument = event.instrument
    for index in open[instrument].indices where !open[instrument][index].isInTransit {
      let order = open[instrument][index]
      let changes = order.side == .buy ? event.bids : event.asks
      let change = changes.first { $0.price == order.price }
      if change == nil && event.kind != .snapshot { continue }
      let new = change?.quantity.lots ?? 0
      let traded =
        order.side == .buy
        ? liquidity[instrument].tradedBids[order.price.ticks]
        : liquidity[instrument].tradedAsks[order.price.ticks]
      let old = books[instrument].level(order.side, at: order.price)?.quantity.lots ?? 0
      let standing = old - (traded ?? 0)
      var ahead = order.queueAhead.lots
      let left = standing - new
      if left > 0 && standing > 0 && event.kind != .snapshot {
        ahead = settings.queue.ahead(of: ahead, standing: standing, left: left)
      }
      open[instrument][index].queueAhead = Quantity(lots: max(0, min(ahead, new)))
    }
  }

  /// A trade of the market: it advances the queue at its price and fills what it reaches.
  private mutating func meet(
    _ trade: TradePrint, _ instrument: Int, _ now: Int64, _ events: inout [EngineEvent]
  ) {
    let side = trade.side.opposite
    if side == .buy {
      liquidity[instrument].tradedBids[trade.price.ticks, default: 0] += trade.quantity.lots
    } else {
      liquidity[instrument].tradedAsks[trade.price.ticks, default: 0] += trade.quantity.lots
    }
    let reached = open[instrument].filter {
      $0.side == side && !$0.isInTransit
        && (side == .buy ? $0.price >= trade.price : $0.price <= trade.price)
    }.sorted {
      if $0.price == $1.price { return $0.arrival < $1.arrival }
      return side == .buy ? $0.price > $1.price : $0.price < $1.price
    }
    var ownTaken: Int64 = 0
    for order in reached {
      var lots = order.remaining.lots
      if order.price == trade.price {
        let excess = trade.quantity.lots - order.queueAhead.lots - ownTaken
        lots = min(lots, max(0, excess))
        ownTaken += lots
      }
      fillResting(order.id, lots, now, &events) {
        $0.queueAhead = Quantity(lots: max(0, $0.queueAhead.lots - trade.quantity.lots))
      }
    }
  }

  /// Opposite levels that came to or through a resting order's price meet it there.
  private mutating func fillCrossed(
    _ instrument: Int, _ now: Int64, _ events: inout [EngineEvent]
  ) {
    let book = books[instrument]
    for order in open[instrument] where !order.isInTransit {
      let best = order.side == .buy ? book.bestAsk : book.bestBid
      guard let best,
        order.side == .buy ? best.price <= order.price : best.price >= order.price
      else { continue }
      let against = order.side.opposite
      var left = order.remaining.lots
      while left > 0, let level = bestAvailable(instrument, against, limit: order) {
        let lots = min(left, level.lots)
        if against == .buy {
          liquidity[instrument].takenBids[level.price.ticks, default: 0] += lots
        } else {
          liquidity[instrument].takenAsks[level.price.ticks, default: 0] += lots
        }
        left -= lots
      }
      fillResting(order.id, order.remaining.lots - left, now, &events) { _ in }
    }
  }

  /// Changes a resting order, then fills `lots` of it as a maker at its own price.
  private mutating func fillResting(
    _ id: UInt64, _ lots: Int64, _ now: Int64, _ events: inout [EngineEvent],
    _ change: (inout VenueOrder) -> Void
  ) {
    guard let instrument = homes[id],
      let index = open[instrument].firstIndex(where: { $0.id == id })
    else { return }
    change(&open[instrument][index])
    var order = open[instrument][index]
    let lots = min(lots, closable(order))
    if lots == 0 { return }
    fill(
      &order, Quantity(lots: lots), at: order.price, isTaker: false, now: now, into: &events)
    if order.remaining.lots == 0 {
      _ = take(id)
      close(order, reporting: false, into: &events)
    } else {
      open[instrument][index] = order
      if let hold = try? fundsNeeded(order, isChecked: false) {
        changeHold(of: id, instrument, to: hold)
      }
    }
  }
}
