// Orders whose size or price changes under the table, and orders of other people that only look like ours.

import Orders
import Quantities
import Risk
import Testing

@Suite struct AmendTests {
  private let pair = InstrumentID(index: 0)

  private func later(_ update: OrderUpdate, _ milliseconds: Int64) -> OrderUpdate {
    var update = update
    update.exchangeTime = WallMilliseconds(milliseconds: milliseconds)
    return update
  }

  /// A person took 15 of 20 lots back, and the rest filled: nothing is missing, and nothing is inferred.
  @Test func anOrderAmendedDownEndsWithWhatItFilled() {
    var desk = Desk()
    let order = desk.send(lots: 20)
    _ = desk.push(later(update(order, .live, quantity: 20), 100))
    _ = desk.push(later(update(order, .live, quantity: 5), 200))
    #expect(desk.gate.exposure(pair).openBuys == 5 && desk.agrees())
    _ = desk.push(
      later(update(order, .filled, cumulative: 5, last: 5, trade: 7, quantity: 5), 300))
    #expect(desk.state(order) == .filled && desk.agrees())
    #expect(desk.orders.counters.inferredFills == 0)
    #expect(desk.positions.quantity(pair).lots == 5)
  }

  /// The amendment's own push was lost: the fill's says it too.
  @Test func aFillBeyondTheOldSizeCounts() {
    var desk = Desk()
    let order = desk.send(lots: 10)
    _ = desk.push(later(update(order, .live), 100))
    _ = desk.push(
      later(
        update(order, .partiallyFilled, cumulative: 12, last: 12, trade: 7, quantity: 20), 200))
    #expect(desk.positions.quantity(pair).lots == 12 && desk.gate.exposure(pair).openBuys == 8)
    #expect(desk.orders.counters.contradictions == 0 && desk.agrees())
    // An older word about its size says nothing.
    _ = desk.push(later(update(order, .live, quantity: 10), 100))
    #expect(desk.gate.exposure(pair).openBuys == 8)
  }

  @Test func aPriceMovesOwnCross() {
    var desk = Desk()
    let order = desk.send(.sell, lots: 10, price: 1_005)
    _ = desk.push(later(update(order, .live, price: 1_005, side: .sell), 100))
    let before = desk.approve(.buy, lots: 1, price: 1_001)
    #expect(before != nil)
    _ = desk.push(later(update(order, .live, price: 1_001, side: .sell), 200))
    let after = desk.approve(.buy, lots: 1, price: 1_001)
    #expect(after == nil, "it would meet ours")
  }

  /// Another program numbers its orders by the clock: to us that looks like an order of an early start.
  @Test func anIdWithoutOurTagIsSomebodyElses() {
    var desk = Desk(start: 9)
    var strange = update(ClientOrderID(start: 3, number: 77)!, .live)
    strange.hasOurTag = false
    #expect(desk.adopt(strange) == true)
    let held = desk.orders.adopted(strange)
    #expect(held?.isForeign == true && held?.clientOrder.isForeign == true)
    desk.orders.requestCancels(.none)
    let theirs = desk.orders.nextRequestedCancel(now: desk.now)
    #expect(theirs == nil)
    strange.hasOurTag = true
    strange.clientOrder = ClientOrderID(start: 3, number: 78)!
    strange.exchangeOrder = ExchangeOrderID(rawValue: 4)
    #expect(desk.adopt(strange) == true)
    desk.orders.requestCancels(.none)
    let ours = desk.orders.nextRequestedCancel(now: desk.now)
    #expect(ours != nil)
  }

  /// A list that leaves an order out, asked for long after anything was heard of it: its end was lost.
  @Test func whatPendingOrdersLeaveOutIsAskedAbout() {
    var desk = Desk()
    let order = desk.send()
    var live = update(order, .live)
    live.receivedAt = desk.now
    _ = desk.push(live)
    desk.orders.questionUnlisted(askedAt: desk.now, now: desk.now)
    let early = desk.orders.nextQuery(now: desk.now)
    #expect(early == nil, "REST may lag")
    desk.pass(9_000_000_000)
    desk.orders.questionUnlisted(askedAt: desk.now, now: desk.now)
    let later = desk.orders.nextQuery(now: desk.now)
    #expect(later == nil, "and long")
    desk.pass(1_500_000_000)
    desk.orders.questionUnlisted(askedAt: desk.now, now: desk.now)
    let late = desk.orders.nextQuery(now: desk.now)
    #expect(late?.clientOrder == order)
  }

  /// Isolated margin: a position of its own. Its rows in trade/fills do not say so, its push did.
  @Test func fillsOfAShunnedOrderCountNothing() {
    var desk = Desk()
    desk.orders.shun(ExchangeOrderID(rawValue: 900))
    #expect(desk.merge(.none, lots: 5, trade: 600, exchange: 900) == .duplicate)
    #expect(desk.positions.quantity(pair).lots == 0)
    #expect(desk.merge(.none, lots: 5, trade: 601, exchange: 901) == .unmatched)
    #expect(desk.positions.quantity(pair).lots == 5)
  }

  @Test func aStrangerIsToldOnce() {
    var desk = Desk(start: 4)
    let order = ExchangeOrderID(rawValue: 900)
    #expect(desk.orders.isNewStranger(.none, order) == true)
    #expect(desk.orders.isNewStranger(.none, order) == false)
    let ours = desk.orders.isNewStranger(
      ClientOrderID(start: 2, number: 1)!, ExchangeOrderID(rawValue: 901))
    #expect(!ours)
    let later = desk.orders.isNewStranger(
      ClientOrderID(start: 5, number: 1)!, ExchangeOrderID(rawValue: 902))
    #expect(later, "a start that is yet to come cannot be ours")
  }

  /// What other people have resting does not keep the desk from getting flat.
  @Test func foreignOrdersDoNotBlockAReduction() {
    var desk = Desk()
    let bought = desk.send(.buy, lots: 10, price: 1_000)
    _ = desk.push(update(bought, .filled, cumulative: 10, last: 10, trade: 1))
    for (number, side, price): (UInt64, Side, Int64) in [(1, .sell, 2_000), (2, .buy, 1_000)] {
      var strange = update(.none, .live, price: price, side: side)
      strange.exchangeOrder = ExchangeOrderID(rawValue: number)
      #expect(desk.adopt(strange) == true)
    }
    #expect(desk.gate.exposure(pair).openSells == 10 && desk.agrees(), "they count")
    var open = desk.orders.openOrders(pair)
    open.position = 10
    #expect(open.reducible(.sell) == 10, "the Sender's own check")
    // A sale at their bid: the exchange cancels the maker, the account's own.
    let opening = desk.approve(.sell, lots: 10, price: 1_000)
    #expect(opening == nil, "one that may open is refused")
    let reducing = desk.approve(.sell, lots: 10, price: 1_000, isReduceOnly: true)
    #expect(reducing != nil)
    let more = desk.approve(.sell, lots: 1, price: 1_001, isReduceOnly: true)
    #expect(more == nil, "ours counts")
  }
}
