// An instrument that the exchange changed: book and indicators begin anew, what is counted goes on in the new lots; hot plane.

import Book
import Quantities
import State
import Strategy

extension BuilderStage {
  /// The Feed hears of it from here: until it says that the book ended, messages are still in the old ticks.
  @_noLocks
  mutating func change(_ report: Report) {
    let at = Int(report.instrument.index)
    guard at < instruments.count, let change = ports.changes.change(report.exchangeCode) else {
      return
    }
    instruments.setOwn(change.instrument)
    if !change.isOfUnits && !change.isOfValue {
      ports.changes.finish(report.exchangeCode)
      return
    }
    views.take(change)
    working.take(change)
    strategy.take(change)
    unsafe tallies[at].filledLots = change.lots(tallies[at].filledLots)
    unsafe tallies[at].orderLotsMaximum = change.lots(tallies[at].orderLotsMaximum)
    unsafe tallies[at].positionLotsMaximum = change.lots(tallies[at].positionLotsMaximum)
    unsafe tallies[at].change = report.exchangeCode
    unsafe tallies[at].awaitsNewTicks = true
    unsafe tallies[at].crossedSince = .zero
    askResync(report.instrument, .instrumentChanged, Int64(report.exchangeCode))
  }

  /// Between the change and the end of the old book, which the Feed sends in the order of its messages.
  @_noLocks
  mutating func isOfOldTicks(_ message: MarketMessage) -> Bool {
    let at = Int(message.instrument.index)
    if at >= instruments.count { return false }
    if unsafe !tallies[at].awaitsNewTicks { return false }
    if message.kind == .invalid && message.fault == .instrumentChanged {
      unsafe tallies[at].awaitsNewTicks = false
      return false
    }
    return message.kind != .invalid
  }

  /// The lease in force, in the instrument's lots and ticks of now. None outlives a contract's value: its target was other
  /// money.
  @_noLocks
  func lease(_ id: InstrumentID) -> SignalLease {
    let lease = effectiveLease(
      manual: ports.state.signal(of: id, in: .manual) ?? .absent,
      agent: ports.state.signal(of: id, in: .agent) ?? .absent, at: moment.boot)
    if !lease.isPresent { return lease }
    return ports.changes.lease(lease, at: instruments[id].unitsChange) ?? .absent
  }
}
