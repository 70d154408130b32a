// Builder's window for everyone else: an instrument's slot and counters in State; hot plane.

import Book
import Channels
import Quantities
import State
import Strategy

extension BuilderStage {
  /// Publishes one instrument's slot and brings its counters up to date.
  @_noLocks
  mutating func show(_ id: InstrumentID) {
    let now = moment.instant
    let validity = views[id].validity
    draft.clearLevels()
    draft.value.instrument = id
    draft.value.isValid = validity.isValid
    draft.value.fault = validity.fault
    draft.value.seqId = validity.seqId
    draft.value.receivedAt = validity.receivedAt
    draft.value.exchangeTime = validity.exchangeTime
    draft.value.publishedAt = now
    draft.value.position = working.position(id)
    let boot = moment.boot
    let lease = lease(id)
    draft.value.source = lease.isLive(at: boot) ? lease.source : .none
    draft.value.target = lease.target
    if let trade = views[id].lastTrade {
      draft.value.lastPrice = trade.body.price
      draft.value.lastQuantity = trade.body.quantity
      draft.value.lastTradeTime = trade.exchangeTime
      draft.value.lastSide = trade.body.side
    }
    draft.value.isBelowMinimum = isBelowMinimum(id)
    showWorking(id)
    showIndicators(views.indicators(of: id, at: now))
    var rank = 0
    while rank < MarketSlot.levelsMax {
      if let bid = views[id].book.level(.buy, at: rank) {
        draft.append(.buy, price: bid.price, quantity: bid.quantity)
      }
      if let ask = views[id].book.level(.sell, at: rank) {
        draft.append(.sell, price: ask.price, quantity: ask.quantity)
      }
      rank &+= 1
    }
    ports.state.publish(draft, for: id)
    showCounters(id)
  }

  /// The strategy places nothing for it: the exchange takes no order so small.
  @_noLocks
  func isBelowMinimum(_ id: InstrumentID) -> Bool {
    let position = working.position(id).lots
    if position == 0 { return false }
    var lots = position == .min ? Int64.max : abs(position)
    if position > 0 { lots = min(lots, working.sellable(id).lots) }
    return lots < max(1, instruments[id].minimumLots)
  }

  @_noLocks
  mutating func showWorking(_ id: InstrumentID) {
    var count: UInt16 = 0
    var buy: Int64 = 0
    var sell: Int64 = 0
    var order = working.working(id, .buy)
    while let one = order {
      count &+= 1
      buy &+= one.remaining.lots
      order = working.working(after: one)
    }
    order = working.working(id, .sell)
    while let one = order {
      count &+= 1
      sell &+= one.remaining.lots
      order = working.working(after: one)
    }
    draft.value.workingOrders = count
    draft.value.workingBuy = Quantity(lots: buy)
    draft.value.workingSell = Quantity(lots: sell)
  }

  @_noLocks
  mutating func showIndicators(_ values: IndicatorValues) {
    var number: UInt8 = 0
    while let indicator = BookIndicator(rawValue: number) {
      draft.value.put(indicator, values.bits(indicator))
      number &+= 1
    }
  }

  /// Counts are kept where they arise; here State catches up with them.
  @_noLocks
  func showCounters(_ id: InstrumentID) {
    let shown = ports.state.counters(of: id)
    let market = views[id].counters
    let tally = tally(id)
    raise(shown, .snapshots, market.snapshots)
    raise(shown, .updates, market.updates)
    raise(shown, .heartbeats, market.heartbeats)
    raise(shown, .resets, market.resets)
    raise(shown, .gaps, market.gaps)
    raise(shown, .invalids, market.invalids)
    raise(shown, .trades, market.trades)
    raise(shown, .bestBidOffers, market.bestBidOffers)
    raise(shown, .ignored, market.ignored)
    raise(shown, .crossed, market.crossed)
    raise(shown, .bookFaults, market.faults)
    raise(shown, .checksumsVerified, market.checksumsVerified)
    raise(shown, .checksumsFailed, market.checksumsFailed)
    raise(shown, .signals, tally.signals)
    raise(shown, .intents, tally.intents)
    raise(shown, .ordersSent, tally.sent)
    raise(shown, .ordersAcknowledged, tally.acknowledged)
    raise(shown, .ordersRejected, tally.rejected)
    raise(shown, .ordersCancelled, tally.cancelled)
    raise(shown, .ordersFilled, tally.filled)
    raise(shown, .ordersUnknown, tally.unknown)
    raise(shown, .fills, tally.fills)
    raise(shown, .filledLots, UInt64(truncatingIfNeeded: max(0, tally.filledLots)))
  }

  @_noLocks
  func raise(
    _ shown: Counters<InstrumentCounter>, _ name: InstrumentCounter, _ value: UInt64
  ) {
    let held = shown[name]
    if value != held { shown.add(value &- held, to: name) }
  }
}
