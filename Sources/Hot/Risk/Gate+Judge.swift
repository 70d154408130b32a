// One intent against every control, in the order docs/RISK.md lists them; hot plane.

import Quantities

/// The refusal of one control: its code, the limit, and the figure that broke it.
struct Refusal: BitwiseCopyable {
  var code: RefusalCode
  var limit: Int64
  var figure: Int64

  init(_ code: RefusalCode, limit: Int64 = 0, figure: Int64 = 0) {
    self.code = code
    self.limit = limit
    self.figure = figure
  }
}

extension Gate {
  /// Judges one intent. An approved order is counted as exposure from here on: hand it to the sender, or
  /// give it back by `release`.
  ///
  /// - Parameters:
  ///   - now: this poll's reading of the monotonic clock.
  ///   - wall: wall time of the same poll, by the exchange's clock; serves the exchange-age control alone.
  @_noLocks
  public mutating func judge(_ intent: Intent, now: Instant, wall: WallMilliseconds) -> Judgement {
    let refusal =
      intent.kind == .cancel ? refuseCancel(intent, now) : refusePlace(intent, now, wall)
    if let refusal {
      counters.refused &+= 1
      unsafe refusals[Int(refusal.code.rawValue) & (Gate.codesMax &- 1)] &+= 1
      return Judgement(
        verdict: Gate.verdict(
          intent, refusal.code, limit: refusal.limit, figure: refusal.figure, now), order: nil)
    }
    if intent.kind == .cancel {
      counters.approvedCancels &+= 1
    } else {
      counters.approvedOrders &+= 1
      open(intent)
    }
    return Judgement(
      verdict: Gate.verdict(intent, .approved, limit: 0, figure: 0, now),
      order: ApprovedOrder(approved: intent))
  }

  /// Takes back an approved order that could not be handed on, and says so to the Builder.
  @_noLocks
  public mutating func release(_ order: ApprovedOrder, now: Instant) -> Verdict {
    if order.intent.kind == .place { close(order.intent.number) }
    counters.refused &+= 1
    unsafe refusals[Int(RefusalCode.queueFull.rawValue)] &+= 1
    return Gate.verdict(order.intent, .queueFull, limit: 0, figure: 0, now)
  }

  @_noLocks
  static func verdict(
    _ intent: Intent, _ code: RefusalCode, limit: Int64, figure: Int64, _ now: Instant
  ) -> Verdict {
    Verdict(
      intent: intent.number, instrument: intent.instrument, kind: intent.kind, code: code,
      limit: limit, figure: figure, decision: intent.decision, judgedAt: now)
  }

  /// A cancel lowers risk: it is refused only when it names no open order of that instrument, or past its own bound.
  @_noLocks
  mutating func refuseCancel(_ intent: Intent, _ now: Instant) -> Refusal? {
    if intent.number == .none || !isKnown(intent.instrument) { return Refusal(.invalidIntent) }
    guard let slot = index.find(intent.targetIntent.rawValue) else { return Refusal(.unknownOrder) }
    if unsafe orders[slot].instrument != intent.instrument { return Refusal(.invalidIntent) }
    let at = Int(intent.instrument.index)
    if unsafe !states[at].cancelRate.take(at: now) {
      return Refusal(.orderRate, limit: unsafe Gate.cancelLimit(states[at].limits), figure: 0)
    }
    return nil
  }

  @_noLocks
  static func cancelLimit(_ limits: InstrumentLimits) -> Int64 {
    limits.cancelsPerWindow > 0 ? limits.cancelsPerWindow : 60
  }

  @_noLocks
  mutating func refusePlace(_ intent: Intent, _ now: Instant, _ wall: WallMilliseconds) -> Refusal?
  {
    if intent.number == .none || !isKnown(intent.instrument) || intent.quantity.lots <= 0
      || intent.price.ticks <= 0 || index.find(intent.number.rawValue) != nil
    {
      return Refusal(.invalidIntent)
    }
    let at = Int(intent.instrument.index)
    if !isSessionUp { return Refusal(.noSession) }
    let risk = unsafe states[at]
    if let refusal = refusePermission(risk) { return refusal }
    if let refusal = refuseMissing(risk) { return refusal }
    if let refusal = refuseSize(intent, risk) { return refusal }
    if let refusal = refuseReference(intent, risk, now, wall) { return refusal }
    if let refusal = refuseExposure(intent, risk) { return refusal }
    return refuseRate(at, now)
  }

  @_noLocks
  func refusePermission(_ risk: InstrumentRisk) -> Refusal? {
    let state = risk.state.inForce(under: deskState).rawValue
    // `reduceOnly` is judged with the exposure.
    if state > TradingState.reduceOnly.rawValue {
      return Refusal(
        .tradingState, limit: Int64(TradingState.reduceOnly.rawValue), figure: Int64(state))
    }
    if !risk.limits.isAllowed { return Refusal(.notAllowed) }
    if !risk.isTradable { return Refusal(.notTradable) }
    return nil
  }

  /// A limit that is absent refuses; `figure` is the code of the control that lacks it.
  @_noLocks
  func refuseMissing(_ risk: InstrumentRisk) -> Refusal? {
    let limits = risk.limits
    var control = RefusalCode.approved
    if limits.orderLotsMaximum <= 0 { control = .orderSize }
    if limits.orderNotionalMaximum.units <= 0 { control = .orderNotional }
    if limits.positionLotsMaximum <= 0 { control = .position }
    if limits.openOrdersMaximum <= 0 || desk.openOrdersMaximum <= 0 { control = .openOrders }
    if limits.collarBasisPoints <= 0 { control = .priceCollar }
    if limits.ordersPerWindow <= 0 || limits.windowNanoseconds <= 0 { control = .orderRate }
    if desk.ordersPerWindow <= 0 || desk.windowNanoseconds <= 0 { control = .orderRate }
    if limits.referenceAgeMaximumNanoseconds <= 0 { control = .staleBook }
    if desk.checksExchangeAge && desk.exchangeAgeMaximumMilliseconds <= 0 { control = .exchangeAge }
    if control == .approved { return nil }
    return Refusal(.missingLimit, limit: 0, figure: Int64(control.rawValue))
  }

  @_noLocks
  mutating func refuseRate(_ at: Int, _ now: Instant) -> Refusal? {
    if unsafe !states[at].orderRate.isAvailable(at: now) {
      return unsafe Refusal(.orderRate, limit: states[at].limits.ordersPerWindow, figure: 0)
    }
    if !deskRate.take(at: now) {
      return Refusal(.orderRate, limit: desk.ordersPerWindow, figure: 1)
    }
    _ = unsafe states[at].orderRate.take(at: now)
    return nil
  }
}
