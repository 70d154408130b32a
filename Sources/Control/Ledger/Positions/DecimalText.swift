// Exact figures as decimal strings; control plane.
import GRDB
import Quantities

/// Ticks and lots of one instrument in a stretch of the journal in which they stay what they are.
struct InstrumentScale: Sendable, Equatable {
  var symbol: String
  var tick: Increment
  var lot: Increment
  var contract: ContractType?
  var contractValue: Increment

  func price(_ ticks: Int64?) -> String? {
    guard let ticks else { return nil }
    return DecimalText.units(Int128(ticks), tick, digits: 0)
  }

  /// Half ticks, as a mid is counted.
  func halfTicks(_ value: Int128) -> String { DecimalText.units(value * 5, tick, digits: 1) }

  /// `numerator / denominator` ticks, rounded half away from zero to two digits more than a price has.
  func average(_ numerator: Int128, _ denominator: Int128) -> String? {
    if denominator == 0 { return nil }
    let (hundredfold, overflowed) = numerator.multipliedReportingOverflow(by: 100)
    if overflowed { return nil }
    return DecimalText.units(DecimalText.divided(hundredfold, denominator), tick, digits: 2)
  }

  /// `count` lots of another stretch in these; cut towards 0 where they are coarser.
  func lots(_ count: Int64, of other: InstrumentScale?) -> Int64 {
    other.map { lot.count(count, of: $0.lot) } ?? count
  }

  /// Ticks likewise; nil where these are too coarse to say the price.
  func ticks(_ count: Int64?, of other: InstrumentScale?) -> Int64? {
    guard let count, let other else { return count }
    return tick.exactly(count, of: other.tick)
  }

  func size(_ lots: Int64) -> String { DecimalText.units(Int128(lots), lot, digits: 0) }

  /// Ticks × lots as an amount of the quote currency; nil for inverse contracts, whose worth is not linear.
  func worth(_ ticksTimesLots: Int128) -> Amount? {
    if contract == .inverse { return nil }
    let factors = [tick, lot, contractValue]
    var units = ticksTimesLots
    var decimals = 0
    for factor in factors where factor.mantissa != 0 {
      let (product, overflowed) = units.multipliedReportingOverflow(by: Int128(factor.mantissa))
      if overflowed { return nil }
      units = product
      decimals += Int(factor.decimals)
    }
    if decimals > Int(UInt8.max) { return nil }
    return Amount(units: units, decimals: UInt8(decimals))
  }
}

enum DecimalText {
  /// `units` of `increment` / 10^`digits`, without trailing zeros.
  static func units(_ units: Int128, _ increment: Increment, digits: Int) -> String {
    let (product, overflowed) = units.multipliedReportingOverflow(by: Int128(increment.mantissa))
    if overflowed { return "overflow" }
    let decimals = UInt8(clamping: Int(increment.decimals) + digits)
    return Amount(units: product, decimals: decimals).normalized.description
  }

  /// Rounded half away from zero. `denominator` is not 0.
  static func divided(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    if rest.magnitude * 2 < denominator.magnitude { return quotient }
    return quotient + ((numerator < 0) == (denominator < 0) ? 1 : -1)
  }

  /// `hundredths` as a decimal with at most two digits.
  static func hundredths(_ value: Int128) -> String {
    Amount(units: value, decimals: 2).normalized.description
  }
}
