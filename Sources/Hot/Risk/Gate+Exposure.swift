// The controls on what the account could become, and the table of orders they count; hot plane.

import Quantities

extension Gate {
  @_noLocks
  func refuseExposure(_ intent: Intent, _ risk: InstrumentRisk) -> Refusal? {
    let exposure = risk.exposure
    let lots = intent.quantity.lots
    let isReducing =
      intent.isReduceOnly || risk.state.inForce(under: deskState) == .reduceOnly
    if isReducing {
      let reducible = exposure.reducible(intent.side)
      if lots > reducible { return Refusal(.reduceOnly, limit: reducible, figure: lots) }
    }
    if let own = ownPriceCrossed(by: intent, risk, isReducing: isReducing) {
      return Refusal(.ownCross, limit: own, figure: intent.price.ticks)
    }
    let open = intent.side == .buy ? exposure.openBuys : exposure.openSells
    if open.addingReportingOverflow(lots).overflow {
      return Refusal(.position, limit: risk.limits.positionLotsMaximum, figure: .max)
    }
    let worst = exposure.worstCase(intent.side, adding: lots)
    if worst > risk.limits.positionLotsMaximum {
      // What only shrinks the position passes even when the position is already beyond its limit.
      if lots > exposure.reducible(intent.side) {
        return Refusal(.position, limit: risk.limits.positionLotsMaximum, figure: worst)
      }
    }
    // What other people have open does not keep the desk from getting flat.
    let foreign = isReducing ? exposure.foreignOrders : 0
    let openOrders = exposure.openOrders &- foreign
    if openOrders >= risk.limits.openOrdersMaximum {
      return Refusal(
        .openOrders, limit: risk.limits.openOrdersMaximum, figure: openOrders &+ 1)
    }
    let counted = isReducing ? openOrderCount &- foreignOrderCount : openOrderCount
    if counted >= desk.openOrdersMaximum || openOrderCount >= Int64(Gate.openOrdersMax) {
      let maximum = min(desk.openOrdersMaximum, Int64(Gate.openOrdersMax))
      return Refusal(.openOrders, limit: maximum, figure: openOrderCount &+ 1)
    }
    return nil
  }

  /// The best price of the account's open orders that this order would trade with, or nil. What reduces may meet other
  /// people's: the exchange cancels the maker (docs/OKX.md OKX-117). The chain is at most the open-order limit long.
  @_noLocks
  func ownPriceCrossed(by intent: Intent, _ risk: InstrumentRisk, isReducing: Bool) -> Int64? {
    var slot = intent.side == .buy ? risk.firstSell : risk.firstBuy
    var crossed: Int64? = nil
    while slot != OpenOrder.noSlot {
      let own = unsafe orders[Int(slot)]
      let crosses =
        intent.side == .buy ? intent.price.ticks >= own.price : intent.price.ticks <= own.price
      if crosses && !(isReducing && own.isForeign) {
        let best = crossed ?? own.price
        crossed = intent.side == .buy ? min(best, own.price) : max(best, own.price)
      }
      slot = own.next
    }
    return crossed
  }

  /// Counts an approved order. Room was checked by `refuseExposure`.
  @_noLocks
  mutating func open(_ intent: Intent) {
    count(
      intent.number, intent.instrument, intent.side, price: intent.price.ticks,
      lots: intent.quantity.lots, isForeign: false)
  }

  @_noLocks
  mutating func count(
    _ number: IntentNumber, _ instrument: InstrumentID, _ side: Side, price: Int64, lots: Int64,
    isForeign: Bool
  ) {
    let slot = freeSlot
    precondition(slot != OpenOrder.noSlot, "Invariant: the open-order limit is the table's size")
    freeSlot = unsafe orders[Int(slot)].next
    let isInserted = index.insert(number.rawValue, slot: Int(slot))
    precondition(isInserted, "Invariant: an intent number is opened once")
    let at = Int(instrument.index)
    let head = unsafe side == .buy ? states[at].firstBuy : states[at].firstSell
    var order = OpenOrder()
    order.intent = number.rawValue
    order.price = price
    order.remaining = lots
    order.instrument = instrument
    order.side = side
    order.isForeign = isForeign
    order.next = head
    unsafe orders[Int(slot)] = order
    if head != OpenOrder.noSlot { unsafe orders[Int(head)].previous = slot }
    if side == .buy {
      unsafe states[at].firstBuy = slot
    } else {
      unsafe states[at].firstSell = slot
    }
    unsafe states[at].exposure.add(side, lots, isForeign: isForeign)
    unsafe states[at].exposure.addOrder(1, isForeign: isForeign)
    openOrderCount &+= 1
    if isForeign { foreignOrderCount &+= 1 }
  }

  /// Frees what is left of an order's exposure; false when the gate holds no such order.
  @discardableResult
  @_noLocks
  mutating func close(_ intent: IntentNumber) -> Bool {
    guard let slot = index.remove(intent.rawValue) else { return false }
    let order = unsafe orders[slot]
    let at = Int(order.instrument.index)
    if order.previous != OpenOrder.noSlot {
      unsafe orders[Int(order.previous)].next = order.next
    } else if order.side == .buy {
      unsafe states[at].firstBuy = order.next
    } else {
      unsafe states[at].firstSell = order.next
    }
    if order.next != OpenOrder.noSlot {
      unsafe orders[Int(order.next)].previous = order.previous
    }
    unsafe states[at].exposure.add(
      order.side, 0 &- order.remaining, isForeign: order.isForeign)
    unsafe states[at].exposure.addOrder(-1, isForeign: order.isForeign)
    openOrderCount &-= 1
    if order.isForeign { foreignOrderCount &-= 1 }
    var free = OpenOrder()
    free.next = freeSlot
    unsafe orders[slot] = free
    freeSlot = Int32(truncatingIfNeeded: slot)
    return true
  }
}
