// The connects of one process, whichever thread makes them: the exchange counts them by address; control plane.

import OKX
import Quantities
import Synchronization

/// Shared by all that dial the exchange's WebSockets in one process (docs/OKX.md OKX-004). The requests of an hour stay
/// each line's own (OKX-005).
public final class AddressPacer: Sendable {
  private let second: Mutex<RateBudget>

  /// Longer than the exchange's second: from our stamp to its counter a connect takes now more, now less. A margin of
  /// ours.
  package static let windowNanoseconds: Int64 = 1_250_000_000
  package static let connectsMax: Int64 = 3

  public init() {
    second = Mutex(
      RateBudget(
        count: AddressPacer.connectsMax, windowNanoseconds: AddressPacer.windowNanoseconds))
  }

  /// A connect of the line whose pacer this is, at the cost of `requests`, starts now. False, and nothing spent, when that
  /// breaks the address's limit or the line's: ask again a little later.
  package func take(_ line: inout ConnectPacer, requests: Int, now: Instant) -> Bool {
    second.withLock { second in
      var next = second
      guard next.take(at: now), line.take(requests: requests, now: now) else { return false }
      second = next
      return true
    }
  }
}
