// Feed's step: completions, messages, timers; hot plane, proved free of locks and allocation.

import CKernel
import Channels
import OKX
import Quantities
import Transport
import Wire

extension FeedStage {
  /// Handles one completion of this stage's slots. Returns the messages taken.
  @_noLocks
  public mutating func take(_ completion: ReactorCompletion) -> Int {
    let slot = completion.slot
    if slot < 0 || slot >= lineCount { return 0 }
    switch completion.kind {
    case .idle: return 0
    case .bytes:
      let outcome = unsafe lines[slot].link.receive(
        completion.bytes, receivedAt: completion.receivedAt)
      switch outcome {
      case .readable: return drain(slot)
      case .quiet: return 0
      case .ended:
        let taken = drain(slot)
        drop(slot, .connectionLost)
        return taken
      case .failed:
        drop(slot, .tlsFailure)
        return 0
      case .overflow:
        drop(slot, .ringFull)
        return 0
      }
    case .ended, .failed:
      let taken = drain(slot)
      drop(slot, .connectionLost)
      return taken
    case .writable:
      if unsafe lines[slot].link.flush() == .failed { drop(slot, .connectionLost) }
      return 0
    }
  }

  /// Rings and timers, and what a full ring had left unread. Returns the work done.
  @_noLocks
  public mutating func poll(_ now: Instant) -> Int {
    var work = 0
    while let handover = handovers.pop() {
      adopt(handover, now)
      work &+= 1
    }
    while let request = resyncs.pop() {
      resync(request, now)
      work &+= 1
    }
    if now < nextHousekeeping { return work }
    nextHousekeeping = now.advanced(byNanoseconds: FeedStage.housekeepingNanoseconds)
    var slot = 0
    while slot < lineCount {
      if unsafe lines[slot].stalledSince != .zero || lines[slot].link.readableCount > 0 {
        work &+= drain(slot)
      }
      act(slot, now)
      slot &+= 1
    }
    return work
  }

  /// True when any completion may be taken: no line's inbox is close to full.
  public var canTake: Bool {
    @_noLocks get {
      var slot = 0
      while slot < lineCount {
        if unsafe lines[slot].link.isConnected && !lines[slot].link.canReceive { return false }
        slot &+= 1
      }
      return true
    }
  }

  /// Takes whole messages out of a line's inbox, each committed to the market ring as one entry.
  @_noLocks
  mutating func drain(_ slot: Int) -> Int {
    var taken = 0
    while taken < FeedStage.messagesPerTurnMax {
      guard unsafe lines[slot].link.isConnected else { return taken }
      let claim = unsafe market.claim(byteCount: MarketMessage.bytesMax)
      if unsafe claim == nil && !isGraceOver(slot) { return taken }
      let event = unsafe lines[slot].reader.next(lines[slot].link.readable)
      switch event.kind {
      case .text:
        unsafe message(slot, event.payload, into: claim)
        taken &+= 1
      case .binary:
        if unsafe claim != nil { market.abort() }
        count(.unknownEvent)
      case .ping:
        if unsafe claim != nil { market.abort() }
        unsafe sendFrame(slot, .pong, event.payload)
      case .pong:
        if unsafe claim != nil { market.abort() }
      case .needMore:
        if unsafe claim != nil { market.abort() }
        unsafe lines[slot].link.consume(event.consumed)
        return taken
      case .close:
        if unsafe claim != nil { market.abort() }
        if event.mustReply { sendClose(slot, event.closeCode) }
        drop(slot, .closedByPeer)
        return taken
      case .violation:
        if unsafe claim != nil { market.abort() }
        sendClose(slot, event.closeCode)
        drop(slot, event.fault)
        return taken
      }
      unsafe lines[slot].link.consume(event.consumed)
    }
    return taken
  }

  /// Decodes one text message into the claim, or, with the ring full past its grace, drops it and
  /// asks for its book anew.
  @_noLocks
  mutating func message(
    _ slot: Int, _ payload: UnsafeRawBufferPointer, into claim: UnsafeMutableRawBufferPointer?
  ) {
    let receivedAt = unsafe lines[slot].link.receivedAt
    let decryptedAt = unsafe lines[slot].link.decryptedAt
    let target = unsafe claim ?? scratch
    let outcome = unsafe lines[slot].session.receive(
      payload, receivedAt: receivedAt, decryptedAt: decryptedAt, into: target)
    counters.messages &+= 1
    control.noteFeedMessages(counters.messages)
    if unsafe claim != nil {
      if outcome.byteCount > 0 { market.commit(outcome.byteCount) } else { market.abort() }
    } else if outcome.byteCount > 0 {
      counters.dropped &+= 1
      count(.ringFull)
      _ = unsafe lines[slot].session.resync(outcome.instrument, fault: .ringFull, now: receivedAt)
    }
    if outcome.fault != .none { count(outcome.fault) }
    if outcome.byteCount > 0 {
      latency.wireIn.record(nanoseconds: decryptedAt.since(receivedAt))
      latency.feed.record(nanoseconds: ck_now_monotonic() &- decryptedAt.nanoseconds)
    }
    if outcome.hasAction { act(slot, receivedAt) }
  }

  /// Notes that the market ring is full; true once that has lasted longer than its grace.
  @_noLocks
  mutating func isGraceOver(_ slot: Int) -> Bool {
    let now = Instant(nanoseconds: ck_now_monotonic())
    counters.stalls &+= 1
    if unsafe lines[slot].stalledSince == .zero {
      unsafe lines[slot].stalledSince = now
      return false
    }
    return unsafe now.since(lines[slot].stalledSince) > FeedStage.stallNanosecondsMax
  }
}
