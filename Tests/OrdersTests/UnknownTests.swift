// Ambiguous means ask, never resend: what becomes unknown, and what settles it.

import Orders
import Quantities
import Risk
import Testing

@Suite struct UnknownTests {
  @Test(
    arguments: [50001, 50004, 50013, 50026, 51149, 51016, 64007, 1, 2, 70_000, -1] as [Int32])
  func ambiguousReplies(_ code: Int32) {
    var desk = Desk()
    let order = desk.send()
    #expect(desk.reply(order, code: code) == .applied)
    #expect(desk.state(order) == .unknown)
    #expect(desk.log.last?.kind == .unknown && desk.log.last?.exchangeCode == code)
    // Its exposure stays counted.
    #expect(desk.gate.exposure(InstrumentID(index: 0)).openBuys == 10)
    let query = desk.orders.nextQuery(now: desk.now)
    #expect(query?.clientOrder == order)
    // Asked once, until the retry time is over.
    #expect(desk.orders.nextQuery(now: desk.now)?.clientOrder == nil)
    desk.pass(1_000_000_001)
    #expect(desk.orders.nextQuery(now: desk.now)?.clientOrder == order)
    #expect(desk.answer(query!, .found, update(order, .live)) == .applied)
    #expect(desk.state(order) == .live)
    #expect(desk.log.last?.kind == .live && desk.log.last?.isReconciled == true)
    #expect(desk.orders.queriesPending == 0)
    #expect(desk.agrees() == true)
  }

  @Test func aLostSessionMakesInFlightUnknown() {
    var desk = Desk()
    let sent = desk.send()
    let acknowledged = desk.send()
    _ = desk.reply(acknowledged)
    let resting = desk.send()
    _ = desk.push(update(resting, .live))
    let cancelling = desk.send()
    _ = desk.push(update(cancelling, .live))
    desk.orders.markCancelSent(cancelling, now: desk.now)
    desk.pass(1_000)
    #expect(desk.sessionDown() == true)
    #expect(desk.state(sent) == .unknown)
    #expect(desk.state(acknowledged) == .acknowledged)
    #expect(desk.state(resting) == .live)
    #expect(desk.state(cancelling) == .unknown)
    // Pushes may have been missed for each of them.
    #expect(desk.orders.queriesPending == 4)
    var asked: [ClientOrderID] = []
    while let query = desk.orders.nextQuery(now: desk.now) {
      asked.append(query.clientOrder)
      if query.clientOrder == sent {
        #expect(desk.answer(query, .notFound) == .applied)
        #expect(desk.state(sent) == .unknown, "it may still be under way")
      } else if query.clientOrder == cancelling {
        #expect(desk.answer(query, .found, update(cancelling, .cancelled)) == .applied)
      } else if query.clientOrder == resting {
        #expect(desk.merge(resting, lots: 10, trade: 4) == .applied)
        let filled = update(resting, .filled, cumulative: 10)
        #expect(desk.answer(query, .found, filled) == .applied)
      } else {
        #expect(desk.answer(query, .failed) == .applied)
      }
    }
    #expect(asked == [sent, acknowledged, resting, cancelling])
    #expect(desk.orders.queriesPending == 2)
    desk.pass(20_000_000_000)
    while let query = desk.orders.nextQuery(now: desk.now) { _ = desk.answer(query, .notFound) }
    // Said once: REST may lag.
    #expect(desk.state(sent) == .unknown && desk.state(acknowledged) == .acknowledged)
    desk.pass(2_000_000_000)
    while let query = desk.orders.nextQuery(now: desk.now) { _ = desk.answer(query, .notFound) }
    // Never taken: rejected. Taken, and gone without a fill: cancelled.
    #expect(desk.state(sent) == .rejected)
    #expect(desk.log.contains { $0.clientOrder == sent && $0.exchangeCode == 51603 })
    #expect(desk.state(acknowledged) == .cancelled)
    #expect(desk.positions.quantity(InstrumentID(index: 0)).lots == 10)
    #expect(desk.orders.workingCount == 0 && desk.agrees())
  }

  @Test func anAnswerToAnOlderQuestionDoesNotCount() {
    var desk = Desk()
    let order = desk.send()
    _ = desk.reply(order, code: 50004)
    let early = desk.orders.nextQuery(now: desk.now)!
    desk.pass(1_000)
    _ = desk.push(update(order, .live))
    desk.orders.markCancelSent(order, now: desk.now)
    desk.pass(1_000)
    #expect(desk.sessionDown() == true)
    #expect(desk.answer(early, .found, update(order, .live)) == .duplicate)
    #expect(desk.state(order) == .unknown)
    let late = desk.orders.nextQuery(now: desk.now)!
    #expect(desk.answer(late, .found, update(order, .cancelled)) == .applied)
    #expect(desk.agrees() == true)
  }

  @Test func repliesThatDoNotComeAreAskedFor() {
    var desk = Desk()
    let silent = desk.send()
    let taken = desk.send()
    _ = desk.reply(taken)
    let resting = desk.send()
    _ = desk.push(update(resting, .live))
    desk.checkTimeouts()
    #expect(desk.orders.queriesPending == 0)
    desk.pass(3_000_100_000)
    desk.checkTimeouts()
    #expect(desk.state(silent) == .unknown && desk.orders.queriesPending == 1)
    desk.pass(3_000_000_000)
    desk.checkTimeouts()
    #expect(desk.state(taken) == .acknowledged && desk.orders.queriesPending == 2)
    desk.orders.markCancelSent(resting, now: desk.now)
    desk.pass(3_000_100_000)
    desk.checkTimeouts()
    #expect(desk.state(resting) == .unknown && desk.orders.queriesPending == 3)
    // The late reply settles what only waited for it.
    #expect(desk.reply(silent) == .applied)
    #expect(desk.state(silent) == .acknowledged && desk.orders.queriesPending == 2)
    // It cannot settle a cancel.
    #expect(desk.reply(resting) == .applied)
    #expect(desk.state(resting) == .unknown)
  }

  @Test func aStopCancelsUntilGone() {
    var desk = Desk()
    let resting = desk.send()
    _ = desk.push(update(resting, .live))
    let other = desk.send(.sell, lots: 5, price: 1_001, InstrumentID(index: 1))
    desk.orders.requestCancels(InstrumentID(index: 0))
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == resting)
    desk.orders.markCancelSent(resting, now: desk.now)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == nil)
    _ = desk.cancelReply(resting, code: 50011)
    #expect(desk.orders.nextRequestedCancel(now: desk.now) == nil, "not at once")
    desk.pass(50_000_000)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == resting)
    desk.orders.markCancelSent(resting, now: desk.now)
    desk.pass(10)
    #expect(desk.sessionDown() == true)
    // Unknown: asked about, and cancelled by its clOrdId without waiting for the answer.
    #expect(desk.state(resting) == .unknown)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == resting)
    desk.orders.markCancelSent(resting, now: desk.now)
    // Nobody answers: it is sent again.
    desk.pass(1_000_000_001)
    desk.checkTimeouts()
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == resting)
    while let query = desk.orders.nextQuery(now: desk.now) {
      let isFirst = query.clientOrder == resting
      _ = desk.answer(
        query, .found,
        isFirst
          ? update(resting, .live)
          : update(other, .live, price: 1_001, side: .sell, quantity: 5, InstrumentID(index: 1)))
    }
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == resting)
    _ = desk.push(update(resting, .cancelled))
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == nil)
    desk.orders.requestCancels(.none)
    #expect(desk.orders.nextRequestedCancel(now: desk.now)?.clientOrder == other)
    #expect(desk.agrees() == true)
  }

  @Test func everyOrderIsAskedAboutAndCancelledInTurns() {
    var desk = Desk()
    let orders = (0..<300).map { _ in desk.send(lots: 1) }
    for order in orders { _ = desk.push(update(order, .live, quantity: 1)) }
    desk.pass(10)
    #expect(desk.sessionDown() == true)
    var asked: Set<ClientOrderID> = []
    while let query = desk.orders.nextQuery(now: desk.now) {
      #expect(asked.insert(query.clientOrder).inserted)
      _ = desk.answer(query, .found, update(query.clientOrder, .live, quantity: 1))
    }
    #expect(asked.count == 300 && desk.orders.queriesPending == 0)
    desk.orders.requestCancels(.none)
    var cancelled: Set<ClientOrderID> = []
    var rounds = 0
    while desk.orders.workingCount > 0 && rounds < 1_000 {
      rounds += 1
      while let order = desk.orders.nextRequestedCancel(now: desk.now) {
        #expect(cancelled.insert(order.clientOrder).inserted)
        desk.orders.markCancelSent(order.clientOrder, now: desk.now)
        if cancelled.count % 3 == 0 {
          _ = desk.push(update(order.clientOrder, .cancelled, quantity: 1))
        }
      }
      for order in orders where desk.orders.order(order)?.isCancelInFlight == true {
        _ = desk.push(update(order, .cancelled, quantity: 1))
      }
    }
    #expect(cancelled.count == 300 && desk.orders.workingCount == 0)
    #expect(desk.agrees() == true)
  }

  /// Cancels of an unknown order fail one after the other while REST is slow: its answer counts all the same.
  @Test func cancelsThatFailDoNotMakeAnAnswerOld() {
    var desk = Desk(start: 9)
    let old = ClientOrderID(start: 8, number: 4)!
    #expect(desk.adoptUnproven(update(old, .live)) == true)
    desk.orders.requestCancel(of: old)
    guard let query = desk.orders.nextQuery(now: desk.now) else {
      Issue.record("it is not asked about")
      return
    }
    for request in 1...4 as ClosedRange<UInt64> {
      desk.pass(500_000_000)
      desk.orders.markCancelSent(old, request: request, now: desk.now)
      desk.pass(1_000_000)
      #expect(desk.cancelReply(old, code: 51400) == .applied)
    }
    #expect(desk.merge(old, lots: 10, trade: 12) == .applied)
    #expect(desk.answer(query, .found, update(old, .filled, cumulative: 10)) == .applied)
    #expect(desk.state(old) == .filled && desk.agrees())
  }
}
