// A change of a listed instrument's parameters, and what it does to the whole numbers counted so far; simulation.

import Quantities

/// OKX `upcChg`: a parameter that changes at a known time.
public struct UpcomingChange: Sendable, Equatable {
  /// `tickSz`, `minSz` or `maxMktSz`.
  public var parameter: String
  public var value: DecimalNumber
  /// Milliseconds.
  public var effectiveAt: Int64
  public init(parameter: String, value: DecimalNumber, effectiveAt: Int64) {
    self.parameter = parameter
    self.value = value
    self.effectiveAt = effectiveAt
  }
}

/// What counts of ticks and lots are multiplied by, so that what they stand for stays the same. A grid is only
/// ever made finer: a coarser one is the same grid, of which new orders use every n-th point.
public struct GridChange: Sendable, Equatable {
  public var prices: Int64 = 1
  /// Of what the account has open: orders, positions.
  public var lots: Int64 = 1
  /// Of what was told: books, fills, done orders, bars. They differ where the contract is worth something else.
  public var pastLots: Int64 = 1
  public init() {}
  public var isNone: Bool { self == GridChange() }
}

public enum ListingChange: Sendable, Equatable {
  case tick(DecimalNumber)
  /// Of futures and swaps the lot changes with it (docs/OKX.md OKX-195).
  case minimum(DecimalNumber)
  case lot(DecimalNumber)
  case marketMaximum(DecimalNumber)
  case limitMaximum(DecimalNumber)
  /// Positions and open orders go on with as many contracts as are worth the same.
  case contractValue(DecimalNumber)

  /// The name that `upcChg` has for it; nil where a change is not announced.
  public var parameter: String? {
    switch self {
    case .tick: "tickSz"
    case .minimum: "minSz"
    case .marketMaximum: "maxMktSz"
    case .lot, .limitMaximum, .contractValue: nil
    }
  }

  public var value: DecimalNumber {
    switch self {
    case .tick(let value), .minimum(let value), .lot(let value), .marketMaximum(let value),
      .limitMaximum(let value), .contractValue(let value):
      value
    }
  }
}

extension InstrumentSpecification {
  /// Takes the change over. Nil where it cannot be: a value that is not positive, a grid that no whole numbers of
  /// 64 bits can count, a contract value of what has none.
  public func applying(_ change: ListingChange) -> (InstrumentSpecification, GridChange)? {
    if change.value.mantissa <= 0 { return nil }
    var changed = self
    var grid = GridChange()
    switch change {
    case .tick(let value):
      guard let (unit, factor, units) = commonUnit(tick, value) else { return nil }
      (changed.tick, changed.tickUnits) = (unit, units)
      grid.prices = factor
    case .lot(let value):
      guard let factor = changed.refineLot(for: value),
        let units = try? value.units(of: changed.lot)
      else { return nil }
      changed.lotUnits = units
      (grid.lots, grid.pastLots) = (factor, factor)
    case .minimum(let value):
      guard let factor = changed.refineLot(for: value),
        let units = try? value.units(of: changed.lot)
      else { return nil }
      changed.minimumLots = units
      if type == .swap || type == .futures { changed.lotUnits = units }
      (grid.lots, grid.pastLots) = (factor, factor)
    case .marketMaximum(let value): changed.marketMaximum = value
    case .limitMaximum(let value):
      guard let factor = changed.refineLot(for: value),
        let units = try? value.units(of: changed.lot)
      else { return nil }
      changed.maximumLots = units
      (grid.lots, grid.pastLots) = (factor, factor)
    case .contractValue(let value):
      guard let factors = changed.setContractValue(value) else { return nil }
      (grid.lots, grid.pastLots) = factors
    }
    return (changed, grid)
  }

  /// Makes tick and lot fine enough for what traded, while what is listed stays as it was: a print may be finer than
  /// any order. False where no whole numbers can count it.
  public mutating func count(price: DecimalNumber, size: DecimalNumber) -> Bool {
    guard let (unit, factor, _) = commonUnit(tick, price), let units = tickUnits.times(factor),
      refineLot(for: size) != nil
    else { return false }
    (tick, tickUnits) = (unit, units)
    return true
  }

  /// Makes the lot fine enough for `value`; returns how many new lots an old one is.
  private mutating func refineLot(for value: DecimalNumber) -> Int64? {
    guard let (unit, factor, _) = commonUnit(lot, value), let units = lotUnits.times(factor),
      let minimum = minimumLots.times(factor), let maximum = maximumLots.times(factor)
    else { return nil }
    lot = unit
    (lotUnits, minimumLots, maximumLots) = (units, minimum, maximum)
    return factor
  }

  /// A contract that is worth a tenth makes ten of one: with old over new value a / b, open counts are multiplied
  /// by a and lots become b-th parts of what they were.
  private mutating func setContractValue(_ value: DecimalNumber) -> (Int64, Int64)? {
    guard type != .spot, isValueKnown,
      let (_, old, new) = commonUnit(contractValue, value), new > 0
    else { return nil }
    // `old` and `new` have no common divisor: their unit is the greatest one.
    guard let finer = lot.dividedExactly(by: new), let units = lotUnits.times(new),
      let minimum = minimumLots.times(new), let maximum = maximumLots.times(new)
    else { return nil }
    contractValue = value.normalized
    lot = finer
    (lotUnits, minimumLots, maximumLots) = (units, minimum, maximum)
    return (old, new)
  }
}

/// The greatest unit of which both are whole multiples, and how many times it goes into each.
private func commonUnit(_ a: DecimalNumber, _ b: DecimalNumber) -> (DecimalNumber, Int64, Int64)? {
  let decimals = max(a.decimals, b.decimals)
  guard let first = a.scaled(to: decimals), let second = b.scaled(to: decimals), first > 0,
    second > 0
  else { return nil }
  var (divisor, rest) = (first, second)
  while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
  return (
    DecimalNumber(mantissa: divisor, decimals: decimals).normalized, first / divisor,
    second / divisor
  )
}

extension DecimalNumber {
  /// The mantissa that the number has with so many decimals, no fewer than its own.
  fileprivate func scaled(to places: UInt8) -> Int64? {
    var mantissa = mantissa
    for _ in decimals..<max(decimals, places) {
      guard let next = mantissa.times(10) else { return nil }
      mantissa = next
    }
    return mantissa
  }

  fileprivate func dividedExactly(by divisor: Int64) -> DecimalNumber? {
    var number = self
    while number.mantissa % divisor != 0 {
      guard number.decimals < DecimalNumber.decimalsMax, let next = number.mantissa.times(10) else {
        return nil
      }
      number = DecimalNumber(mantissa: next, decimals: number.decimals + 1)
    }
    return DecimalNumber(mantissa: number.mantissa / divisor, decimals: number.decimals).normalized
  }
}

extension Int64 {
  /// Nil on overflow.
  func times(_ factor: Int64) -> Int64? {
    let (product, overflowed) = multipliedReportingOverflow(by: factor)
    return overflowed ? nil : product
  }
}
