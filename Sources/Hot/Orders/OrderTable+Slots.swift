// The order table's lists and indexes: taking a slot, ending an order, walking the ones at work; hot plane.

import Quantities
import Risk

extension OrderTable {
  @_noLocks
  mutating func append(_ slot: Int32, to list: inout OrderList) {
    unsafe orders[Int(slot)].next = Order.noSlot
    unsafe orders[Int(slot)].previous = list.last
    if list.last == Order.noSlot {
      list.first = slot
    } else {
      unsafe orders[Int(list.last)].next = slot
    }
    list.last = slot
    list.count &+= 1
  }

  @_noLocks
  mutating func unlink(_ slot: Int32, from list: inout OrderList) {
    let next = unsafe orders[Int(slot)].next
    let previous = unsafe orders[Int(slot)].previous
    if previous == Order.noSlot {
      list.first = next
    } else {
      unsafe orders[Int(previous)].next = next
    }
    if next == Order.noSlot {
      list.last = previous
    } else {
      unsafe orders[Int(next)].previous = previous
    }
    list.count &-= 1
  }

  /// A slot for a new order, the oldest ended one's when none is free; nil when all are at work.
  @_noLocks
  mutating func takeSlot() -> Int32? {
    if working.count >= OrderTable.workingMax { return nil }
    if freeSlot != Order.noSlot {
      let slot = freeSlot
      freeSlot = unsafe orders[Int(slot)].next
      return slot
    }
    let oldest = ended.first
    if oldest == Order.noSlot { return nil }
    var list = ended
    unlink(oldest, from: &list)
    ended = list
    _ = unsafe byClient.remove(orders[Int(oldest)].clientOrder.rawValue)
    let intent = unsafe orders[Int(oldest)].intent.rawValue
    if let held = byIntent.find(intent), held == Int(oldest) { _ = byIntent.remove(intent) }
    return oldest
  }

  /// Puts a new order to work in `slot` and counts its open lots.
  @_noLocks
  mutating func enlist(_ order: Order, at slot: Int32) {
    unsafe orders[Int(slot)] = order
    _ = byClient.insert(order.clientOrder.rawValue, slot: Int(slot))
    _ = byIntent.insert(order.intent.rawValue, slot: Int(slot))
    putToWork(slot)
  }

  @_noLocks
  mutating func putToWork(_ slot: Int32) {
    var list = working
    append(slot, to: &list)
    working = list
    let order = unsafe orders[Int(slot)]
    let at = Int(order.instrument.index)
    let isForeign = order.clientOrder.isForeign
    unsafe open[at].add(order.side, order.remaining.lots, isForeign: isForeign)
    unsafe open[at].addOrder(1, isForeign: isForeign)
    countForeign(order, by: 1)
  }

  /// Lots that no longer are open: filled, the rest of an order that ended; negative, lots that are.
  @_noLocks
  mutating func closeLots(_ lots: Int64, of order: Order) {
    unsafe open[Int(order.instrument.index)].add(
      order.side, 0 &- lots, isForeign: order.clientOrder.isForeign)
  }

  /// Moves an order to the ended ones. `state` is terminal.
  @_noLocks
  mutating func end(_ slot: Int, as state: OrderPhase) {
    let order = unsafe orders[slot]
    closeLots(order.remaining.lots, of: order)
    unsafe open[Int(order.instrument.index)].addOrder(
      -1, isForeign: order.clientOrder.isForeign)
    countForeign(order, by: -1)
    if order.needsQuery { queriesPending &-= 1 }
    if order.isCancelRequested { cancelsRequested &-= 1 }
    let at = Int32(truncatingIfNeeded: slot)
    if timeoutCursor == at { timeoutCursor = order.next }
    if queryCursor == at { queryCursor = order.next }
    if cancelCursor == at { cancelCursor = order.next }
    var list = working
    unlink(at, from: &list)
    working = list
    unsafe orders[slot].state = state
    unsafe orders[slot].needsQuery = false
    unsafe orders[slot].isQueryInFlight = false
    unsafe orders[slot].isCancelInFlight = false
    unsafe orders[slot].isCancelRequested = false
    unsafe orders[slot].claim = nil
    unsafe orders[slot].shortSince = .zero
    unsafe orders[slot].missingSince = .zero
    list = ended
    append(at, to: &list)
    ended = list
  }

  /// The order is known live after all although it was taken for ended. Nobody wants it any more: its
  /// cancel is requested.
  @_noLocks
  mutating func revive(_ slot: Int) {
    var list = ended
    unlink(Int32(truncatingIfNeeded: slot), from: &list)
    ended = list
    counters.revived &+= 1
    unsafe orders[slot].state = .unknown
    unsafe orders[slot].isCancelRequested = true
    unsafe orders[slot].cancelTries = 0
    unsafe orders[slot].cancelNotBefore = .zero
    cancelsRequested &+= 1
    putToWork(Int32(truncatingIfNeeded: slot))
  }

  /// Marks that the exchange must be asked from `now` on.
  @_noLocks
  mutating func ask(_ slot: Int, _ now: Instant) {
    if unsafe !orders[slot].needsQuery { queriesPending &+= 1 }
    unsafe orders[slot].needsQuery = true
    unsafe orders[slot].isQueryInFlight = false
    unsafe orders[slot].querySince = now
  }

  @_noLocks
  mutating func settleQuery(_ slot: Int) {
    if unsafe orders[slot].needsQuery { queriesPending &-= 1 }
    unsafe orders[slot].needsQuery = false
    unsafe orders[slot].isQueryInFlight = false
  }

  /// The order at `cursor` (from its end: the first at work), and the cursor moved behind it.
  @_noLocks
  func step(_ cursor: inout Int32) -> Int? {
    if cursor == Order.noSlot { cursor = working.first }
    if cursor == Order.noSlot { return nil }
    let at = Int(cursor)
    cursor = unsafe orders[at].next
    return at
  }

  /// The first order at work, oldest first; nil when there is none.
  @_noLocks
  public func firstWorking() -> Order? {
    working.first == Order.noSlot ? nil : unsafe orders[Int(working.first)]
  }

  /// The order at work after `order`, which must itself still be at work.
  @_noLocks
  public func working(after order: Order) -> Order? {
    guard let slot = byClient.find(order.clientOrder.rawValue) else { return nil }
    let held = unsafe orders[slot]
    if held.next == Order.noSlot || held.state.isTerminal { return nil }
    return unsafe orders[Int(held.next)]
  }
}
