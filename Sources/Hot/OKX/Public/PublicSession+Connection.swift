// A public session's connection comes, goes and loses books; hot plane.

import Quantities

extension PublicSession {
  /// A fresh connection stands: everything is subscribed anew (after login where configured).
  @_noLocks
  public mutating func connected(now: Instant) {
    if state != .disconnected {
      disconnected(now: now, fault: isCondemned ? .notice : .connectionLost)
    }
    counters.connections &+= 1
    state = configuration.needsLogin ? .awaitingLogin : .ready
    isLoginSent = false
    loginDueAt = now.advanced(byNanoseconds: configuration.loginNanoseconds)
    budget = PublicSession.budget(configuration)
    silence.heard(now)
    isCondemned = false
    reconnectFault = .none
    if state == .ready { wantAll(now) }
  }

  /// The connection is gone: every book becomes invalid (`poll` writes that) until reconnected.
  @_noLocks
  public mutating func disconnected(now: Instant, fault: FaultCode) {
    if state == .disconnected { return }
    state = .disconnected
    isCondemned = false
    reconnectFault = .none
    hasWork = false
    count(fault, .none)
    var index = 0
    while index < lineCount {
      let line = unsafe lines[index]
      let depth = depthLine(line.instrument)
      // One `.invalid` per instrument: by its depth line, or by its best bid and offer alone.
      if line.channel.isDepth || (line.channel == .bestBidOffer && depth < 0) {
        setPending(index, fault)
      }
      unsafe lines[index].disconnected()
      index &+= 1
    }
  }

  /// Someone downstream lost faith in this book (checksum, crossed, ring full): drop it and fetch a
  /// snapshot. False when no depth channel of it is held here.
  @_noLocks
  public mutating func resync(_ instrument: InstrumentID, fault: FaultCode, now: Instant) -> Bool {
    let index = depthLine(instrument)
    if index < 0 { return false }
    if unsafe !lines[index].isValid { return true }
    count(fault, instrument)
    lose(index, now: now)
    setPending(index, fault)
    return true
  }

  /// The exchange changed an instrument: from here on it is read in the new ticks and lots. What it was downstream ends
  /// here, in the order of the messages, and a valid book is fetched anew. False where no channel of it is held here.
  @_noLocks
  public mutating func take(_ change: InstrumentChange, now: Instant) -> Bool {
    decoder.take(change)
    var isHeld = false
    var index = 0
    while index < lineCount {
      if unsafe lines[index].instrument == change.instrument.id {
        isHeld = true
        if unsafe lines[index].channel.isDepth && lines[index].isValid { lose(index, now: now) }
        // What is no book goes on by the old name or falls silent: it is asked for by the new one (OKX-200).
        if unsafe change.isOfName && !lines[index].channel.isDepth && lines[index].phase != .idle {
          unsafe lines[index].connected(now: now)
          hasWork = true
        }
        setPending(index, .instrumentChanged)
      }
      index &+= 1
    }
    return isHeld
  }

  /// Drops a valid book and begins to fetch a snapshot. The caller tells downstream.
  @_noLocks
  mutating func lose(_ index: Int, now: Instant) {
    unsafe lines[index].lose(now: now, configuration: configuration)
    counters.resyncs &+= 1
    hasWork = true
  }

  @_noLocks
  mutating func setPending(_ index: Int, _ fault: FaultCode) {
    if unsafe pending[index] == .none { pendingCount &+= 1 }
    // The end of old ticks is told as such, whatever else befalls the book meanwhile.
    if unsafe pending[index] != .instrumentChanged { unsafe pending[index] = fault }
  }

  @_noLocks
  mutating func clearPending(_ index: Int) {
    if unsafe pending[index] == .none { return }
    unsafe pending[index] = .none
    pendingCount &-= 1
  }

  @_noLocks
  mutating func wantAll(_ now: Instant) {
    var index = 0
    while index < lineCount {
      unsafe lines[index].connected(now: now)
      index &+= 1
    }
    hasWork = true
  }

  /// The connection is of no more use: `poll` says so once.
  @_noLocks
  mutating func condemn(_ fault: FaultCode) {
    if !isCondemned && reconnectFault == .none { reconnectFault = fault }
  }

  /// When `poll` has something to do even if nothing is received.
  public var nextDeadline: Instant {
    @_noLocks get {
      if pendingCount > 0 || hasWork || reconnectFault != .none { return .zero }
      if state == .disconnected || isCondemned { return Instant(nanoseconds: .max) }
      if state == .awaitingLogin {
        return isLoginSent ? min(silence.deadline, loginDueAt) : .zero
      }
      return min(silence.deadline, timerAt)
    }
  }
}
