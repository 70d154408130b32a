// A position's figures where its instrument's ticks, lots or contract value change; control plane.
import Quantities

extension PositionFigures {
  /// Counts in `new` what counted in `old`: the same size and the same money. What `new` lots cannot say is cut, and its
  /// cost is then not known.
  mutating func count(from old: InstrumentScale, to new: InstrumentScale) {
    if old == new { return }
    let cut = new.lot.count(position, of: old.lot)
    let isExact = new.lot.exactly(position, of: old.lot) != nil
    recount(
      position: cut, isExact: isExact,
      // The value of an inverse contract is no factor of what is summed here: lots × ticks.
      by: [(old.tick, new.tick), (old.lot, new.lot)]
        + (new.contract == .inverse ? [] : [(old.contractValue, new.contractValue)]))
  }
}

/// `amount` × the product of `old / new`, to the nearest; nil past 127 bits.
func recounted(_ amount: Int128, by factors: [(old: Increment, new: Increment)]) -> Int128? {
  var result = amount
  for (old, new) in factors where old.normalized != new.normalized {
    let places = max(old.decimals, new.decimals)
    guard let up = powerOfTen(places - old.decimals), let down = powerOfTen(places - new.decimals)
    else { return nil }
    let (numerator, denominator) = (
      Int128(old.mantissa) * Int128(up), Int128(new.mantissa) * Int128(down)
    )
    if denominator == 0 { return nil }
    var (a, b) = (numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    let (product, overflowed) = result.multipliedReportingOverflow(by: numerator / a)
    if overflowed { return nil }
    result = DecimalText.divided(product, denominator / a)
  }
  return result
}
