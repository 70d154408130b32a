// Each source owns its request, the most restrictive holds; and what the sender lets out in each state.

import Orders
import Quantities
import Risk
import Testing

private let first = InstrumentID(index: 0)
private let second = InstrumentID(index: 1)

@Suite struct TradingStateTests {
  @Test func startsHeldByStartUp() {
    var machine = TradingStateMachine(instruments: testTable())
    #expect(machine.state(first) == .cancelOnly)
    guard case .done(let change) = machine.rearm(.startup, to: .active, .none) else {
      Issue.record("not rearmed")
      return
    }
    #expect(change.before == .cancelOnly && change.after == .active && !change.cancelsWorking)
    #expect(machine.state(first) == .active)
    #expect(machine.state(InstrumentID(index: 3)) == .halted)
  }

  @Test func looseningIsARearmOfTheSameSource() {
    var machine = TradingStateMachine(instruments: testTable())
    _ = machine.rearm(.startup, to: .active, .none)
    guard case .done(let stop) = machine.tighten(.person, to: .cancelOnly, first) else {
      Issue.record("refused")
      return
    }
    #expect(stop.cancelsWorking && stop.isChange)
    #expect(machine.state(first) == .cancelOnly && machine.state(second) == .active)
    guard case .needsRearm = machine.tighten(.person, to: .reduceOnly, first) else {
      Issue.record("loosened without a rearm")
      return
    }
    guard case .done(let breaker) = machine.tighten(.breaker, to: .reduceOnly, .none) else {
      Issue.record("refused")
      return
    }
    #expect(breaker.after == .reduceOnly && !breaker.cancelsWorking)
    guard case .done(let rearmed) = machine.rearm(.person, to: .active, first) else {
      Issue.record("refused")
      return
    }
    #expect(rearmed.after == .active)
    #expect(machine.state(first) == .reduceOnly, "the breaker's request still holds")
    #expect(machine.request(.breaker, .none) == .reduceOnly)
    guard case .unknownInstrument = machine.tighten(.person, to: .halted, InstrumentID(index: 9))
    else {
      Issue.record("took an unknown instrument")
      return
    }
  }

  @Test func entryCancelsOnce() {
    var machine = TradingStateMachine(instruments: testTable())
    _ = machine.rearm(.startup, to: .active, .none)
    var cancels = 0
    for (source, state) in [
      (StopSource.person, TradingState.cancelOnly), (.breaker, .cancelOnly), (.person, .halted),
      (.supervisor, .halted), (.person, .halted),
    ] {
      if case .done(let change) = machine.tighten(source, to: state, .none), change.cancelsWorking {
        cancels += 1
      }
    }
    // On entry to cancelOnly, and on entry to halted.
    #expect(cancels == 2)
    #expect(machine.scopeState(.none) == .halted && machine.scopeState(first) == .active)
  }

  @Test func equalsADictionary() {
    var machine = TradingStateMachine(instruments: testTable())
    var model: [UInt16: [StopSource: TradingState]] = [
      InstrumentID.none.index: [.startup: .cancelOnly]
    ]
    var random = TestRandom(seed: 1)
    func worst(_ key: UInt16) -> TradingState {
      (model[key] ?? [:]).values.max { $0.rawValue < $1.rawValue } ?? .active
    }
    for _ in 0..<5_000 {
      let scope: InstrumentID =
        random.below(3) == 0 ? .none : InstrumentID(index: UInt16(random.below(3)))
      let source = StopSource.allCases[random.below(StopSource.allCases.count)]
      let state = TradingState.allCases[random.below(4)]
      let held = model[scope.index]?[source] ?? .active
      let before = worst(scope.index)
      let isRearm = random.below(2) == 0
      let answer =
        isRearm
        ? machine.rearm(source, to: state, scope) : machine.tighten(source, to: state, scope)
      if isRearm || state.rawValue >= held.rawValue {
        model[scope.index, default: [:]][source] = state
        guard case .done(let change) = answer else {
          Issue.record("refused")
          return
        }
        #expect(change.before == before && change.after == worst(scope.index))
      } else {
        guard case .needsRearm = answer else {
          Issue.record("loosened")
          return
        }
      }
      for index in 0..<3 {
        let expected = max(worst(UInt16(index)).rawValue, worst(InstrumentID.none.index).rawValue)
        #expect(machine.state(InstrumentID(index: UInt16(index))).rawValue == expected)
      }
    }
  }

  @Test func theReportOfAChange() {
    var machine = TradingStateMachine(instruments: testTable())
    let answer = machine.tighten(.person, to: .halted, second)
    guard case .done(let change) = answer else {
      Issue.record("refused: \(answer)")
      return
    }
    let report = change.report(at: Instant(nanoseconds: 5))
    #expect(report.kind == .tradingState && report.instrument == second)
    #expect(report.detail == TradingState.halted.rawValue)
  }
}

@Suite struct SenderPolicyTests {
  private func check(
    _ side: Side, _ lots: Int64, _ state: TradingState, position: Int64, buys: Int64 = 0,
    sells: Int64 = 0
  ) -> RefusalCode {
    var desk = Desk()
    let order = desk.approve(side, lots: lots, price: 1_000)!
    var open = Exposure()
    open.openBuys = buys
    open.openSells = sells
    return SenderPolicy.check(
      order, state: state, position: Quantity(lots: position), open: open)
  }

  @Test func ordersByState() {
    #expect(check(.buy, 10, .active, position: 1_000) == .approved)
    #expect(check(.buy, 10, .cancelOnly, position: -1_000) == .tradingState)
    #expect(check(.buy, 10, .halted, position: -1_000) == .tradingState)
    #expect(check(.buy, 10, .reduceOnly, position: 5) == .reduceOnly)
    #expect(check(.buy, 10, .reduceOnly, position: 0) == .reduceOnly)
    #expect(check(.buy, 10, .reduceOnly, position: -10) == .approved)
    #expect(check(.buy, 11, .reduceOnly, position: -10) == .reduceOnly)
    #expect(check(.buy, 6, .reduceOnly, position: -10, buys: 4) == .approved)
    #expect(check(.buy, 7, .reduceOnly, position: -10, buys: 4) == .reduceOnly)
    #expect(check(.sell, 10, .reduceOnly, position: 10, buys: 99) == .approved)
    #expect(check(.sell, 10, .reduceOnly, position: 10, sells: 1) == .reduceOnly)
  }

  @Test func cancelsPassInEachState() throws {
    var desk = Desk()
    let placed = try required(desk.approve(.buy, lots: 5, price: 1_000))
    var intent = placed.intent
    intent.kind = .cancel
    intent.targetIntent = intent.number
    intent.number = IntentNumber(rawValue: 999)
    let cancel = try required(
      desk.gate.judge(intent, now: desk.now, wall: WallMilliseconds(milliseconds: 0)).order
        as ApprovedOrder?)
    for state in TradingState.allCases {
      let code = SenderPolicy.check(cancel, state: state, position: .zero, open: Exposure())
      #expect(code == .approved)
    }
  }

  @Test func ratesPerInstrumentAndInAll() {
    var budgets = RateBudgets(
      instruments: testTable(), perInstrument: RateBudget(count: 4, windowNanoseconds: 1_000),
      account: RateBudget(count: 6, windowNanoseconds: 1_000))
    func orders(_ id: InstrumentID) -> Int {
      var taken = 0
      while budgets.takeOrder(id, now: .zero) { taken += 1 }
      return taken
    }
    #expect(orders(first) == 2)
    #expect(orders(second) == 1, "the account's three are spent")
    var cancels = 0
    while budgets.takeCancel(first, now: .zero) { cancels += 1 }
    #expect(cancels == 2)
    #expect(budgets.takeOrder(InstrumentID(index: 9), now: .zero) == false)
  }
}
