// What stages share with each other and the rest of a core, besides their rings; hot plane.

import Channels
import State

package struct StageBoards {
  package let control: RunControl
  package let stops: StopBoard
  package let state: StateWriter
  package let working: WorkingBoard
  package let changes: InstrumentChanges
  /// Latencies of one run are measured by one calibration.
  package let stamps: StampClock

  package init(
    control: RunControl, stops: StopBoard, state: StateWriter, working: WorkingBoard,
    changes: InstrumentChanges = InstrumentChanges(), stamps: StampClock
  ) {
    self.control = control
    self.stops = stops
    self.state = state
    self.working = working
    self.changes = changes
    self.stamps = stamps
  }
}
