// Feed's step: completions, messages, timers; hot plane, proved free of locks and allocation.

import Channels
import OKX
import Quantities
import Transport
import Wire

extension FeedStage {
  /// Handles one completion of this stage's slots. Returns the messages taken.
  @_noLocks
  public mutating func take(_ completion: ReactorCompletion, _ moment: Moment) -> Int {
    let slot = completion.slot
    if slot < 0 || slot >= lineCount { return 0 }
    now = moment.instant
    let change = unsafe lines[slot].line.take(completion, stamps, now: now)
    let taken = change.isReadable ? drain(slot) : 0
    if change.fault != .none { drop(slot, change.fault) }
    return taken
  }

  /// Rings and timers, and what a full ring had left unread. Returns the work done.
  @_noLocks
  public mutating func poll(_ moment: Moment) -> Int {
    now = moment.instant
    var work = 0
    while let handover = handovers.pop() {
      adopt(handover)
      work &+= 1
    }
    while let request = resyncs.pop() {
      resync(request)
      work &+= 1
    }
    if now < nextHousekeeping { return work }
    nextHousekeeping = now.advanced(byNanoseconds: FeedStage.housekeepingNanoseconds)
    var slot = 0
    while slot < lineCount {
      unsafe lines[slot].line.pay(&hub)
      if unsafe lines[slot].stalledSince != .zero || lines[slot].line.framed.link.readableCount > 0
      {
        work &+= drain(slot)
      }
      act(slot)
      slot &+= 1
    }
    return work
  }

  /// True when any completion may be taken: no line's inbox is close to full.
  public var canTake: Bool {
    @_noLocks get {
      var slot = 0
      while slot < lineCount {
        if unsafe !lines[slot].line.canTake { return false }
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
      guard unsafe lines[slot].line.isConnected else { return taken }
      let claim = unsafe market.claim(byteCount: MarketMessage.bytesMax)
      if unsafe claim == nil && !isGraceOver(slot) { return taken }
      let input = unsafe lines[slot].line.next(&hub)
      if input.kind == .text {
        unsafe message(slot, input.payload, into: claim)
        taken &+= 1
      } else {
        if unsafe claim != nil { market.abort() }
        if input.kind == .over {
          drop(slot, input.fault)
          return taken
        }
        if input.kind == .binary { count(.unknownEvent) }
      }
      unsafe lines[slot].line.framed.consume(input.consumed)
      dropIfBroken(slot)
      if input.kind == .waiting { return taken }
    }
    return taken
  }

  /// Decodes one text message into the claim, or, with the ring full past its grace, drops it and
  /// asks for its book anew.
  @_noLocks
  mutating func message(
    _ slot: Int, _ payload: UnsafeRawBufferPointer, into claim: UnsafeMutableRawBufferPointer?
  ) {
    let received = unsafe lines[slot].line.receivedStamp
    let decrypted = unsafe lines[slot].line.decryptedStamp
    let receivedAt = unsafe lines[slot].line.framed.link.receivedAt
    let target = unsafe claim ?? scratch
    let outcome = unsafe lines[slot].line.session.receive(
      payload, receivedAt: receivedAt, stamp: received, into: target)
    counters.messages &+= 1
    control.noteFeedMessages(counters.messages)
    if unsafe claim != nil {
      if outcome.byteCount > 0 { market.commit(outcome.byteCount) } else { market.abort() }
    } else if outcome.byteCount > 0 {
      counters.dropped &+= 1
      count(.ringFull)
      _ = unsafe lines[slot].line.session.resync(outcome.instrument, fault: .ringFull, now: now)
    }
    if outcome.fault != .none {
      count(
        outcome.fault, of: outcome.instrument, code: Int32(truncatingIfNeeded: outcome.code))
    }
    if outcome.byteCount > 0 {
      latency.wireIn.record(nanoseconds: stamps.nanoseconds(from: received, to: decrypted))
      latency.feed.record(nanoseconds: stamps.nanoseconds(from: decrypted, to: stamps.now()))
    }
    if outcome.hasAction { act(slot) }
  }

  /// Notes that the market ring is full; true once that has lasted longer than its grace.
  @_noLocks
  mutating func isGraceOver(_ slot: Int) -> Bool {
    counters.stalls &+= 1
    if unsafe lines[slot].stalledSince == .zero {
      unsafe lines[slot].stalledSince = now
      return false
    }
    return unsafe now.since(lines[slot].stalledSince) > FeedStage.stallNanosecondsMax
  }
}
