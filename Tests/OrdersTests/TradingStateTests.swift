// Each source owns its request, the most restrictive holds; and what the sender lets out in each state.

import Orders
import Quantities
import Risk
import Testing

private let first = InstrumentID(index: 0)
private let second = InstrumentID(index: 1)

@Suite struct TradingStateTests {
  /// `#require` cannot take a noncopyable value apart.
  private func required(_ change: TradingStateChange?) throws -> TradingStateChange {
    try #require(change)
  }

  @Test func startsHeldByStartUp() throws {
    var machine = TradingStateMachine(instruments: testTable())
    #expect(machine.state(first) == .cancelOnly)
    let change = try required(machine.set(.startup, to: .active, .none))
    #expect(change.before == .cancelOnly && change.after == .active && !change.cancelsWorking)
    #expect(machine.state(first) == .active)
    #expect(machine.state(InstrumentID(index: 3)) == .halted)
  }

  @Test func eachSourceLoosensItsOwnRequestAlone() throws {
    var machine = TradingStateMachine(instruments: testTable())
    _ = machine.set(.startup, to: .active, .none)
    let stop = try required(machine.set(.person, to: .cancelOnly, first))
    #expect(stop.cancelsWorking && stop.isChange)
    #expect(machine.state(first) == .cancelOnly && machine.state(second) == .active)
    let breaker = try required(machine.set(.breaker, to: .reduceOnly, .none))
    #expect(breaker.after == .reduceOnly && !breaker.cancelsWorking)
    let rearmed = try required(machine.set(.person, to: .active, first))
    #expect(rearmed.after == .active)
    #expect(machine.state(first) == .reduceOnly, "the breaker's request still holds")
    #expect(machine.request(.breaker, .none) == .reduceOnly)
    #expect(machine.set(.person, to: .halted, InstrumentID(index: 9)) == nil)
  }

  @Test func entryCancelsOnce() throws {
    var machine = TradingStateMachine(instruments: testTable())
    _ = machine.set(.startup, to: .active, .none)
    var cancels = 0
    var last = TradingState.active
    for (source, state) in [
      (StopSource.person, TradingState.cancelOnly), (.breaker, .cancelOnly), (.person, .halted),
      (.supervisor, .halted), (.person, .halted),
    ] {
      let change = try required(machine.set(source, to: state, .none))
      if change.cancelsWorking { cancels += 1 }
      last = change.after
    }
    // On entry to cancelOnly, and on entry to halted.
    #expect(cancels == 2)
    #expect(last == .halted && machine.state(first) == .halted)
  }

  @Test func equalsADictionary() throws {
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
      let before = worst(scope.index)
      let change = try required(machine.set(source, to: state, scope))
      model[scope.index, default: [:]][source] = state
      #expect(change.before == before && change.after == worst(scope.index))
      for index in 0..<3 {
        let expected = max(worst(UInt16(index)).rawValue, worst(InstrumentID.none.index).rawValue)
        #expect(machine.state(InstrumentID(index: UInt16(index))).rawValue == expected)
      }
    }
  }

  @Test func theReportOfAChange() throws {
    var machine = TradingStateMachine(instruments: testTable())
    let change = try required(machine.set(.person, to: .halted, second))
    let report = change.report(at: Instant(nanoseconds: 5))
    #expect(report.kind == .tradingState && report.instrument == second)
    #expect(report.detail == TradingState.halted.rawValue)
  }
}

@Suite struct FlattenedStateTests {
  /// Whatever is asked in whatever order: a flatten is never looser than `reduceOnly`, never passes another source's stop,
  /// and leaves each request as it was.
  @Test(arguments: 1...20)
  func aFlattenOpensAPersonsOwnStopAlone(seed: Int) throws {
    var machine = TradingStateMachine(instruments: testTable())
    var desk = Desk()
    if let first = machine.set(.startup, to: .cancelOnly, .none) {
      desk.gate.apply(first.report(at: .zero))
    }
    var asked: [UInt16: [StopSource: TradingState]] = [
      InstrumentID.none.index: [.startup: .cancelOnly]
    ]
    var flattens: [UInt16: Bool] = [:]
    var random = TestRandom(seed: UInt64(seed))
    func strictest(_ key: UInt16, without person: Bool) -> UInt8 {
      (asked[key] ?? [:]).filter { !person || ($0.key != .person && $0.key != .reconcile) }.values
        .map(\.rawValue).max() ?? 0
    }
    for _ in 0..<2_000 {
      let scope: InstrumentID =
        random.below(3) == 0 ? .none : InstrumentID(index: UInt16(random.below(3)))
      var change: TradingStateChange?
      if random.below(3) == 0 {
        let isOn = random.below(2) == 0
        flattens[scope.index] = isOn
        change = machine.setFlattening(isOn, scope)
      } else {
        let source = StopSource.allCases[random.below(StopSource.allCases.count)]
        let state = TradingState.allCases[random.below(4)]
        asked[scope.index, default: [:]][source] = state
        change = machine.set(source, to: state, scope)
        #expect(machine.request(source, scope) == state)
      }
      if let change, change.isChange { desk.gate.apply(change.report(at: .zero)) }
      for index in 0..<3 {
        let id = InstrumentID(index: UInt16(index))
        let keys = [id.index, InstrumentID.none.index]
        let all = keys.map { strictest($0, without: false) }.max() ?? 0
        let others = keys.map { strictest($0, without: true) }.max() ?? 0
        let isFlattening = flattens[id.index] ?? false
        let expected = isFlattening ? max(others, TradingState.reduceOnly.rawValue) : all
        if isFlattening, all <= TradingState.reduceOnly.rawValue {
          #expect(machine.state(id).rawValue == TradingState.reduceOnly.rawValue)
        }
        #expect(machine.state(id).rawValue == expected)
        #expect(desk.gate.tradingState(id) == machine.state(id), "the Gate computes the same")
      }
    }
  }

  @Test func whatClosesOntoAStopCancelsWhatWorks() throws {
    var machine = TradingStateMachine(instruments: testTable())
    _ = machine.set(.startup, to: .active, .none)
    _ = machine.set(.person, to: .halted, .none)
    let opened = machine.setFlattening(true, first)
    #expect(opened?.isChange == true && opened?.cancelsWorking == false)
    #expect(machine.state(first) == .reduceOnly && machine.state(second) == .halted)
    let closed = machine.setFlattening(false, first)
    #expect(closed?.isChange == true && closed?.cancelsWorking == true)
    #expect(machine.state(first) == .halted)
    // A breaker's stop while it is open closes it and cancels.
    _ = machine.setFlattening(true, first)
    let stop = machine.set(.breaker, to: .cancelOnly, first)
    #expect(stop?.cancelsWorking == true && machine.state(first) == .cancelOnly)
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
