// How long a line waits that does not live: dials that fail, connections that end too soon; control plane.

import Quantities

/// Failures of one line in a row. A connection has proven itself once it lived for longer than `provenNanoseconds`: what
/// dies just after its upgrade (an edge that takes and resets, a key that was changed) would be dialled as often as the
/// exchange allows, and spend the hour's requests in minutes.
package struct LineFailures: Sendable {
  package private(set) var inARow = 0
  package private(set) var logins = RefusedLogins()

  package static var provenNanoseconds: Int64 { RefusedLogins.provenNanoseconds }
  /// One that lived so long did its work, and whatever cut it may be over: it waits a second at most, for without its
  /// share the desk does not trade. The hour's requests bound that by themselves.
  package static var workedNanoseconds: Int64 { 1_000_000_000 }
  static var failuresAfterWorkMax: Int { 3 }

  package init() {}

  /// Failures for the pacer after a dial that brought no connection.
  package mutating func dialFailed() -> Int {
    inARow += 1
    return inARow
  }

  /// Failures for the pacer after a connection that lived for so long; 0: the line is dialled at once.
  package mutating func ended(by cause: FaultCode, lived nanoseconds: Int64) -> Int {
    inARow = nanoseconds > LineFailures.provenNanoseconds ? 0 : inARow + 1
    if nanoseconds >= LineFailures.workedNanoseconds {
      inARow = min(inARow, LineFailures.failuresAfterWorkMax)
    }
    return max(inARow, logins.ended(by: cause, lived: nanoseconds))
  }
}
