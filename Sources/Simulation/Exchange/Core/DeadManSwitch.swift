// `cancel-all-after`: orders go when nobody calls again in time; simulation.

import Matching

struct DeadManSwitch {
  /// Milliseconds since the epoch.
  var triggerTime: Int64
  /// Its place in the agenda.
  var number: UInt64

  static let secondsRange: ClosedRange<Int64> = 10...120
  static let tagsMax = 20
  /// OKX `cancelSource` of what it cancels.
  static let cancelSource = "20"
}

extension SimulatedExchange {
  /// Once a second for each tag (docs/OKX.md OKX-215).
  func admitsDeadMan(tag: String) -> Bool {
    if !options.limitsRequests { return true }
    let key = "cancel-all-after \(tag)"
    var limit =
      readLimits.removeValue(forKey: key) ?? RateLimit(limit: 1, windowNanoseconds: 1_000_000_000)
    defer { readLimits[key] = limit }
    return limit.admit(now: clock.monotonic())
  }

  /// Arms or, with 0 seconds, disarms the switch of `tag` ("" means every order). Returns the trigger
  /// time in milliseconds, 0 when off, or nil when no further tag fits.
  func setDeadMan(seconds: Int64, tag: String) -> Int64? {
    if let armed = deadMan[tag] { agenda.cancel(armed.number) }
    if seconds == 0 {
      deadMan[tag] = nil
      return 0
    }
    if deadMan[tag] == nil && deadMan.count >= DeadManSwitch.tagsMax { return nil }
    let trigger = clock.wallMilliseconds() + seconds * 1_000
    let number = later(seconds * 1_000_000_000) { exchange in
      if exchange.isStopping { return }
      exchange.deadMan[tag] = nil
      exchange.triggerDeadMan(tag: tag)
    }
    deadMan[tag] = DeadManSwitch(triggerTime: trigger, number: number)
    return trigger
  }

  private func triggerDeadMan(tag: String) {
    let now = now()
    for order in engine.openOrders where tag.isEmpty || order.tag == tag {
      _ = withEngine {
        $0.cancel(
          .init(orderID: order.id), instrument: order.instrument,
          source: DeadManSwitch.cancelSource, at: now, into: &$1)
      }
    }
    tell()
    flush()
  }
}
