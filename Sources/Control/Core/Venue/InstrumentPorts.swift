// What the instruments' keeper may do to a running core, and nothing else of it; control plane.

import Pipeline
import Quantities
import State

struct InstrumentPorts: Sendable {
  let table: InstrumentTable
  let changes: InstrumentChanges
  let mailbox: InstrumentMailbox
  let holds: VenueHolds
  let coolOffs: CoolOffKeeper
  let control: RunControl
  let context: MarketContext
  let state: StateWriter
  /// What the Sender holds at work.
  let working: WorkingBoard
  let telemetry: ControlTelemetry
  /// The context's connections ask by the new name from here on.
  let rename: @Sendable (_ old: String, _ new: String) -> Void
}
