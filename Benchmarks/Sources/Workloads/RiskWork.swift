// Risk: one order through every control of the gate, and its report back. It has no peer.

import Quantities
import Risk

public enum RiskWork {
  public static var all: [Work] { [judge] }

  private static let orders: UInt64 = 1000

  private static func gate() -> Gate {
    var instrument = Instrument(
      id: .none, symbol: Symbol("BTC-USDT")!, type: .spot,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 8))
    instrument.isTradable = true
    var limits = InstrumentLimits()
    limits.isAllowed = true
    limits.orderLotsMaximum = 1_000_000_000
    limits.orderNotionalMaximum = Amount("1000000")!
    limits.positionLotsMaximum = 100_000_000_000
    limits.openOrdersMaximum = 16
    limits.collarBasisPoints = 100
    limits.ordersPerWindow = 1_000_000
    limits.referenceAgeMaximumNanoseconds = 1_000_000_000
    var desk = DeskLimits()
    desk.openOrdersMaximum = 64
    desk.ordersPerWindow = 1_000_000
    desk.exchangeAgeMaximumMilliseconds = 500
    var gate = Gate(
      instruments: InstrumentTable([instrument]),
      limits: RiskLimits(desk: desk, each: limits, count: 1))
    var session = Report(kind: .session, instrument: .none)
    session.detail = 1
    gate.apply(session)
    var state = Report(kind: .tradingState, instrument: .none)
    state.detail = TradingState.active.rawValue
    gate.apply(state)
    state.instrument = InstrumentID(index: 0)
    gate.apply(state)
    return gate
  }

  /// An order is judged, approved, and cancelled by a report: the gate ends a batch as it began.
  private static var judge: Work {
    let gate = UnsafeMutablePointer<Gate>.allocate(capacity: 1)
    unsafe gate.initialize(to: RiskWork.gate())
    var number: UInt64 = 0
    var now = Instant(nanoseconds: 1_000_000_000_000)
    let wall = WallMilliseconds(milliseconds: 1_700_000_000_000)
    return Work("Risk: judge an order and take its report", "order", count: Int(orders)) {
      var approved: UInt64 = 0
      for _ in 0..<orders {
        number &+= 1
        now = now.advanced(byNanoseconds: 100_000)
        let reference = DecisionReference(
          bid: Price(ticks: 787_222), ask: Price(ticks: 787_223), seqId: 1, receivedAt: now,
          exchangeTime: wall)
        let intent = Intent(
          number: IntentNumber(rawValue: number), instrument: InstrumentID(index: 0), kind: .place,
          side: .buy, type: .limit, source: .agent, isBookValid: true, isReduceOnly: false,
          price: Price(ticks: 787_222), quantity: Quantity(lots: 1_000_000), targetIntent: .none,
          decision: .none, reference: reference, madeAt: now)
        let judgement = unsafe gate.pointee.judge(intent, now: now, wall: wall)
        if judgement.verdict.code == .approved { approved &+= 1 }
        var report = Report(kind: .cancelled, instrument: intent.instrument)
        report.intent = intent.number
        unsafe gate.pointee.apply(report)
      }
      precondition(approved == orders, "Invariant: this order passes every control")
      return approved
    }
  }
}
