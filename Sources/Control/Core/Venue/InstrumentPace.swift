// How long the instruments' keeper waits for what; control plane.

package struct InstrumentPace: Sendable {
  package var poll = Duration.milliseconds(100)
  package var dailyRead = Duration.seconds(86_400)
  /// At most so often for prices that are off the grid.
  package var promptRead = Duration.seconds(10)
  /// Waited at least, so that what was approved before is out of the rings.
  package var settling = Duration.milliseconds(250)
  /// Before it is told that something does not end.
  package var patience = Duration.seconds(10)
  package init() {}
}
