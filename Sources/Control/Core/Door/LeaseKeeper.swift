// Leases in their slots while an instrument's units change: shown to everyone in those of now; control plane.

import Logging
import Pipeline
import Quantities
import State

/// The Door's thread's own: it alone writes the slots. The Builder does the same counting for itself (`lease(_:)`), at the
/// very step at which it takes the change; here it is for whoever else reads.
final class LeaseKeeper: @unchecked Sendable {
  // SAFETY: made before the Door's thread starts, used by that thread alone.
  private let desk: DeskControls
  private let log: Logger
  /// `Instrument.unitsChange` that each instrument's slots were last counted by.
  private var counted: [UInt16]

  init(_ desk: DeskControls, log: Logger) {
    self.desk = desk
    self.log = log
    counted = (0..<desk.instruments.count).map {
      desk.instruments[InstrumentID(index: UInt16($0))].unitsChange
    }
  }

  func follow() {
    for index in counted.indices {
      let row = desk.instruments[InstrumentID(index: UInt16(index))]
      if row.unitsChange == counted[index] { continue }
      counted[index] = row.unitsChange
      for slot in SignalSlot.allCases {
        guard let lease = desk.state.signal(of: row.id, in: slot), lease.isPresent else { continue }
        let next = desk.changes.lease(lease, at: row.unitsChange)
        desk.state.publish(next ?? .absent, for: row.id, in: slot)
        if next == nil && lease.isLive(at: .now()) {
          log.warning(
            "a lease ended: it was decided at another contract value",
            metadata: [
              "instrument": "\(row.symbol)", "slot": "\(slot)", "request": "\(lease.request)",
            ])
        }
      }
      desk.wake()
    }
  }
}
