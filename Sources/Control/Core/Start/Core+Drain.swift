// Waiting for a core to come to rest before it stops; control plane.

import Pipeline

extension Core {
  /// True when no order is at work any more; false when the time was over before.
  @discardableResult
  public func drainOrders(timeoutMilliseconds: Int64) async -> Bool {
    await control.drainOrders(timeoutMilliseconds: timeoutMilliseconds)
  }
}

extension RunControl {
  /// Between two looks at the Sender's count.
  private static var lookMilliseconds: Int64 { 20 }
  /// The balances of the last fill follow its order's last state.
  private static var lastWordMilliseconds: Int64 { 150 }

  /// The count is an atomic that the Sender publishes.
  public func drainOrders(timeoutMilliseconds: Int64) async -> Bool {
    let end = ContinuousClock.now.advanced(by: .milliseconds(timeoutMilliseconds))
    // One turn at least, so that a stop just asked for is seen.
    repeat {
      try? await Task.sleep(for: .milliseconds(RunControl.lookMilliseconds))
    } while workingOrders > 0 && ContinuousClock.now < end
    let isAtRest = workingOrders == 0
    try? await Task.sleep(for: .milliseconds(RunControl.lastWordMilliseconds))
    return isAtRest
  }
}
