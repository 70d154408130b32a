// Reports on their way from the order table to the rings, in fixed memory; hot plane.

import Quantities

/// A first-in first-out of reports. The sender checks `room` before it takes an event, so appending never waits.
@safe
public struct ReportBuffer: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; indices
  // are masked by a power of two less one.
  let reports: UnsafeMutablePointer<Report>
  let mask: Int
  var head = 0
  public private(set) var count = 0
  public let capacity: Int

  /// Room that one event of the order table may need: live, fill, fill that gets its name, unknown, fill that was
  /// never pushed, end.
  public static var perEventMax: Int { 6 }
  /// Holds a session's loss with every order at work, twice.
  public static var capacityDefault: Int { 4096 }

  public init(capacity: Int = ReportBuffer.capacityDefault) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "Invariant: a power of two")
    self.capacity = capacity
    mask = capacity - 1
    unsafe reports = .allocate(capacity: capacity)
    unsafe reports.initialize(repeating: Report(kind: .session, instrument: .none), count: capacity)
  }

  deinit { unsafe reports.deallocate() }

  public var room: Int { capacity &- count }

  @_noLocks
  public mutating func append(_ report: Report) {
    precondition(count < capacity, "Invariant: room is checked before an event is taken")
    unsafe reports[(head &+ count) & mask] = report
    count &+= 1
  }

  /// The oldest report, left in place; nil when there is none.
  @_noLocks
  public func first() -> Report? { count == 0 ? nil : unsafe reports[head] }

  @_noLocks
  public mutating func removeFirst() -> Report? {
    if count == 0 { return nil }
    let report = unsafe reports[head]
    head = (head &+ 1) & mask
    count &-= 1
    return report
  }
}
