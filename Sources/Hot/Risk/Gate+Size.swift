// The controls on the order itself: lots, notional, minimum; hot plane.

import Quantities

extension Gate {
  @_noLocks
  mutating func refuseSize(_ intent: Intent, _ risk: InstrumentRisk) -> Refusal? {
    let lots = intent.quantity.lots
    var maximum = risk.limits.orderLotsMaximum
    if risk.maximumLots > 0 && risk.maximumLots < maximum { maximum = risk.maximumLots }
    if lots > maximum { return Refusal(.orderSize, limit: maximum, figure: lots) }
    if lots < risk.minimumLots {
      return Refusal(.belowMinimum, limit: risk.minimumLots, figure: lots)
    }
    guard let notional = Gate.notional(intent, risk) else {
      counters.notionalOverflows &+= 1
      return Refusal(
        .notionalOverflow, limit: Gate.millionths(risk.notionalLimit, risk.notionalDecimals),
        figure: .max)
    }
    if notional > risk.notionalLimit {
      return Refusal(
        .orderNotional, limit: Gate.millionths(risk.notionalLimit, risk.notionalDecimals),
        figure: Gate.millionths(notional, risk.notionalDecimals, roundsUp: true))
    }
    return nil
  }

  /// The order's value in units of `10^-notionalDecimals`, or nil where it leaves 128 bits.
  @_noLocks
  static func notional(_ intent: Intent, _ risk: InstrumentRisk) -> Int128? {
    if risk.notionalFactor == 0 { return nil }
    let (size, overflow) = risk.notionalFactor.multipliedReportingOverflow(
      by: Int128(intent.quantity.lots))
    if overflow { return nil }
    if risk.isInverse { return size }
    let (value, carried) = size.multipliedReportingOverflow(by: Int128(intent.price.ticks))
    return carried ? nil : value
  }

  /// `units × 10^-decimals` in millionths, the unit of notional figures in verdicts; saturates.
  @_noLocks
  static func millionths(_ units: Int128, _ decimals: UInt8, roundsUp: Bool = false) -> Int64 {
    var value = units
    var places = decimals
    var lost = false
    while places > 6 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      if remainder != 0 { lost = true }
      value = quotient
      places &-= 1
    }
    while places < 6 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return .max }
      value = product
      places &+= 1
    }
    if lost && roundsUp { value &+= 1 }
    return value > Int128(Int64.max) ? .max : Int64(truncatingIfNeeded: value)
  }
}
