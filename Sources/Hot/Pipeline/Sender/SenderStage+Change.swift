// An instrument that the exchange changed: the Sender counts anew, and tells Gate and Builder in their turn; hot plane.

import Orders
import Quantities

extension SenderStage {
  /// Everything said before is taken and published: what follows is said in the new ticks and lots. Gate and Builder hear of
  /// it between the reports of before and of after.
  @_noLocks
  mutating func change(_ number: Int32, _ now: Instant) {
    guard let change = ports.changes.change(number),
      Int(change.instrument.id.index) < instruments.count, reports.room > 0
    else { return }
    instruments.setOwn(change.instrument)
    table.take(change)
    positions.take(change)
    watch.take(change)
    holdings.take(change)
    var report = Report(kind: .instrument, instrument: change.instrument.id)
    report.exchangeCode = number
    report.receivedAt = now
    report.quantity = positions.quantity(change.instrument.id)
    report.price = Price(ticks: change.tickFactor)
    report.lastQuantity = Quantity(lots: change.lotFactor)
    reports.append(report)
  }
}
