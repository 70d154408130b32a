// `cancel-all-after`: orders go when nobody calls again in time; simulation.

import Matching
import NIOCore

struct DeadManSwitch {
  /// Milliseconds since the epoch.
  var triggerTime: Int64
  var task: Scheduled<Void>

  static let secondsRange: ClosedRange<Int64> = 10...120
  static let tagsMax = 20
  /// OKX `cancelSource` of what it cancels.
  static let cancelSource = "20"
}

extension Exchange {
  /// Arms or, with 0 seconds, disarms the switch of `tag` ("" means every order). Returns the trigger
  /// time in milliseconds, 0 when off, or nil when no further tag fits.
  func setDeadMan(seconds: Int64, tag: String) -> Int64? {
    deadMan[tag]?.task.cancel()
    if seconds == 0 {
      deadMan[tag] = nil
      return 0
    }
    if deadMan[tag] == nil && deadMan.count >= DeadManSwitch.tagsMax { return nil }
    let trigger = clock.wallMilliseconds() + seconds * 1_000
    let task = eventLoop.scheduleTask(in: .seconds(seconds)) { [weak self] in
      guard let self, !isStopping else { return }
      deadMan[tag] = nil
      triggerDeadMan(tag: tag)
    }
    deadMan[tag] = DeadManSwitch(triggerTime: trigger, task: task)
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
