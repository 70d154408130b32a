// An instrument that the exchange changed, and what that makes of figures counted before; both planes.

/// From this change on ticks and lots of `instrument` count finer by whole factors: every figure counted before is
/// multiplied and stays exact.
@frozen
public struct InstrumentChange: Sendable, BitwiseCopyable {
  /// As it is from here on.
  public var instrument: Instrument
  /// New ticks in an old one, new lots in an old one; 1 where that did not change.
  public var tickFactor: Int64
  public var lotFactor: Int64
  /// The contract's value before; the same as `instrument.contractValue` where it did not change.
  public var valueBefore: Increment

  /// Above it figures near the end of 64 bits could be lost: such a change is not taken.
  @inlinable public static var factorMax: Int64 { 1_000_000 }

  @inlinable
  public init(
    _ instrument: Instrument, tickFactor: Int64 = 1, lotFactor: Int64 = 1, valueBefore: Increment
  ) {
    self.instrument = instrument
    self.tickFactor = tickFactor
    self.lotFactor = lotFactor
    self.valueBefore = valueBefore
  }

  /// Prices and sizes count anew: books and indicators of before are of no use.
  @inlinable public var isOfUnits: Bool { tickFactor != 1 || lotFactor != 1 }

  /// A contract is worth something else: what was decided in contracts was decided of other money.
  @inlinable public var isOfValue: Bool { valueBefore != instrument.contractValue }

  /// What was said before counts in other units than what is said from here on.
  @inlinable public var isOfMeaning: Bool { isOfUnits || isOfValue }

  /// A limit in lots: the same size, and never more money than before.
  @_noLocks
  public func limit(_ limit: Int64) -> Int64 {
    let same = lots(limit)
    return isOfValue ? min(same, instrument.contractValue.count(same, of: valueBefore)) : same
  }

  /// Saturates: a figure that no longer fits is as good as endless.
  @inlinable
  public func lots(_ lots: Int64) -> Int64 { InstrumentChange.times(lots, lotFactor) }

  @inlinable
  public func ticks(_ ticks: Int64) -> Int64 { InstrumentChange.times(ticks, tickFactor) }

  @inlinable
  public func quantity(_ quantity: Quantity) -> Quantity { Quantity(lots: lots(quantity.lots)) }

  @inlinable
  public func price(_ price: Price) -> Price {
    price.isNone ? price : Price(ticks: ticks(price.ticks))
  }

  @inlinable
  static func times(_ figure: Int64, _ factor: Int64) -> Int64 {
    if factor == 1 || figure == .max || figure == .min { return figure }
    let (product, overflow) = figure.multipliedReportingOverflow(by: factor)
    return overflow ? (figure < 0 ? .min : .max) : product
  }
}

extension DecimalNumber {
  /// `count` of an old increment in this one, cut towards 0; saturates.
  @_noLocks
  public func count(_ count: Int64, of old: Increment) -> Int64 {
    if old == self { return count }
    guard mantissa > 0, let up = powerOfTen(decimals), let down = powerOfTen(old.decimals) else {
      return count
    }
    let (numerator, isOver) = (Int128(count) * Int128(old.mantissa))
      .multipliedReportingOverflow(by: Int128(up))
    let (denominator, isWide) = Int128(mantissa).multipliedReportingOverflow(by: Int128(down))
    if isOver || isWide { return count < 0 ? .min : .max }
    return Int64(clamping: numerator / denominator)
  }
}

extension DecimalNumber {
  /// `count` of another increment in this one; nil where that is no whole number, or none of 64 bits. Exact. Control plane.
  public func exactly(_ count: Int64, of other: Increment) -> Int64? {
    if other == self || count == 0 { return count }
    let places = max(decimals, other.decimals)
    guard mantissa > 0, let up = powerOfTen(places - other.decimals),
      let down = powerOfTen(places - decimals)
    else { return nil }
    // In lowest terms, so that what fits 64 bits fits these 128.
    let size = Int128(other.mantissa) * Int128(up)
    let unit = Int128(mantissa) * Int128(down)
    var (a, b) = (size, unit)
    while b != 0 { (a, b) = (b, a % b) }
    let (product, overflowed) = Int128(count).multipliedReportingOverflow(by: size / a)
    if overflowed || product % (unit / a) != 0 { return nil }
    return Int64(exactly: product / (unit / a))
  }
}

extension Instrument {
  /// The change to what the exchange states now. `stated` has the exchange's own tick and lot and sizes in its lots. Nil
  /// where no whole factors within `InstrumentChange.factorMax` lead there.
  public func change(to stated: Instrument) -> InstrumentChange? {
    guard let ticks = Grid(held: tick, stated: stated.tick),
      let lots = Grid(held: lot, stated: stated.lot)
    else { return nil }
    var next = stated
    next.id = id
    next.symbol = symbol
    next.tick = ticks.unit
    next.lot = lots.unit
    next.tickStep = ticks.step
    next.lotStep = lots.step
    next.unitsChange = unitsChange
    next.minimumLots = InstrumentChange.times(stated.minimumLots, lots.step)
    next.maximumLots = InstrumentChange.times(stated.maximumLots, lots.step)
    return InstrumentChange(
      next, tickFactor: ticks.factor, lotFactor: lots.factor, valueBefore: contractValue)
  }

  /// The largest unit that both the one held and the stated one are multiples of.
  private struct Grid {
    var unit: Increment
    /// New units in one held before.
    var factor: Int64
    /// New units in the exchange's.
    var step: Int64

    init?(held: Increment, stated: Increment) {
      let decimals = max(held.decimals, stated.decimals)
      guard held.mantissa > 0, stated.mantissa > 0,
        let up = powerOfTen(decimals - held.decimals),
        let down = powerOfTen(decimals - stated.decimals)
      else { return nil }
      let (first, isFirstOver) = held.mantissa.multipliedReportingOverflow(by: up)
      let (second, isSecondOver) = stated.mantissa.multipliedReportingOverflow(by: down)
      if isFirstOver || isSecondOver { return nil }
      var (a, b) = (first, second)
      while b != 0 { (a, b) = (b, a % b) }
      factor = first / a
      unit = factor == 1 ? held : DecimalNumber(mantissa: a, decimals: decimals).normalized
      step = second / a
      if factor > InstrumentChange.factorMax || step > InstrumentChange.factorMax { return nil }
    }
  }
}
