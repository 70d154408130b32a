// When the account is known well enough to trade: from every start and loss of the line until one epoch closes; hot plane.

import Quantities

/// The Sender's hold over the desk (docs/ARCHITECTURE.md). An epoch opens with each private line whose subscriptions are
/// acknowledged and closes when REST has told what may have been missed. While none is closed there are no new orders;
/// orders at work stay for the first seconds of a running desk's epoch and are cancelled after that.
///
/// Pushes are not kept waiting until REST has answered: the order table and the merger of fills take them in any order,
/// so that what is read between two pushes can neither hide nor repeat one.
@frozen
public struct AccountEpoch: Sendable, BitwiseCopyable {
  /// Counts the lines that were acknowledged; 0 before the first.
  public private(set) var number: UInt32 = 0
  /// No new order.
  public private(set) var isHolding = true
  /// The line stands.
  public private(set) var isOpen = false
  /// Since when the account may have been missed: the loss, or the start.
  public private(set) var since: Instant
  /// When this epoch's line was acknowledged.
  public private(set) var openedAt: Instant = .zero
  /// REST has told all that it was asked for in this epoch.
  public private(set) var isRead = false
  var hasCancelled = false
  /// Before the first epoch closes.
  public private(set) var isStarting = true

  /// A running desk's orders stay so long.
  public static var graceNanoseconds: Int64 { 3_000_000_000 }

  public init(now: Instant) { since = now }

  /// The private line is acknowledged: an epoch opens. Its number.
  @_noLocks
  public mutating func lineIsUp(_ now: Instant) -> UInt32 {
    number &+= 1
    isOpen = true
    openedAt = now
    isRead = false
    return number
  }

  /// The line is lost, and what it would have said with it. True when the hold begins with it.
  @_noLocks
  public mutating func lineIsDown(_ now: Instant) -> Bool {
    isOpen = false
    isRead = false
    if isHolding { return false }
    isHolding = true
    hasCancelled = false
    since = now
    return true
  }

  /// REST has told all of epoch `number`. An older one's reads are of no use to this one.
  @_noLocks
  public mutating func read(_ number: UInt32) {
    if isOpen && number == self.number { isRead = true }
  }

  /// Closes the epoch once it is read and no order is left unanswered. True when the hold ends with it.
  @_noLocks
  public mutating func close(unanswered: Int) -> Bool {
    if !isHolding || !isOpen || !isRead || unanswered > 0 { return false }
    isHolding = false
    isStarting = false
    return true
  }

  /// True once an epoch: orders at work are to be cancelled, at a start at once, else after the grace.
  @_noLocks
  public mutating func mustCancel(_ now: Instant) -> Bool {
    if !isHolding || hasCancelled { return false }
    if !isStarting && now.since(since) < AccountEpoch.graceNanoseconds { return false }
    hasCancelled = true
    return true
  }
}
