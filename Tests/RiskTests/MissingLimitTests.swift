// A limit that is missing refuses, whichever it is; and requests can only tighten.

import Quantities
import Risk
import Testing

@Suite struct MissingLimitTests {
  static let erasures:
    [(RefusalCode, @Sendable (inout DeskLimits, inout InstrumentLimits) -> Void)] = [
      (.orderSize, { _, limits in limits.orderLotsMaximum = 0 }),
      (.orderNotional, { _, limits in limits.orderNotionalMaximum = .zero }),
      (.orderNotional, { _, limits in limits.orderNotionalMaximum.units = -1 }),
      (.position, { _, limits in limits.positionLotsMaximum = 0 }),
      (.openOrders, { _, limits in limits.openOrdersMaximum = 0 }),
      (.openOrders, { desk, _ in desk.openOrdersMaximum = -5 }),
      (.priceCollar, { _, limits in limits.collarBasisPoints = 0 }),
      (.orderRate, { _, limits in limits.ordersPerWindow = 0 }),
      (.orderRate, { _, limits in limits.windowNanoseconds = 0 }),
      (.orderRate, { desk, _ in desk.ordersPerWindow = 0 }),
      (.staleBook, { _, limits in limits.referenceAgeMaximumNanoseconds = 0 }),
      (.exchangeAge, { desk, _ in desk.exchangeAgeMaximumMilliseconds = 0 }),
    ]

  @Test(arguments: 0..<erasures.count)
  func missingRefuses(_ index: Int) {
    let (control, erase) = MissingLimitTests.erasures[index]
    var gate = Fixture.gate(erase)
    let verdict = gate.at(Fixture.place(1))
    #expect(verdict.code == .missingLimit)
    #expect(verdict.limit == 0)
    #expect(verdict.figure == Int64(control.rawValue))
  }

  @Test func everythingMissingRefuses() {
    let table = Fixture.table()
    var limits = InstrumentLimits()
    limits.isAllowed = true
    var gate = Gate(
      instruments: table, limits: RiskLimits(desk: DeskLimits(), each: limits, count: table.count))
    gate.apply(Fixture.session(true))
    gate.apply(Fixture.state(.active))
    #expect(gate.at(Fixture.place(1)).code == .missingLimit)
  }

  @Test func exchangeAgeIsOffInReplay() {
    var gate = Fixture.gate { desk, _ in
      desk.checksExchangeAge = false
      desk.exchangeAgeMaximumMilliseconds = 0
    }
    var intent = Fixture.place(1)
    intent.reference.exchangeTime.milliseconds = 0
    #expect(gate.at(intent).code == .approved)
  }

  @Test func tighteningNeverLoosens() {
    var gate = Fixture.gate()
    var wanted = Fixture.limits()
    wanted.orderLotsMaximum = 50
    wanted.positionLotsMaximum = 1_000_000
    wanted.orderNotionalMaximum = Amount("99999999")!
    wanted.collarBasisPoints = 0
    #expect(gate.tighten(Fixture.spot, by: wanted) == true)
    let now = gate.limits(Fixture.spot)
    #expect(now.orderLotsMaximum == 50)
    #expect(now.positionLotsMaximum == 250)
    #expect(now.orderNotionalMaximum == Amount("2000")!)
    #expect(now.collarBasisPoints == 100)
    #expect(gate.limits(Fixture.inverse).orderLotsMaximum == 100)
    #expect(gate.at(Fixture.place(1, lots: 51)).code == .orderSize)
    #expect(gate.at(Fixture.place(2, lots: 50)).code == .approved)
    wanted.orderNotionalMaximum = Amount("10")!
    #expect(gate.tighten(Fixture.spot, by: wanted) == true)
    #expect(gate.at(Fixture.place(3, lots: 11, price: 10_000)).code == .orderNotional)
    #expect(gate.tighten(InstrumentID(index: 99), by: wanted) == false)
    wanted.isAllowed = false
    #expect(gate.tighten(Fixture.spot, by: wanted) == true)
    #expect(gate.at(Fixture.place(4)).code == .notAllowed)
  }
}
