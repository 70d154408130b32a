// Divisions of money that say where they round; simulation.

import Quantities

extension Amount {
  /// `self × numerator / denominator`, rounded towards zero at `self`'s own precision; nil where it leaves 128 bits.
  public func scaled(by numerator: Int128, over denominator: Int128) -> Amount? {
    if denominator == 0 { return nil }
    let wide = units.magnitude.multipliedFullWidth(by: numerator.magnitude)
    if wide.high >= denominator.magnitude { return nil }
    let quotient = denominator.magnitude.dividingFullWidth(wide).quotient
    guard let magnitude = Int128(exactly: quotient) else { return nil }
    let isNegative = (units < 0) != ((numerator < 0) != (denominator < 0))
    return Amount(units: isNegative ? -magnitude : magnitude, decimals: decimals)
  }

  /// `self / divisor`, rounded towards zero at `places` decimals; nil where it leaves 128 bits.
  public func divided(by divisor: Amount, places: UInt8) -> Amount? {
    let scale = Int(places) + Int(divisor.decimals) - Int(decimals)
    guard divisor.units != 0, let power = wholePower(abs(scale)) else { return nil }
    if scale >= 0 {
      let whole = Amount(units: units, decimals: places)
      return whole.scaled(by: power, over: divisor.units)
    }
    let (denominator, overflowed) = divisor.units.multipliedReportingOverflow(by: power)
    if overflowed { return nil }
    return Amount(units: units, decimals: places).scaled(by: 1, over: denominator)
  }
}

private func wholePower(_ exponent: Int) -> Int128? {
  if exponent > 38 { return nil }
  var power: Int128 = 1
  for _ in 0..<exponent {
    let (product, overflowed) = power.multipliedReportingOverflow(by: 10)
    if overflowed { return nil }
    power = product
  }
  return power
}
