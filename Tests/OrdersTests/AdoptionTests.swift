// Orders and fills that this run did not make: earlier starts', other people's, the exchange's own.

import Orders
import Quantities
import Risk
import Testing

@Suite struct AdoptionTests {
  @Test func ordersOfAnEarlierStart() {
    var desk = Desk(start: 9)
    let old = ClientOrderID(start: 8, number: 123)!
    var pending = update(old, .partiallyFilled, cumulative: 4)
    pending.averagePrice = Price(ticks: 990)
    #expect(desk.adopt(pending) == true)
    #expect(desk.adopt(pending) == false)
    #expect(desk.adopt(update(ClientOrderID(start: 9, number: 1)!, .live)) == false)
    // A later start's number: somebody else's. Counted, and left alone.
    #expect(desk.adopt(update(ClientOrderID(start: 10, number: 1)!, .live)) == true)
    #expect(desk.orders.workingCount == 2 && desk.orders.mayCancel(old))
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openOrders == 2)
    desk.orders.requestCancels(.none)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == old)
    desk.orders.markCancelSent(old, request: 1, now: desk.now)
    #expect(desk.orders.nextRequestedCancel(now: desk.now) == nil, "the other is not ours")
    // Its history is history; what it fills now moves the position, without an intent.
    #expect(desk.push(update(old, .partiallyFilled, cumulative: 6, last: 2, trade: 77)) == .applied)
    #expect(desk.log.last?.intent.isStandIn == true && desk.log.last?.lastQuantity.lots == 2)
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openBuys == 14, "the gate counts both")
    #expect(desk.push(update(old, .cancelled, cumulative: 6)) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 2)
    #expect(desk.orders.workingCount == 1)
    #expect(desk.agrees() == true)
  }

  /// The end of the process waits for ours alone.
  @Test func othersOrdersAreNotAmongOurs() {
    var desk = Desk(start: 9)
    let phone = ExchangeOrderID(rawValue: 4_711)
    var foreign = update(.none, .live)
    foreign.exchangeOrder = phone
    #expect(desk.adopt(foreign) && desk.adopt(update(ClientOrderID(start: 8, number: 1)!, .live)))
    #expect(desk.orders.workingCount == 2 && desk.orders.ownWorkingCount == 1)
    desk.orders.own(ClientOrderID(foreign: phone))
    desk.orders.own(ClientOrderID(foreign: phone))
    #expect(desk.orders.ownWorkingCount == 2, "the desk took it for its own")
    var second = foreign
    second.exchangeOrder = ExchangeOrderID(rawValue: 4_712)
    #expect(desk.adopt(second) && desk.orders.ownWorkingCount == 2)
    second.state = .cancelled
    #expect(desk.push(second) == .applied)
    #expect(desk.orders.workingCount == 2 && desk.orders.ownWorkingCount == 2)
    desk.orders.own(ClientOrderID(foreign: second.exchangeOrder))
    #expect(desk.orders.ownWorkingCount == 2, "it has ended")
    foreign.state = .cancelled
    #expect(desk.push(foreign) == .applied)
    #expect(desk.orders.workingCount == 1 && desk.orders.ownWorkingCount == 1)
  }

  @Test func anEarlierStartsOrderWithoutAProvenEnd() {
    var desk = Desk(start: 9)
    let old = ClientOrderID(start: 8, number: 4)!
    var unproven = update(old, .live, cumulative: 3)
    unproven.exchangeOrder = .none
    #expect(desk.adoptUnproven(unproven) == true)
    #expect(desk.adoptUnproven(unproven) == false)
    #expect(desk.state(old) == .unknown)
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openBuys == 7)
    #expect(desk.orders.nextQuery(now: desk.now)?.clientOrder == old)
    desk.orders.requestCancel(of: old)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == old)
    // What the journal has is not counted again; what it has not is.
    #expect(desk.merge(old, lots: 2, trade: 12) == .applied)
    desk.pass(1)
    #expect(desk.push(update(old, .cancelled, cumulative: 5)) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 2)
    #expect(desk.state(old) == .cancelled && desk.agrees())
  }

  /// Its end was pushed before the journal's word of it was told: what the push counted is not missing any more.
  @Test(arguments: [true, false])
  func whatWasPushedOfAnUnprovenOrderIsCountedOnce(_ isExchangeIDOnRecord: Bool) {
    var desk = Desk(start: 9)
    let old = ClientOrderID(start: 8, number: 4)!
    #expect(desk.push(update(old, .filled, cumulative: 10, last: 1, trade: 13)) == .unmatched)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 1)
    var unproven = update(old, .live, cumulative: 4)
    if !isExchangeIDOnRecord { unproven.exchangeOrder = .none }
    #expect(desk.adoptUnproven(unproven) == true)
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openBuys == 5)
    #expect(desk.merge(old, lots: 1, trade: 13) == .duplicate)
    #expect(desk.merge(old, lots: 5, trade: 12) == .applied)
    guard let query = desk.orders.nextQuery(now: desk.now) else {
      Issue.record("it is not asked about")
      return
    }
    #expect(desk.answer(query, .found, update(old, .filled, cumulative: 10)) == .applied)
    #expect(desk.state(old) == .filled && desk.agrees())
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 6, "and 4 by the journal")
    #expect(desk.log.allSatisfy { $0.kind != .fill || $0.tradeID != 0 }, "none is inferred")
  }

  /// Lots that the journal counted without their trade are taken over by the row that names it.
  @Test func namelessLotsOfAnUnprovenOrderAreNamedAndNotCountedAgain() {
    var desk = Desk(start: 9)
    let old = ClientOrderID(start: 8, number: 4)!
    let unproven = update(old, .live, cumulative: 3)
    desk.orders.remember(
      RecordedOrder(
        exchangeOrder: unproven.exchangeOrder, instrument: unproven.instrument,
        lots: Quantity(lots: 3), nameless: Quantity(lots: 3))
    )
    #expect(desk.adoptUnproven(unproven) == true)
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openBuys == 7)
    #expect(desk.merge(old, lots: 3, trade: 12) == .applied)
    #expect(desk.log.last?.kind == .fillNamed)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 0)
    #expect(desk.merge(old, lots: 2, trade: 13) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 2)
    #expect(desk.agrees() == true)
  }

  /// An earlier start counted its first lots: what it grows by now is the rest, named or not.
  @Test(arguments: [0, 2, 5] as [Int64])
  func aLiquidationGoesOnAfterARestart(stillNameless: Int64) {
    var desk = Desk(start: 9)
    desk.orders.remember(
      RecordedOrder(
        exchangeOrder: ExchangeOrderID(rawValue: 900), instrument: .none,
        lots: Quantity(lots: 5),
        nameless: Quantity(lots: stillNameless)))
    var push = update(.none, .partiallyFilled, cumulative: 8, last: 3, trade: 0, side: .sell)
    push.exchangeOrder = ExchangeOrderID(rawValue: 900)
    push.quantity = Quantity(lots: 8)
    #expect(desk.push(push) == .unmatched)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -3)
    #expect(desk.push(push) == .duplicate)
    // The rows name what no push did, and move nothing.
    if stillNameless > 0 {
      _ = desk.merge(.none, lots: stillNameless, trade: -76, exchange: 900, side: .sell)
    }
    _ = desk.merge(.none, lots: 3, trade: -77, exchange: 900, side: .sell)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -3)
    #expect(desk.log.filter { $0.kind == .fill }.map(\.lastQuantity.lots) == [3])
    let named = desk.log.filter { $0.kind == .fillNamed }
    #expect(named.reduce(0) { $0 + $1.lastQuantity.lots } == stillNameless + 3)
  }

  @Test func aLiquidationCountsByWhatItsOrderGrew() {
    var desk = Desk()
    // A push names no trade; the same push again is no more; the row names it with a negative id.
    var push = update(.none, .partiallyFilled, cumulative: 4, last: 4, trade: 0, side: .sell)
    push.exchangeOrder = ExchangeOrderID(rawValue: 900)
    push.state = .filled
    push.quantity = Quantity(lots: 4)
    #expect(desk.push(push) == .unmatched)
    #expect(desk.push(push) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -4)
    #expect(desk.merge(.none, lots: 4, trade: -77, exchange: 900, side: .sell) == .unmatched)
    #expect(desk.merge(.none, lots: 4, trade: -77, exchange: 900, side: .sell) == .duplicate)
    #expect(desk.log.last?.kind == .fillNamed)
    #expect(Int64(bitPattern: desk.log.last!.tradeID) == -77)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -4)
    // The other way round: the row first, or no push at all.
    #expect(desk.merge(.none, lots: 3, trade: -78, exchange: 901, side: .sell) == .unmatched)
    push.exchangeOrder = ExchangeOrderID(rawValue: 901)
    push.cumulativeFilled = Quantity(lots: 3)
    push.lastQuantity = Quantity(lots: 3)
    #expect(desk.push(push) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -7)
    // Some clients see the negative id in the push.
    push.exchangeOrder = ExchangeOrderID(rawValue: 902)
    push.tradeID = UInt64(bitPattern: -79)
    #expect(desk.push(push) == .unmatched)
    #expect(desk.merge(.none, lots: 3, trade: -79, exchange: 902, side: .sell) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -10)
    #expect(desk.agrees() == true)
  }

  @Test func anEnvelopesRefusalBelongsToItsRequest() {
    var desk = Desk()
    let order = desk.send()
    let other = desk.send()
    let first = desk.orders.order(order)!.request
    #expect(first != 0 && desk.orders.order(other)!.request != first)
    #expect(desk.refuse(first) == .applied)
    #expect(desk.state(order) == .rejected && desk.state(other) == .sent)
    _ = desk.push(update(other, .live))
    desk.orders.markCancelSent(other, request: 77, now: desk.now)
    #expect(desk.refuse(77) == .applied)
    #expect(desk.orders.mayCancel(other) && desk.state(other) == .live)
    #expect(desk.refuse(4_711) == .unmatched)
    #expect(desk.agrees() == true)
  }

  @Test func fillsOfOthersMoveThePosition() {
    var desk = Desk()
    var foreign = update(.none, .partiallyFilled, cumulative: 3, last: 3, trade: 5)
    foreign.exchangeOrder = ExchangeOrderID(rawValue: 4_711)
    #expect(desk.push(foreign) == .unmatched)
    #expect(desk.push(foreign) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 3)
    // What is left of it counts in the limits; a stop of ours leaves it alone.
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openBuys == 7)
    desk.orders.requestCancels(.none)
    #expect(desk.orders.nextRequestedCancel(now: desk.now) == nil)
    // An unseen order of an earlier start is adopted by its push.
    let old = ClientOrderID(start: 3, number: 1)!
    #expect(
      desk.push(update(old, .partiallyFilled, cumulative: 5, last: 2, trade: 6)) == .unmatched)
    #expect(desk.orders.mayCancel(old) == true)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 5)
    #expect(
      desk.push(update(old, .filled, cumulative: 10, last: 5, trade: 8)) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 10)
    #expect(desk.agrees() == true)
  }
}
