// Orders, positions and what the exchange stated of them, counted in an instrument's new ticks and lots; hot plane.

import Quantities
import Risk

extension OrderTable {
  /// Every figure of the instrument's orders, ended ones among them: a late word of theirs comes in the new lots.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let id = change.instrument.id
    if Int(id.index) >= instrumentCount { return }
    var slot = 0
    while slot < OrderTable.slotsMax {
      if unsafe orders[slot].instrument == id { unsafe orders[slot].take(change) }
      slot &+= 1
    }
    unsafe open[Int(id.index)].take(change)
    strangers.take(change)
  }
}

extension Order {
  @_noLocks
  mutating func take(_ change: InstrumentChange) {
    price = change.price(price)
    quantity = change.quantity(quantity)
    filled = change.quantity(filled)
    unseen = change.quantity(unseen)
    anonymous = change.quantity(anonymous)
    statedFilled = change.quantity(statedFilled)
  }
}

extension PositionBook {
  /// What a position cost and what it gained is the same money as before.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let at = Int(change.instrument.id.index)
    if !isKnown(change.instrument.id) { return }
    var held = unsafe positions[at]
    held.lots = change.lots(held.lots)
    held.cost = money(held.cost, change)
    held.realised = money(held.realised, change)
    unsafe positions[at] = held
  }

  /// Cost units are lots × ticks, and lots ÷ ticks where the contract is inverse, of one contract value.
  @_noLocks
  private mutating func money(_ units: Int128, _ change: InstrumentChange) -> Int128 {
    var result = checked(units.multipliedReportingOverflow(by: Int128(change.lotFactor)))
    if change.instrument.contract == .inverse {
      result /= Int128(change.tickFactor)
    } else {
      result = checked(result.multipliedReportingOverflow(by: Int128(change.tickFactor)))
    }
    let (old, new) = (change.valueBefore, change.instrument.contractValue)
    if old == new || new.mantissa <= 0 { return result }
    let decimals = max(old.decimals, new.decimals)
    guard let up = powerOfTen(decimals &- old.decimals),
      let down = powerOfTen(decimals &- new.decimals)
    else { return result }
    let scaled = checked(
      result.multipliedReportingOverflow(by: Int128(old.mantissa) &* Int128(up)))
    return scaled / (Int128(new.mantissa) &* Int128(down))
  }
}

extension PositionWatch {
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let at = Int(change.instrument.id.index)
    if at >= instrumentCount { return }
    unsafe rows[at].stated.lots = change.lots(rows[at].stated.lots)
    var index = at &* PositionWatch.fillsKept
    while index < (at &+ 1) &* PositionWatch.fillsKept {
      unsafe fills[index].signedLots = change.lots(fills[index].signedLots)
      index &+= 1
    }
  }
}

extension SpotHoldings {
  /// What is less than an old lot shows with the next balance: until then nothing is proven.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let at = Int(change.instrument.id.index)
    if at >= instruments.count { return }
    unsafe rows[at].lots = change.lots(rows[at].lots)
    if change.lotFactor != 1 { unsafe rows[at].isKnown = false }
  }
}
