// Cancels: always let through unless they name nothing, and bounded on their own.

import Quantities
import Risk
import Testing

@Suite struct CancelTests {
  @Test func passesInEveryStateAndWithoutSession() {
    var gate = Fixture.gate()
    #expect(gate.at(Fixture.place(1)).code == .approved)
    gate.apply(Fixture.session(false))
    var number: UInt64 = 10
    for state in TradingState.allCases {
      gate.apply(Fixture.state(state))
      let judgement = gate.judge(
        Fixture.cancel(number, of: 1), now: Fixture.start, wall: Fixture.wall)
      #expect(judgement.verdict.code == .approved)
      #expect(judgement.order?.intent.targetIntent == IntentNumber(rawValue: 1))
      number += 1
    }
    #expect(gate.exposure(Fixture.spot).openBuys == 10)
  }

  @Test func structurallyInvalidOnesAreRefused() {
    var gate = Fixture.gate()
    #expect(gate.at(Fixture.place(1)).code == .approved)
    #expect(gate.at(Fixture.cancel(2, of: 99)).code == .unknownOrder)
    #expect(gate.at(Fixture.cancel(2, of: 0)).code == .unknownOrder)
    #expect(gate.at(Fixture.cancel(2, of: 1, Fixture.inverse)).code == .invalidIntent)
    #expect(gate.at(Fixture.cancel(0, of: 1)).code == .invalidIntent)
    gate.apply(Fixture.report(.cancelled, 1))
    #expect(gate.at(Fixture.cancel(3, of: 1)).code == .unknownOrder)
  }

  @Test func haveTheirOwnBoundAndSpendNoOrderRate() {
    var gate = Fixture.gate { _, limits in
      limits.ordersPerWindow = 4
      limits.cancelsPerWindow = 10
    }
    #expect(gate.at(Fixture.place(1)).code == .approved)
    var approved = 0
    for number in 0..<20
    where gate.at(Fixture.cancel(UInt64(100 + number), of: 1)).code == .approved {
      approved += 1
    }
    #expect(approved == 5)
    let verdict = gate.at(Fixture.cancel(200, of: 1))
    #expect(verdict.code == .orderRate && verdict.limit == 10)
    #expect(gate.at(Fixture.place(2)).code == .approved)
  }

  @Test func missingBoundIsTheExchanges() {
    var gate = Fixture.gate { _, limits in limits.cancelsPerWindow = 0 }
    #expect(gate.at(Fixture.place(1)).code == .approved)
    var approved = 0
    for number in 0..<100
    where gate.at(Fixture.cancel(UInt64(100 + number), of: 1)).code == .approved {
      approved += 1
    }
    #expect(approved == 30)
  }

  @Test func releaseFreesAtOnce() {
    var gate = Fixture.gate()
    let judgement = gate.judge(Fixture.place(1), now: Fixture.start, wall: Fixture.wall)
    let order = try! #require(judgement.order)
    #expect(gate.exposure(Fixture.spot).openOrders == 1)
    let verdict = gate.release(order, now: Fixture.start)
    #expect(verdict.code == .queueFull && verdict.intent == IntentNumber(rawValue: 1))
    #expect(gate.exposure(Fixture.spot) == Exposure())
    #expect(gate.openOrderCount == 0)
  }
}
