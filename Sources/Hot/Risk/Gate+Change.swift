// An instrument's new ticks, lots and limits of size, as the gate counts by them; hot plane.

import Quantities

extension Gate {
  /// Limits and exposure stay the same sizes; what is left of the rates is left.
  @_noLocks
  public mutating func take(_ change: InstrumentChange) {
    let id = change.instrument.id
    if !isKnown(id) { return }
    let held = unsafe states[Int(id.index)]
    var limits = held.limits
    limits.orderLotsMaximum = change.limit(limits.orderLotsMaximum)
    limits.positionLotsMaximum = change.limit(limits.positionLotsMaximum)
    var risk = InstrumentRisk(change.instrument, limits)
    risk.exposure = held.exposure
    risk.exposure.take(change)
    risk.orderRate = held.orderRate
    risk.cancelRate = held.cancelRate
    risk.state = held.state
    risk.firstBuy = held.firstBuy
    risk.firstSell = held.firstSell
    unsafe states[Int(id.index)] = risk
    count(held.firstBuy, in: change)
    count(held.firstSell, in: change)
  }

  /// `Instrument.unitsChange` of the row that the instrument's limits and exposure count by.
  @_noLocks
  public func unitsChange(_ id: InstrumentID) -> UInt16 {
    isKnown(id) ? unsafe states[Int(id.index)].unitsChange : 0
  }

  @_noLocks
  private func count(_ first: Int32, in change: InstrumentChange) {
    var slot = first
    while slot != OpenOrder.noSlot {
      unsafe orders[Int(slot)].price = change.ticks(orders[Int(slot)].price)
      unsafe orders[Int(slot)].remaining = change.lots(orders[Int(slot)].remaining)
      slot = unsafe orders[Int(slot)].next
    }
  }
}
