// What orders were before they changed: REST may answer as of a while ago; simulation.

import Market
import Matching

struct OrderLog {
  private struct Change {
    /// Monotonic nanoseconds.
    var instant: Int64
    var id: UInt64
    /// Nil: it was not there.
    var before: VenueOrder?
  }
  /// Oldest first, at most `reach` old.
  private var changes: [Change] = []
  /// What was last told of each open order.
  private var told: [UInt64: VenueOrder] = [:]

  /// Nanoseconds that can be looked back.
  static let reach: Int64 = 30_000_000_000
  private static let slack = 1_024

  mutating func note(_ order: VenueOrder, at instant: Int64) {
    changes.append(Change(instant: instant, id: order.id, before: told[order.id]))
    told[order.id] = order.state.isDone ? nil : order
    if changes.count > OrderLog.slack,
      changes[OrderLog.slack].instant < instant - OrderLog.reach
    {
      changes.removeFirst(OrderLog.slack)
    }
  }

  /// The instrument's grid is another: so are the numbers of its orders.
  mutating func change(_ instrument: Int, to grid: GridChange) {
    for index in changes.indices where changes[index].before?.instrument == instrument {
      changes[index].before?.change(to: grid)
    }
    for id in told.keys where told[id]?.instrument == instrument { told[id]?.change(to: grid) }
  }

  /// Orders that changed after `instant`, as they were then.
  func orders(at instant: Int64) -> [UInt64: VenueOrder?] {
    var past: [UInt64: VenueOrder?] = [:]
    for change in changes.reversed() {
      if change.instant <= instant { break }
      past[change.id] = .some(change.before)
    }
    return past
  }
}
