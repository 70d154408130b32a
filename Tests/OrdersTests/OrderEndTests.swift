// When an order has ended: its end and its fills agree, or it lives on and is asked about.

import Orders
import Quantities
import Risk
import Testing

@Suite struct OrderEndTests {
  @Test func anEndWaitsForTheFillsThatItStates() {
    var desk = Desk()
    let order = desk.send(.sell, lots: 10, price: 1_000)
    _ = desk.push(update(order, .live, side: .sell))
    #expect(desk.push(update(order, .cancelled, cumulative: 6, side: .sell)) == .applied)
    // Six lots are missing: it has not ended, and the exchange is asked.
    #expect(desk.state(order) == .unknown && desk.orders.queriesPending == 1)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 0)
    desk.orders.requestCancels(.none)
    #expect(desk.orders.nextRequestedCancel(now: desk.now) == nil, "it is over")
    #expect(desk.merge(order, lots: 2, trade: 8, side: .sell) == .applied)
    #expect(desk.state(order) == .unknown)
    // A push that was overtaken says nothing against the end.
    _ = desk.push(update(order, .live, side: .sell))
    #expect(desk.state(order) == .unknown)
    #expect(
      desk.push(update(order, .partiallyFilled, cumulative: 6, last: 4, trade: 9, side: .sell))
        == .applied)
    #expect(desk.state(order) == .cancelled)
    #expect(desk.merge(order, lots: 4, trade: 9, side: .sell) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -6)
    #expect(desk.kinds(order) == [.sent, .live, .unknown, .fill, .fill, .cancelled])
    #expect(desk.agrees() == true)
  }

  @Test func aFillThatNothingNamesIsInferredInTheEnd() {
    var desk = Desk()
    let order = desk.send(.sell, lots: 10, price: 1_000)
    _ = desk.push(update(order, .live, side: .sell))
    var end = update(order, .cancelled, cumulative: 6, side: .sell)
    end.averagePrice = Price(ticks: 1_002)
    end.receivedAt = desk.now
    _ = desk.push(end)
    for _ in 0..<3 {
      desk.pass(2_000_000_000)
      if let query = desk.orders.nextQuery(now: desk.now) {
        end.receivedAt = desk.now
        _ = desk.answer(query, .found, end)
      }
    }
    #expect(desk.kinds(order) == [.sent, .live, .unknown, .fill, .cancelled])
    let fill = desk.log.first { $0.kind == .fill }
    #expect(fill?.isReconciled == true && fill?.lastPrice == Price(ticks: 1_002))
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -6)
    // Its rows come after all: they name what was counted, and bring its fee.
    #expect(desk.merge(order, lots: 4, trade: 9, side: .sell, fee: -7) == .applied)
    #expect(desk.merge(order, lots: 2, trade: 10, side: .sell, fee: -3) == .applied)
    #expect(desk.kinds(order).suffix(2) == [.fillNamed, .fillNamed])
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == -6)
    #expect(desk.positions.fees(CurrencyID(index: 0)).units == -10)
    #expect(desk.agrees() == true)
  }

  @Test func aFillCountsWhateverItsOrderIsIn() {
    var desk = Desk()
    // Refused, and filled all the same.
    let refused = desk.send()
    _ = desk.reply(refused, code: 51008)
    #expect(
      desk.push(update(refused, .filled, cumulative: 10, last: 10, trade: 1)) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 10)
    // Refused, and REST alone tells of a trade.
    let lost = desk.send()
    _ = desk.reply(lost, code: 51008)
    #expect(desk.state(lost) == .rejected)
    #expect(desk.merge(lost, lots: 4, trade: 5) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 14)
    // Cancelled, and a trade of it shows late.
    let cancelled = desk.send()
    _ = desk.push(update(cancelled, .live))
    _ = desk.push(update(cancelled, .cancelled))
    #expect(desk.merge(cancelled, lots: 3, trade: 2) == .applied)
    #expect(desk.merge(cancelled, lots: 3, trade: 2) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 17)
    #expect(desk.agrees() == true)
  }

  @Test func anOrderTakenForEndedThatLivesIsCancelledAgain() {
    var desk = Desk()
    let order = desk.send()
    var live = update(order, .live)
    live.exchangeTime = WallMilliseconds(milliseconds: 100)
    _ = desk.push(live)
    var gone = update(order, .cancelled)
    gone.exchangeTime = WallMilliseconds(milliseconds: 200)
    _ = desk.push(gone)
    #expect(desk.push(live) == .duplicate, "an older push revives nothing")
    live.exchangeTime = WallMilliseconds(milliseconds: 300)
    #expect(desk.push(live) == .applied)
    #expect(desk.state(order) == .live)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == order)
    #expect(desk.agrees() == true)
  }

  /// An epoch waits for a word on each order that may have ended while nobody listened, live ones too.
  @Test func aLiveOrderOfALostLineIsUnansweredUntilRESTSpeaks() {
    var desk = Desk()
    let order = desk.send()
    _ = desk.push(update(order, .live))
    #expect(desk.orders.unanswered(since: desk.now) == 0)
    #expect(desk.sessionDown() == true)
    desk.pass(1_000_000)
    let opened = desk.now
    #expect(desk.orders.unanswered(since: opened) == 1)
    guard let query = desk.orders.nextQuery(now: desk.now) else {
      Issue.record("it is not asked about")
      return
    }
    #expect(desk.orders.unanswered(since: opened) == 1, "asked is not answered")
    desk.pass(1_000_000)
    _ = desk.answer(query, .found, update(order, .live))
    #expect(desk.orders.unanswered(since: opened) == 0)
  }

  /// "Not found" twice is no word of the exchange's: what pending orders show at the very time last heard lives.
  @Test func anEndConcludedFromNotFoundGivesWayToPendingOrders() {
    var desk = Desk()
    let order = desk.send()
    var live = update(order, .live)
    live.exchangeTime = WallMilliseconds(milliseconds: 100)
    _ = desk.push(live)
    desk.pass(20_000_000_000)
    _ = desk.sessionDown()
    for _ in 0..<3 {
      desk.pass(3_000_000_000)
      if let query = desk.orders.nextQuery(now: desk.now) { _ = desk.answer(query, .notFound) }
    }
    #expect(desk.state(order) == .cancelled)
    live.receivedAt = desk.now
    #expect(desk.orders.observe(live, into: &desk.reports) == .applied)
    desk.drain()
    #expect(desk.state(order) == .live && desk.orders.workingCount == 1)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == order)
    #expect(desk.agrees() == true)
  }
}
