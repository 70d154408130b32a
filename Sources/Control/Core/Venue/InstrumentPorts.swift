// What the instruments' keeper may do to a running core, and nothing else of it; control plane.

import Pipeline
import Quantities
import State

package struct InstrumentPorts: Sendable {
  let table: InstrumentTable
  let changes: InstrumentChanges
  let mailbox: InstrumentMailbox
  let holds: VenueHolds
  let context: MarketContext
  let state: StateWriter
  /// What the Sender holds at work.
  let working: WorkingBoard
  let telemetry: ControlTelemetry

  package init(
    table: InstrumentTable, changes: InstrumentChanges, mailbox: InstrumentMailbox,
    holds: VenueHolds, context: MarketContext, state: StateWriter, working: WorkingBoard,
    telemetry: ControlTelemetry
  ) {
    self.table = table
    self.changes = changes
    self.mailbox = mailbox
    self.holds = holds
    self.context = context
    self.state = state
    self.working = working
    self.telemetry = telemetry
  }
}
