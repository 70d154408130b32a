// A position's figures where its instrument's ticks, lots or contract value change; control plane.
import Journal
import Quantities

/// What the figures of one instrument count in.
public struct PositionUnits: Sendable, Equatable {
  public var tick: Increment
  public var lot: Increment
  public var contractValue: Increment
  public var isInverse: Bool

  init(_ scale: InstrumentScale) {
    tick = scale.tick
    lot = scale.lot
    contractValue = scale.contractValue
    isInverse = scale.contract == .inverse
  }

  public init(_ record: InstrumentRecord) {
    tick = record.tick
    lot = record.lot
    contractValue = Increment(
      mantissa: record.contractMantissa, decimals: record.contractDecimals)
    isInverse = record.contract == .inverse
  }

  /// Behind a report of kind `instrument`; nil where it changes nothing, or nothing that can be counted in.
  public func behind(_ report: Report) -> PositionUnits? {
    let (ticks, lots) = (report.price.ticks, report.lastQuantity.lots)
    if (ticks == 1 && lots == 1) || ticks < 1 || lots < 1 { return nil }
    guard let tick = PositionUnits.part(tick, ticks), let lot = PositionUnits.part(lot, lots)
    else { return nil }
    var next = self
    next.tick = tick
    next.lot = lot
    return next
  }

  /// `whole` in `count` equal parts; nil where that is no decimal number.
  static func part(_ whole: Increment, _ count: Int64) -> Increment? {
    if count == 1 { return whole }
    var (mantissa, decimals) = (whole.mantissa, whole.decimals)
    while mantissa % count != 0 {
      let (product, overflowed) = mantissa.multipliedReportingOverflow(by: 10)
      if overflowed || decimals == DecimalNumber.decimalsMax { return nil }
      (mantissa, decimals) = (product, decimals + 1)
    }
    return Increment(mantissa: mantissa / count, decimals: decimals).normalized
  }

  public func isGrid(of other: PositionUnits) -> Bool {
    tick.normalized == other.tick.normalized && lot.normalized == other.lot.normalized
  }
}

extension PositionFigures {
  /// Counts in `new` what counted in `old`: the same size and the same money. What `new` lots cannot say is cut, and its
  /// cost is then not known.
  public mutating func count(from old: PositionUnits, to new: PositionUnits) {
    if old == new { return }
    let cut = new.lot.count(position, of: old.lot)
    let isExact = new.lot.exactly(position, of: old.lot) != nil
    recount(
      position: cut, isExact: isExact,
      // The value of an inverse contract is no factor of what is summed here: lots × ticks.
      by: [(old.tick, new.tick), (old.lot, new.lot)]
        + (new.isInverse ? [] : [(old.contractValue, new.contractValue)]))
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
