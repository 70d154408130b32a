// Each control at its limit and one past it, with the numbers that the verdict must carry.

import Quantities
import Risk
import Testing

/// One control: an intent that just passes, one that just does not, and what the refusal says.
struct ControlCase: Sendable, CustomTestStringConvertible {
  var name: String
  var passes: Intent
  var refused: Intent
  var code: RefusalCode
  var limit: Int64
  var figure: Int64
  var before: [Report] = []
  var opened: [Intent] = []
  var testDescription: String { name }
}

private func changed(_ intent: Intent, _ edit: (inout Intent) -> Void) -> Intent {
  var copy = intent
  edit(&copy)
  return copy
}

private let cases: [ControlCase] = [
  ControlCase(
    name: "order size", passes: Fixture.place(1, lots: 100, price: 100_00),
    refused: Fixture.place(2, lots: 101, price: 100_00), code: .orderSize, limit: 100, figure: 101),
  ControlCase(
    name: "minimum", passes: Fixture.place(1, lots: 2), refused: Fixture.place(2, lots: 1),
    code: .belowMinimum, limit: 2, figure: 1),
  // 100 lots × 0.001 × 100.1 ticks × 0.1: the inverse contract's limit of 2000 USD is 20 of 100 USD.
  ControlCase(
    name: "notional, inverse", passes: Fixture.place(1, lots: 20, Fixture.inverse),
    refused: Fixture.place(2, lots: 21, Fixture.inverse), code: .orderNotional,
    limit: 2_000_000_000, figure: 2_100_000_000),
  ControlCase(
    name: "collar above", passes: Fixture.place(1, price: 10_110),
    refused: Fixture.place(2, price: 10_111), code: .priceCollar, limit: 100, figure: 101),
  ControlCase(
    name: "collar below", passes: Fixture.place(1, .buy, price: 9_900),
    refused: Fixture.place(2, .buy, price: 9_899), code: .priceCollar, limit: 100, figure: 101),
  ControlCase(
    name: "stale",
    passes: changed(Fixture.place(1)) { $0.reference = Fixture.reference(age: 1_000_000_000) },
    refused: changed(Fixture.place(2)) { $0.reference = Fixture.reference(age: 1_000_000_001) },
    code: .staleBook, limit: 1_000_000_000, figure: 1_000_000_001),
  ControlCase(
    name: "exchange age, past",
    passes: changed(Fixture.place(1)) { $0.reference.exchangeTime.milliseconds -= 500 },
    refused: changed(Fixture.place(2)) { $0.reference.exchangeTime.milliseconds -= 501 },
    code: .exchangeAge, limit: 500, figure: 501),
  ControlCase(
    name: "exchange age, future",
    passes: changed(Fixture.place(1)) { $0.reference.exchangeTime.milliseconds += 500 },
    refused: changed(Fixture.place(2)) { $0.reference.exchangeTime.milliseconds += 501 },
    code: .exchangeAge, limit: 500, figure: -501),
  ControlCase(
    name: "crossed reference",
    passes: changed(Fixture.place(1)) { $0.reference = Fixture.reference(bid: 9_999, ask: 10_000) },
    refused: changed(Fixture.place(2)) {
      $0.reference = Fixture.reference(bid: 10_000, ask: 10_000)
    }, code: .invalidBook, limit: 10_000, figure: 10_000),
  ControlCase(
    name: "one-sided reference", passes: Fixture.place(1),
    refused: changed(Fixture.place(2)) { $0.reference.ask = .none },
    code: .invalidBook, limit: 10_000, figure: .min),
  ControlCase(
    name: "invalid book", passes: Fixture.place(1),
    refused: changed(Fixture.place(2)) { $0.isBookValid = false },
    code: .invalidBook, limit: 10_000, figure: 10_010),
  ControlCase(
    name: "position, long", passes: Fixture.place(1, lots: 50),
    refused: Fixture.place(2, lots: 51), code: .position, limit: 250, figure: 251,
    before: [Fixture.position(200)]),
  ControlCase(
    name: "position, short", passes: Fixture.place(1, .sell, lots: 50),
    refused: Fixture.place(2, .sell, lots: 51), code: .position, limit: 250, figure: 251,
    before: [Fixture.position(-200)]),
  ControlCase(
    name: "position with open buys", passes: Fixture.place(1, lots: 30),
    refused: Fixture.place(2, lots: 31), code: .position, limit: 250, figure: 251,
    before: [Fixture.position(140)], opened: [Fixture.place(90, lots: 80)]),
  ControlCase(
    name: "reduce-only order",
    passes: changed(Fixture.place(1, .sell, lots: 20)) { $0.isReduceOnly = true },
    refused: changed(Fixture.place(2, .sell, lots: 21)) { $0.isReduceOnly = true },
    code: .reduceOnly, limit: 20, figure: 21, before: [Fixture.position(50)],
    opened: [Fixture.place(90, .sell, lots: 30, price: 10_020)]),
  ControlCase(
    name: "own crossing, buy", passes: Fixture.place(1, price: 10_019),
    refused: Fixture.place(2, price: 10_020), code: .ownCross, limit: 10_020, figure: 10_020,
    opened: [
      Fixture.place(90, .sell, price: 10_020), Fixture.place(91, .sell, price: 10_030),
    ]),
  ControlCase(
    name: "own crossing, sell", passes: Fixture.place(1, .sell, price: 9_991),
    refused: Fixture.place(2, .sell, price: 9_990), code: .ownCross, limit: 9_990, figure: 9_990,
    opened: [Fixture.place(90, price: 9_990)]),
]

@Suite struct ControlTests {
  @Test(arguments: cases)
  func atItsLimit(_ control: ControlCase) {
    var open = Fixture.gate()
    for report in control.before { open.apply(report) }
    for intent in control.opened { #expect(open.at(intent).code == .approved) }
    let passed = open.at(control.passes)
    #expect(passed.code == .approved)
    #expect(passed.limit == 0 && passed.figure == 0)

    var closed = Fixture.gate()
    for report in control.before { closed.apply(report) }
    for intent in control.opened { #expect(closed.at(intent).code == .approved) }
    let before = closed.exposure(control.refused.instrument)
    let judgement = closed.judge(control.refused, now: Fixture.start, wall: Fixture.wall)
    #expect(judgement.order == nil)
    #expect(judgement.verdict.code == control.code)
    #expect(judgement.verdict.limit == control.limit)
    #expect(judgement.verdict.figure == control.figure)
    #expect(judgement.verdict.intent == control.refused.number)
    #expect(judgement.verdict.decision == DecisionID(rawValue: 7))
    #expect(closed.exposure(control.refused.instrument) == before)
    #expect(closed.refusalCount(control.code) == 1)
  }

  @Test func notionalToTheLastUnit() {
    // 0.020 × 1001.0 = 20.02
    let amount = Amount("20.02")!
    var gate = Fixture.gate { _, limits in limits.orderNotionalMaximum = amount }
    #expect(gate.at(Fixture.place(1, lots: 20, price: 10_010)).code == .approved)
    let verdict = gate.at(Fixture.place(2, lots: 20, price: 10_011))
    #expect(verdict.code == .orderNotional)
    #expect(verdict.limit == 20_020_000)
    #expect(verdict.figure == 20_022_000)
  }

  @Test func notionalOverflowRefusesAndCounts() {
    var tick = Fixture.table()[Fixture.spot]
    tick.tick = Increment(mantissa: .max, decimals: 0)
    tick.lot = Increment(mantissa: 1 << 40, decimals: 0)
    tick.maximumLots = 0
    let table = InstrumentTable([tick])
    var limits = Fixture.limits()
    limits.orderLotsMaximum = .max
    limits.positionLotsMaximum = .max
    var gate = Gate(
      instruments: table, limits: RiskLimits(desk: Fixture.desk(), instruments: [limits]))
    gate.apply(Fixture.session(true))
    gate.apply(Fixture.state(.active))
    let verdict = gate.at(Fixture.place(1, lots: .max - 1, price: 10_000))
    #expect(verdict.code == .notionalOverflow)
    #expect(gate.counters.notionalOverflows == 1)
  }

  @Test func openOrdersOfInstrumentAndDesk() {
    var gate = Fixture.gate()
    for number in 1...4 { #expect(gate.at(Fixture.place(UInt64(number))).code == .approved) }
    var verdict = gate.at(Fixture.place(5))
    #expect(verdict.code == .openOrders && verdict.limit == 4 && verdict.figure == 5)
    for number in 6...7 {
      #expect(
        gate.at(Fixture.place(UInt64(number), lots: 2, Fixture.inverse)).code == .approved)
    }
    verdict = gate.at(Fixture.place(8, lots: 2, Fixture.inverse))
    #expect(verdict.code == .openOrders && verdict.limit == 6 && verdict.figure == 7)
  }

  @Test func orderRatePerInstrumentAndDesk() {
    var gate = Fixture.gate { desk, limits in
      limits.ordersPerWindow = 4
      limits.openOrdersMaximum = 100
      desk.openOrdersMaximum = 100
      desk.ordersPerWindow = 6
    }
    #expect(gate.at(Fixture.place(1, lots: 2)).code == .approved)
    #expect(gate.at(Fixture.place(2, lots: 2)).code == .approved)
    var verdict = gate.at(Fixture.place(3, lots: 2))
    #expect(verdict.code == .orderRate && verdict.limit == 4 && verdict.figure == 0)
    #expect(gate.at(Fixture.place(4, lots: 2, Fixture.inverse)).code == .approved)
    verdict = gate.at(Fixture.place(5, lots: 2, Fixture.inverse))
    #expect(verdict.code == .orderRate && verdict.limit == 6 && verdict.figure == 1)
    #expect(gate.at(Fixture.place(6, lots: 2), later: 2_000_000_000).code == .staleBook)
    var late = Fixture.place(7, lots: 2)
    late.reference.receivedAt = Fixture.start.advanced(byNanoseconds: 2_000_000_000)
    #expect(gate.at(late, later: 2_000_000_000).code == .approved)
  }

  @Test func permission() {
    var gate = Fixture.gate { _, limits in limits.isAllowed = false }
    #expect(gate.at(Fixture.place(1)).code == .notAllowed)
    var open = Fixture.gate()
    #expect(open.at(Fixture.place(1, .buy, Fixture.shownOnly)).code == .notTradable)
    #expect(open.at(Fixture.place(1, .buy, InstrumentID(index: 3))).code == .invalidIntent)
    #expect(open.at(Fixture.place(1, .buy, .none)).code == .invalidIntent)
  }

  @Test func tradingStates() {
    var gate = Fixture.gate()
    gate.apply(Fixture.position(50))
    for state in [TradingState.cancelOnly, .halted] {
      gate.apply(Fixture.state(state, Fixture.spot))
      let verdict = gate.at(Fixture.place(1))
      #expect(verdict.code == .tradingState)
      #expect(verdict.limit == 1 && verdict.figure == Int64(state.rawValue))
      #expect(gate.at(Fixture.place(2, lots: 2, Fixture.inverse)).code == .approved)
      gate.apply(Fixture.report(.cancelled, 2, .buy, Fixture.inverse))
    }
    // The desk's counts for every instrument, whichever is stricter.
    gate.apply(Fixture.state(.active, Fixture.spot))
    gate.apply(Fixture.state(.reduceOnly))
    #expect(gate.at(Fixture.place(3)).code == .reduceOnly)
    #expect(gate.at(Fixture.place(4, .sell, lots: 50)).code == .approved)
    #expect(gate.at(Fixture.place(5, .sell, lots: 2)).code == .reduceOnly)
    // A state nobody knows halts.
    var report = Report(kind: .tradingState, instrument: .none)
    report.detail = 99
    gate.apply(report)
    #expect(gate.tradingState(Fixture.spot) == .halted)
  }

  @Test func startsClosed() {
    let table = Fixture.table()
    var gate = Gate(
      instruments: table,
      limits: RiskLimits(desk: Fixture.desk(), each: Fixture.limits(), count: table.count))
    #expect(gate.at(Fixture.place(1)).code == .noSession)
    gate.apply(Fixture.session(true))
    #expect(gate.at(Fixture.place(1)).code == .tradingState)
    gate.apply(Fixture.state(.active))
    #expect(gate.at(Fixture.place(1)).code == .approved)
    gate.apply(Fixture.session(false))
    #expect(gate.at(Fixture.place(2)).code == .noSession)
  }
}
