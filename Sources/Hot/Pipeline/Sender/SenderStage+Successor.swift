// A second private line beside the one that serves: an announced end costs no push, no hold and no epoch; hot plane.

import Channels
import OKX
import Quantities
import Transport

/// OKX announces the end of a connection about a minute before (docs/OKX.md OKX-007). The new one logs in and subscribes
/// while the old one serves; both push the same orders meanwhile, which the order table and the merger of fills take
/// once. When the new one is subscribed they change places, and the old one is read on for the replies it owes.
extension SenderStage {
  /// Replies to what went out on the old line come within this.
  static let lastWordsNanoseconds: Int64 = 2_000_000_000

  @_noLocks
  mutating func adoptSuccessor(_ handover: SessionHandover) {
    if successor.isConnected {
      successor.release(.retire, .notice, &hub, now: moment.instant)
    }
    retiresAt = .zero
    line.isAwaited = false
    enterSuccessor()
    if line.adopt(handover, &hub, now: moment.instant) {
      _ = drain()
      act()
    } else {
      drop(.connectionLost)
    }
    leaveSuccessor()
  }

  @_noLocks
  mutating func takeSuccessor(_ completion: ReactorCompletion) -> Int {
    enterSuccessor()
    let change = line.take(completion, ports.stamps, now: moment.instant)
    let taken = change.isReadable ? drain() : 0
    if change.fault != .none { drop(change.fault) }
    act()
    leaveSuccessor()
    return taken
  }

  @_noLocks
  mutating func drainSuccessor() -> Int {
    enterSuccessor()
    let taken = drain()
    leaveSuccessor()
    return taken
  }

  /// Once a housekeeping turn: its deadlines, and the end of the one that served.
  @_noLocks
  mutating func keepSuccessor(_ now: Instant) {
    successor.pay(&hub)
    if !successor.isConnected { return }
    if retiresAt != .zero && now >= retiresAt {
      successor.release(.retire, .notice, &hub, now: now)
      retiresAt = .zero
      return
    }
    enterSuccessor()
    act()
    leaveSuccessor()
  }

  /// Until `leaveSuccessor` what is done to `line` is done to the successor, and no end of it is the session's.
  @_noLocks
  mutating func enterSuccessor() {
    swap(&line, &successor)
    isOnSuccessor = true
  }

  @_noLocks
  mutating func leaveSuccessor() {
    isOnSuccessor = false
    if !mayTakeOver {
      swap(&line, &successor)
      return
    }
    // They stay where they are: `line` is the new one now.
    mayTakeOver = false
    if successor.isConnected {
      successor.isAwaited = true
      retiresAt = moment.instant.advanced(byNanoseconds: SenderStage.lastWordsNanoseconds)
    }
    // The one that served was gone before: something may have been missed.
    if !isSessionUp {
      announce(isUp: true)
      lineIsUp(moment.instant)
    }
  }
}
