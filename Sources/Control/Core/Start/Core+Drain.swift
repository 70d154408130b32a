// Waiting for a core to come to rest before it stops; control plane.

import Orders
import Pipeline

extension Core {
  /// True when no order of ours is at work any more; false when the time was over before, or where `givesUpOnLine` and
  /// there is no private line to hear of it by.
  public func drainOrders(timeoutMilliseconds: Int64, givesUpOnLine: Bool) async -> Bool {
    await control.drainOrders(timeoutMilliseconds: timeoutMilliseconds) {
      givesUpOnLine && !isPrivateLineUp
    }
  }

  var isPrivateLineUp: Bool {
    controls.privateConnection.map { state.connectionState($0) == .ready } ?? false
  }

  /// Orders of ours that are not known to have ended; after `stop`.
  public var ordersLeft: [Order] { stages.ordersLeft }
}

extension RunControl {
  /// Between two looks at the Sender's count.
  private static var lookMilliseconds: Int64 { 20 }
  /// The balances of the last fill follow its order's last state.
  private static var lastWordMilliseconds: Int64 { 150 }
  /// A line that is down may be back in a moment.
  private static var hopeMilliseconds: Int64 { 500 }

  /// The count is an atomic that the Sender publishes.
  public func drainOrders(
    timeoutMilliseconds: Int64, isHopeless: () -> Bool = { false }
  ) async -> Bool {
    let begun = ContinuousClock.now
    let end = begun.advanced(by: .milliseconds(timeoutMilliseconds))
    let hope = begun.advanced(by: .milliseconds(RunControl.hopeMilliseconds))
    // One turn at least, so that a stop just asked for is seen.
    repeat {
      try? await Task.sleep(for: .milliseconds(RunControl.lookMilliseconds))
      if workingOrders > 0 && ContinuousClock.now >= hope && isHopeless() { return false }
    } while workingOrders > 0 && ContinuousClock.now < end
    let isAtRest = workingOrders == 0
    try? await Task.sleep(for: .milliseconds(RunControl.lastWordMilliseconds))
    return isAtRest
  }
}
