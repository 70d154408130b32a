// The life of an order by the rules of docs/OKX.md (OKX-107 on), one rule a test.

import Orders
import Quantities
import Risk
import Testing

@Suite struct OrderLifeTests {
  @Test func theUsualLife() {
    var desk = Desk()
    let order = desk.send()
    #expect(order == ClientOrderID(start: 7, number: 1))
    #expect(desk.reply(order, exchange: 55) == .applied)
    #expect(desk.state(order) == .acknowledged)
    #expect(desk.orders.order(order)?.exchangeOrder == ExchangeOrderID(rawValue: 55))
    #expect(desk.push(update(order, .live)) == .applied)
    #expect(
      desk.push(update(order, .partiallyFilled, cumulative: 4, last: 4, trade: 1)) == .applied)
    #expect(desk.state(order) == .partiallyFilled)
    #expect(desk.agrees() == true)
    #expect(desk.push(update(order, .filled, cumulative: 10, last: 6, trade: 2)) == .applied)
    #expect(desk.state(order) == .filled)
    #expect(desk.kinds(order) == [.sent, .acknowledged, .live, .fill, .fill, .filled])
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 10)
    #expect(desk.orders.workingCount == 0)
    #expect(desk.agrees() == true)
  }

  @Test func pushesMayPrecedeTheReply() {
    var desk = Desk()
    let order = desk.send()
    #expect(desk.push(update(order, .live)) == .applied)
    #expect(desk.reply(order) == .duplicate)
    #expect(desk.state(order) == .live)
    let other = desk.send()
    #expect(desk.push(update(other, .filled, cumulative: 10, last: 10, trade: 3)) == .applied)
    #expect(desk.reply(other) == .duplicate)
    #expect(desk.kinds(other) == [.sent, .fill, .filled])
    #expect(desk.agrees() == true)
  }

  @Test func everythingRepeatedCountsOnce() {
    var desk = Desk()
    let order = desk.send()
    _ = desk.reply(order)
    #expect(desk.reply(order) == .duplicate)
    let pushes = [
      update(order, .live), update(order, .partiallyFilled, cumulative: 4, last: 4, trade: 1),
      update(order, .partiallyFilled, cumulative: 7, last: 3, trade: 2),
      update(order, .cancelled, cumulative: 7),
    ]
    for push in pushes { #expect(desk.push(push) == .applied) }
    for push in pushes { #expect(desk.push(push) == .duplicate) }
    #expect(desk.kinds(order) == [.sent, .acknowledged, .live, .fill, .fill, .cancelled])
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 7)
    #expect(desk.agrees() == true)
  }

  @Test func fillsOutOfOrderCountOnceEach() {
    var desk = Desk()
    let order = desk.send()
    #expect(
      desk.push(update(order, .partiallyFilled, cumulative: 7, last: 3, trade: 2)) == .applied)
    #expect(desk.orders.queriesPending == 1)
    #expect(
      desk.push(update(order, .partiallyFilled, cumulative: 4, last: 4, trade: 1)) == .applied)
    #expect(
      desk.push(update(order, .partiallyFilled, cumulative: 7, last: 3, trade: 2)) == .duplicate)
    #expect(desk.push(update(order, .filled, cumulative: 10, last: 3, trade: 5)) == .applied)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 10)
    #expect(desk.orders.counters.inferredFills == 0)
    #expect(desk.agrees() == true)
  }

  @Test func filledWithoutAFillSize() {
    // A market order may finish with a push whose fillSz is 0.
    var desk = Desk()
    let order = desk.send()
    _ = desk.push(update(order, .partiallyFilled, cumulative: 10, last: 10, trade: 1))
    #expect(desk.push(update(order, .filled, cumulative: 10)) == .applied)
    #expect(desk.kinds(order) == [.sent, .live, .fill, .filled])
  }

  @Test func fillsAfterTheCancelsReply() {
    var desk = Desk()
    let order = desk.send()
    _ = desk.push(update(order, .live))
    #expect(desk.orders.mayCancel(order) == true)
    desk.orders.markCancelSent(order, now: desk.now)
    #expect(desk.orders.mayCancel(order) == false)
    #expect(desk.cancelReply(order) == .applied)
    #expect(
      desk.push(update(order, .partiallyFilled, cumulative: 4, last: 4, trade: 1)) == .applied)
    #expect(desk.orders.order(order)?.isCancelInFlight == true)
    #expect(desk.push(update(order, .cancelled, cumulative: 4)) == .applied)
    #expect(desk.cancelReply(order) == .duplicate)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 4)
    #expect(desk.agrees() == true)
  }

  @Test func aRefusalEndsIt() {
    var desk = Desk()
    let order = desk.send()
    #expect(desk.reply(order, code: 51008) == .applied)
    let last = desk.log.last
    #expect(last?.kind == .rejected && last?.exchangeCode == 51008)
    #expect(last?.code == .exchangeRejected)
    #expect(desk.agrees() && desk.orders.workingCount == 0)
    // A refusal of what pushes say is live is believed by neither: asked.
    let other = desk.send()
    _ = desk.push(update(other, .live))
    #expect(desk.reply(other, code: 51008) == .contradiction)
    #expect(desk.state(other) == .live && desk.orders.queriesPending == 1)
  }

  @Test func rejectedYetLiveCountsAgain() {
    var desk = Desk()
    let order = desk.send()
    _ = desk.reply(order, code: 51008)
    #expect(desk.push(update(order, .live)) == .applied)
    #expect(desk.state(order) == .live)
    let next = desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder
    #expect(next == order, "nobody wants it any more")
    #expect(desk.agrees() == true)
    _ = desk.push(update(order, .cancelled))
    #expect(desk.agrees() && desk.orders.workingCount == 0)
  }

  @Test func cancelRefusals() {
    var desk = Desk()
    let order = desk.send()
    _ = desk.push(update(order, .live))
    #expect(desk.cancelReply(order, code: 51400) == .duplicate)
    desk.orders.markCancelSent(order, now: desk.now)
    // Rate limit: not done, may be tried again; nothing to ask.
    #expect(desk.cancelReply(order, code: 50011) == .applied)
    #expect(desk.log.last?.kind == .cancelRejected && desk.log.last?.exchangeCode == 50011)
    #expect(desk.orders.mayCancel(order) && desk.orders.queriesPending == 0)
    // Being cancelled already: stays in flight.
    desk.orders.markCancelSent(order, now: desk.now)
    #expect(desk.cancelReply(order, code: 51410) == .applied)
    #expect(desk.orders.mayCancel(order) == false)
    // Done, cancelled or unknown: ask.
    #expect(desk.cancelReply(order, code: 51400) == .applied)
    #expect(desk.state(order) == .unknown && desk.orders.queriesPending == 1)
    #expect(desk.agrees() == true)
  }

  @Test func idsRunOut() {
    var desk = Desk(firstNumber: ClientOrderID.numberMax)
    let last = desk.send()
    #expect(last == ClientOrderID(start: 7, number: ClientOrderID.numberMax))
    #expect(desk.send() == .none)
    #expect(desk.log.isEmpty == false)
    desk.drain()
    #expect(desk.log.last?.kind == .rejected && desk.log.last?.code == .idsExhausted)
    #expect(desk.agrees() == true)
  }

  @Test func aFullTableRefuses() {
    var desk = Desk()
    let table = testTable()
    var other = OrderTable(start: 8, instruments: table)
    var approved: [ApprovedOrder] = []
    for _ in 0..<OrderTable.workingMax {
      if let order = desk.approve(.buy, lots: 1, price: 1_000) { approved.append(order) }
    }
    #expect(approved.count == OrderTable.workingMax)
    for order in approved {
      guard case .prepared = other.prepare(order, now: desk.now, into: &desk.reports) else {
        Issue.record("refused below capacity")
        return
      }
    }
    // The gate holds no more either; free one there only.
    desk.gate.apply(
      {
        var report = Report(kind: .cancelled, instrument: InstrumentID(index: 0))
        report.intent = IntentNumber(rawValue: 1)
        return report
      }())
    guard let extra = desk.approve(.buy, lots: 1, price: 1_000) else {
      Issue.record("the gate refused")
      return
    }
    guard case .refused(let code) = other.prepare(extra, now: desk.now, into: &desk.reports) else {
      Issue.record("took one too many")
      return
    }
    #expect(code == .orderTableFull)
    #expect(desk.reports.removeFirst()?.code == .orderTableFull)
    // The same intent twice is no order.
    guard
      case .refused(.invalidIntent) = other.prepare(
        approved[5], now: desk.now, into: &desk.reports)
    else {
      Issue.record("one intent twice")
      return
    }
  }

  @Test func abandonedOrdersEndRejected() {
    var desk = Desk()
    let approved = desk.approve(.buy, lots: 5, price: 1_000)!
    guard
      case .prepared(let client) = desk.orders.prepare(
        approved, now: desk.now, into: &desk.reports)
    else {
      Issue.record("not prepared")
      return
    }
    #expect(desk.push(update(client, .live)) == .contradiction)
    desk.orders.abandon(client, .journalFull, now: desk.now, into: &desk.reports)
    desk.drain()
    #expect(desk.log.last?.kind == .rejected && desk.log.last?.code == .journalFull)
    #expect(desk.agrees() && desk.orders.workingCount == 0)
  }
}
