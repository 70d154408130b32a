// Instruments, limits and intents that the gate's tests start from.

import Quantities
import Risk

enum Fixture {
  static let spot = InstrumentID(index: 0)
  static let inverse = InstrumentID(index: 1)
  static let shownOnly = InstrumentID(index: 2)
  static let start = Instant(nanoseconds: 1_000_000_000_000)
  static let wall = WallMilliseconds(milliseconds: 1_700_000_000_000)

  static func table() -> InstrumentTable {
    var first = Instrument(
      id: .none, symbol: Symbol("BTC-USDT")!, type: .spot,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
    first.isTradable = true
    first.minimumLots = 2
    first.maximumLots = 900_000
    var second = Instrument(
      id: .none, symbol: Symbol("BTC-USD-SWAP")!, type: .swap,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 0))
    second.isTradable = true
    second.contract = .inverse
    second.contractValue = Increment(mantissa: 100, decimals: 0)
    let third = Instrument(
      id: .none, symbol: Symbol("ODD-USDT")!, type: .unknown,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 0))
    return InstrumentTable([first, second, third])
  }

  static func limits() -> InstrumentLimits {
    var limits = InstrumentLimits()
    limits.isAllowed = true
    limits.orderLotsMaximum = 100
    limits.orderNotionalMaximum = Amount("2000")!
    limits.positionLotsMaximum = 250
    limits.openOrdersMaximum = 4
    limits.collarBasisPoints = 100
    limits.ordersPerWindow = 1_000
    limits.windowNanoseconds = 2_000_000_000
    limits.referenceAgeMaximumNanoseconds = 1_000_000_000
    return limits
  }

  static func desk() -> DeskLimits {
    var desk = DeskLimits()
    desk.openOrdersMaximum = 6
    desk.ordersPerWindow = 10_000
    desk.exchangeAgeMaximumMilliseconds = 500
    return desk
  }

  /// An open gate: session up, everything active. `edit` changes the limits first.
  static func gate(
    _ edit: (inout DeskLimits, inout InstrumentLimits) -> Void = { _, _ in }
  ) -> Gate {
    var desk = desk()
    var each = limits()
    edit(&desk, &each)
    let table = table()
    var gate = Gate(
      instruments: table, limits: RiskLimits(desk: desk, each: each, count: table.count))
    gate.apply(session(true))
    gate.apply(state(.active))
    return gate
  }

  static func reference(bid: Int64 = 100_00, ask: Int64 = 100_10, age: Int64 = 0)
    -> DecisionReference
  {
    DecisionReference(
      bid: Price(ticks: bid), ask: Price(ticks: ask), seqId: 1,
      receivedAt: start.advanced(byNanoseconds: -age), exchangeTime: wall)
  }

  static func place(
    _ number: UInt64, _ side: Side = .buy, lots: Int64 = 10, price: Int64 = 100_00,
    _ instrument: InstrumentID = spot
  ) -> Intent {
    Intent(
      number: IntentNumber(rawValue: number), instrument: instrument, kind: .place, side: side,
      type: .limit, source: .manual, isBookValid: true, isReduceOnly: false,
      price: Price(ticks: price), quantity: Quantity(lots: lots), targetIntent: .none,
      decision: DecisionID(rawValue: 7), reference: reference(), madeAt: start)
  }

  static func cancel(_ number: UInt64, of target: UInt64, _ instrument: InstrumentID = spot)
    -> Intent
  {
    var intent = place(number, .buy, lots: 0, price: 0, instrument)
    intent.kind = .cancel
    intent.targetIntent = IntentNumber(rawValue: target)
    return intent
  }

  static func report(
    _ kind: ReportKind, _ intent: UInt64, _ side: Side = .buy, lots: Int64 = 0,
    _ instrument: InstrumentID = spot
  ) -> Report {
    var report = Report(kind: kind, instrument: instrument, side: side)
    report.intent = IntentNumber(rawValue: intent)
    report.lastQuantity = Quantity(lots: lots)
    return report
  }

  static func position(_ lots: Int64, _ instrument: InstrumentID = spot) -> Report {
    var report = Report(kind: .position, instrument: instrument)
    report.quantity = Quantity(lots: lots)
    return report
  }

  static func state(_ state: TradingState, _ instrument: InstrumentID = .none) -> Report {
    var report = Report(kind: .tradingState, instrument: instrument)
    report.detail = state.rawValue
    return report
  }

  static func session(_ isUp: Bool) -> Report {
    var report = Report(kind: .session, instrument: .none)
    report.detail = isUp ? 1 : 0
    return report
  }
}

extension Gate {
  /// Judges at the fixture's time.
  mutating func at(_ intent: Intent, later nanoseconds: Int64 = 0) -> Verdict {
    judge(
      intent, now: Fixture.start.advanced(byNanoseconds: nanoseconds), wall: Fixture.wall
    ).verdict
  }
}
