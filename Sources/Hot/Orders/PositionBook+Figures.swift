// Positions as figures: average entry, realised and floating P&L, reconciliation; hot plane.

import Quantities

extension PositionBook {
  /// Average entry price in ticks × 10^`decimals` (rounded towards zero); nil when flat.
  @_noLocks
  public func averageEntry(_ instrument: InstrumentID, decimals: UInt8 = 4) -> Int128? {
    if !isKnown(instrument) { return nil }
    let held = unsafe positions[Int(instrument.index)]
    guard held.lots != 0, held.cost != 0, let power = powerOfTen(decimals) else { return nil }
    if instruments[instrument].contract == .inverse {
      let (scaled, overflow) = Int128(held.lots).multipliedReportingOverflow(
        by: PositionBook.inverseScale)
      if overflow { return nil }
      let (fine, carried) = scaled.multipliedReportingOverflow(by: Int128(power))
      return carried ? scaled / held.cost &* Int128(power) : fine / held.cost
    }
    let (fine, overflow) = held.cost.multipliedReportingOverflow(by: Int128(power))
    return overflow
      ? held.cost / Int128(held.lots) &* Int128(power) : fine / Int128(held.lots)
  }

  /// Realised P&L without fees: quote currency, or coin for inverse contracts. Nil where it leaves 128 bits.
  @_noLocks
  public func realised(_ instrument: InstrumentID) -> Amount? {
    if !isKnown(instrument) { return nil }
    return unsafe amount(positions[Int(instrument.index)].realised, instruments[instrument])
  }

  /// What closing at `markHalfTicks` (bid + ask, so half ticks) would add to the realised P&L.
  @_noLocks
  public func floating(_ instrument: InstrumentID, markHalfTicks: Int64) -> Amount? {
    if !isKnown(instrument) || markHalfTicks <= 0 { return nil }
    let item = instruments[instrument]
    let held = unsafe positions[Int(instrument.index)]
    let lots = Int128(held.lots)
    if item.contract == .inverse {
      let unit = PositionBook.inverseScale &* 2 / Int128(markHalfTicks)
      let (value, overflow) = lots.multipliedReportingOverflow(by: unit)
      let (gain, carried) = value.subtractingReportingOverflow(held.cost)
      return overflow || carried ? nil : amount(gain, item)
    }
    let (value, overflow) = lots.multipliedReportingOverflow(by: Int128(markHalfTicks))
    let (cost, carried) = held.cost.multipliedReportingOverflow(by: 2)
    let (twice, lost) = value.subtractingReportingOverflow(cost)
    if overflow || carried || lost { return nil }
    // Half ticks: one digit more, times five.
    let (fine, overran) = twice.multipliedReportingOverflow(by: 5)
    guard !overran, var result = amount(fine, item) else { return nil }
    result.decimals &+= 1
    return result
  }

  /// Cost units as an amount of the P&L currency.
  @_noLocks
  func amount(_ units: Int128, _ item: Instrument) -> Amount? {
    do throws(DecimalError) {
      let sized = try Amount(units: units, decimals: 0)
        .multiplied(by: item.lot).multiplied(by: item.contractValue)
      if item.contract != .inverse { return try sized.multiplied(by: item.tick) }
      // lots × 10¹⁸ / ticks → divide by the tick, and coin is gained as 1/price falls.
      if item.tick.mantissa <= 0 { return nil }
      let coins = 0 &- sized.units / Int128(item.tick.mantissa)
      let places = Int(sized.decimals) + 18 - Int(item.tick.decimals)
      if places < 0 || places > 255 { return nil }
      return Amount(units: coins, decimals: UInt8(truncatingIfNeeded: places))
    } catch { return nil }
  }

  /// Sets a position to what the exchange states (start-up, reconciliation) and says how it differed. The
  /// average entry stays for what remains, unless `averagePrice` gives one.
  @_noLocks
  public mutating func adopt(
    _ instrument: InstrumentID, position: Quantity, averagePrice: Price = .none
  ) -> PositionDifference {
    let counted = quantity(instrument)
    let difference = PositionDifference(
      instrument: instrument, counted: counted, stated: position)
    if !isKnown(instrument) {
      unknown &+= 1
      return difference
    }
    let at = Int(instrument.index)
    var held = unsafe positions[at]
    let isInverse = instruments[instrument].contract == .inverse
    if !averagePrice.isNone && averagePrice.ticks > 0 {
      let unit = PositionBook.unitCost(averagePrice.ticks, isInverse)
      held.cost = checked(Int128(position.lots).multipliedReportingOverflow(by: unit))
    } else if held.lots != 0 {
      held.cost = checked(
        (held.cost / Int128(held.lots)).multipliedReportingOverflow(by: Int128(position.lots)))
    }
    held.lots = position.lots
    if held.lots == 0 { held.cost = 0 }
    unsafe positions[at] = held
    return difference
  }

  /// The `position` report for gate and Builder after `adopt`.
  @_noLocks
  public func report(_ instrument: InstrumentID, now: Instant) -> Report {
    var report = Report(kind: .position, instrument: instrument)
    report.quantity = quantity(instrument)
    report.receivedAt = now
    report.isReconciled = true
    return report
  }
}
