// Waiting for a core to come to rest before it stops; control plane.

import Core
import Pipeline

extension Core {
  /// Returns when no order is at work or the time is over. The count is an atomic the Sender publishes.
  public func drainOrders(timeoutMilliseconds: Int64) async {
    let end = ContinuousClock.now.advanced(by: .milliseconds(timeoutMilliseconds))
    // One turn at least, so that a stop just asked for is seen.
    repeat {
      try? await Task.sleep(for: .milliseconds(20))
    } while control.workingOrders > 0 && ContinuousClock.now < end
    // The balances of the last fill follow its order's last state.
    try? await Task.sleep(for: .milliseconds(150))
  }
}
