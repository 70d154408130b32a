// What the instruments' keeper may do to a running core, and nothing else of it; control plane.

import Pipeline
import Quantities
import State

package struct InstrumentPorts: Sendable {
  let table: InstrumentTable
  let changes: InstrumentChanges
  let mailbox: InstrumentMailbox
  let holds: VenueHolds
  let coolOffs: CoolOffKeeper
  let context: MarketContext
  let state: StateWriter
  /// What the Sender holds at work.
  let working: WorkingBoard
  let telemetry: ControlTelemetry
  /// The context's connections ask by the new name from here on.
  let rename: @Sendable (_ old: String, _ new: String) -> Void

  package init(
    table: InstrumentTable, changes: InstrumentChanges, mailbox: InstrumentMailbox,
    holds: VenueHolds, coolOffs: CoolOffKeeper, context: MarketContext, state: StateWriter,
    working: WorkingBoard, telemetry: ControlTelemetry,
    rename: @escaping @Sendable (_ old: String, _ new: String) -> Void
  ) {
    self.table = table
    self.changes = changes
    self.mailbox = mailbox
    self.holds = holds
    self.coolOffs = coolOffs
    self.context = context
    self.state = state
    self.working = working
    self.telemetry = telemetry
    self.rename = rename
  }
}
