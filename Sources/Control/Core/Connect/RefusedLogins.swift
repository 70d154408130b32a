// How long a line whose login is refused waits; control plane.

import Quantities

/// Counts refused logins of one line in a row. The pacer's first pauses are for networks that blink; a refused key or a
/// clock that is off does not mend in a quarter of a second.
package struct RefusedLogins: Sendable {
  package private(set) var inARow = 0

  private static let failuresBefore = 2

  package init() {}

  /// Failures for the pacer after a connection that ended for `cause`; 0: it may be dialled at once.
  package mutating func ended(by cause: FaultCode) -> Int {
    if cause != .loginRefused {
      inARow = 0
      return 0
    }
    inARow += 1
    return inARow + RefusedLogins.failuresBefore
  }
}
