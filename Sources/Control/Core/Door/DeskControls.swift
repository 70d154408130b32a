// What the Door's thread may do to a running core, and nothing else of it; control plane.

import Pipeline
import Quantities
import State

public struct DeskControls: Sendable {
  public let instruments: InstrumentTable
  /// What became of them in this start.
  public let changes: InstrumentChanges
  public let startNumber: UInt32
  public let board: StopBoard
  /// What the Sender holds at work.
  public let working: WorkingBoard
  /// Signal slots to write, market slots to read, states to show.
  public let state: StateWriter
  public let telemetry: ControlTelemetry
  public let limits: LimitPort
  /// What the Gate starts with, by instrument.
  public let limitsAtStart: [InstrumentLimits]
  /// State's row of the trading connection; nil: this core only watches.
  public let privateConnection: Int?
  public let venue: VenueHolds
  /// A change acts at once even on a sleeping hot thread.
  public let wake: @Sendable () -> Void

  public init(
    instruments: InstrumentTable, changes: InstrumentChanges, startNumber: UInt32, board: StopBoard,
    working: WorkingBoard, state: StateWriter, telemetry: ControlTelemetry,
    limits: LimitPort, limitsAtStart: [InstrumentLimits],
    privateConnection: Int?, venue: VenueHolds, wake: @escaping @Sendable () -> Void
  ) {
    self.instruments = instruments
    self.changes = changes
    self.startNumber = startNumber
    self.board = board
    self.working = working
    self.state = state
    self.telemetry = telemetry
    self.limits = limits
    self.limitsAtStart = limitsAtStart
    self.privateConnection = privateConnection
    self.venue = venue
    self.wake = wake
  }

  /// For logs.
  func name(_ id: InstrumentID) -> String {
    id.isNone ? "desk" : instruments[id].symbol.description
  }
}
