// How long a line whose login is refused waits; control plane.

import Quantities

/// Counts refused logins of one line in a row. The pacer's first pauses are for networks that blink; a refused key or a
/// clock that is off does not mend in a quarter of a second.
package struct RefusedLogins: Sendable {
  package private(set) var inARow = 0

  private static let failuresBefore = 2
  /// A connection that lived for longer was logged in: the exchange ends one without a subscription after 30 s (OKX-006).
  package static let provenNanoseconds: Int64 = 60_000_000_000

  package init() {}

  /// Failures for the pacer after a connection that lived for so long and ended for `cause`; 0: it may be dialled at
  /// once. A line that breaks before its login was answered says nothing of the login.
  package mutating func ended(by cause: FaultCode, lived nanoseconds: Int64) -> Int {
    if nanoseconds > RefusedLogins.provenNanoseconds { inARow = 0 }
    if cause != .loginRefused { return 0 }
    inARow += 1
    return inARow + RefusedLogins.failuresBefore
  }
}
