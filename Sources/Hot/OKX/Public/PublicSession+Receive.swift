// What a public session does with a received message: sequence it, or take an event; hot plane.

import Quantities

extension PublicSession {
  /// Takes one text message. `claim` holds at least `MarketMessage.bytesMax` bytes.
  ///
  /// A message that breaks a book's chain, or cannot be read although its instrument can, comes out
  /// as `.invalid` in its own place: nobody downstream reads the book between the two.
  @unsafe @_noLocks
  public mutating func receive(
    _ message: UnsafeRawBufferPointer, receivedAt: Instant, stamp: Stamp,
    into claim: UnsafeMutableRawBufferPointer
  ) -> PublicOutcome {
    counters.frames &+= 1
    counters.bytes &+= UInt64(message.count)
    silence.heard(receivedAt)
    let frame = unsafe decoder.decode(
      message, receivedAt: receivedAt, stamp: stamp,
      connection: configuration.connection, into: claim)
    var outcome = PublicOutcome()
    outcome.kind = frame.kind
    outcome.instrument = frame.instrument
    outcome.code = frame.code
    switch frame.kind {
    case .market: unsafe sequence(frame, receivedAt, claim, &outcome)
    case .faulty: unsafe refuse(frame, frame.fault, receivedAt, claim, &outcome)
    case .pong: counters.pongs &+= 1
    default: event(frame, receivedAt, &outcome)
    }
    if outcome.fault != .none && frame.kind != .faulty { count(outcome.fault, outcome.instrument) }
    outcome.hasAction = hasWork || pendingCount > 0 || reconnectFault != .none
    return outcome
  }

  /// Judges the frame's messages in order and keeps, in place, those that downstream may read.
  @_noLocks
  mutating func sequence(
    _ frame: PublicFrame, _ now: Instant, _ claim: UnsafeMutableRawBufferPointer,
    _ outcome: inout PublicOutcome
  ) {
    let index = line(frame.channel, frame.instrument)
    if index < 0 || state == .disconnected {
      outcome.fault = .unmatchedPush
      return
    }
    let counts = unsafe instrumentCounters + Int(frame.instrument.index)
    unsafe counts.pointee.frames &+= 1
    var from = 0
    while from < frame.byteCount {
      var message = unsafe claim.load(fromByteOffset: from, as: MarketMessage.self)
      let size = Int(message.byteCount)
      if frame.channel == .trades {
        unsafe counts.pointee.trades &+= 1
        unsafe lines[index].takeOther(now: now)
      } else if frame.channel == .bestBidOffer {
        unsafe counts.pointee.bestBidOffer &+= 1
        unsafe lines[index].takeOther(now: now)
      } else {
        switch judge(index, message, now) {
        case .snapshot:
          // The end of the old ticks is not told yet, and nothing may come before it: fetched once more.
          if unsafe pending[index] == .instrumentChanged {
            lose(index, now: now)
            from &+= size
            continue
          }
          message.kind = .snapshot
          // What was still to be told of the book before it must not follow the new one.
          clearPending(index)
        case .update: message.kind = .update
        case .heartbeat: message.kind = .heartbeat
        case .reset: message.kind = .reset
        case .ignored:
          from &+= size
          continue
        case .gap:
          unsafe invalid(index, .sequenceGap, message.seqId, now, claim, &outcome)
          outcome.fault = .sequenceGap
          return
        }
      }
      unsafe keep(message, from, claim, &outcome)
      from &+= size
    }
  }

  /// The line's verdict on one book message, counted.
  @_noLocks
  mutating func judge(_ index: Int, _ message: MarketMessage, _ now: Instant) -> SequenceVerdict {
    let verdict = unsafe lines[index].takeBook(
      seqId: message.seqId, prevSeqId: message.prevSeqId, isSnapshot: message.kind == .snapshot,
      isEmpty: message.bidCount == 0 && message.askCount == 0, now: now,
      configuration: configuration)
    let counts = unsafe instrumentCounters + Int(message.instrument.index)
    switch verdict {
    case .snapshot: unsafe counts.pointee.snapshot &+= 1
    case .update: unsafe counts.pointee.update &+= 1
    case .heartbeat: unsafe counts.pointee.heartbeat &+= 1
    case .reset: unsafe counts.pointee.reset &+= 1
    case .ignored:
      unsafe counts.pointee.ignored &+= 1
      counters.ignored &+= 1
    case .gap:
      unsafe counts.pointee.gap &+= 1
      counters.resyncs &+= 1
      hasWork = true
    }
    return verdict
  }

  /// Moves the message up to what is kept so far and seals its header.
  @_noLocks
  mutating func keep(
    _ message: MarketMessage, _ from: Int, _ claim: UnsafeMutableRawBufferPointer,
    _ outcome: inout PublicOutcome
  ) {
    guard let base = claim.baseAddress else { return }
    let to = outcome.byteCount
    if to != from {
      unsafe (base + to).copyMemory(from: base + from, byteCount: Int(message.byteCount))
    }
    unsafe base.storeBytes(of: message, toByteOffset: to, as: MarketMessage.self)
    outcome.byteCount = to &+ Int(message.byteCount)
    outcome.messageCount &+= 1
  }

  /// Writes `.invalid` behind what is kept so far, or leaves it to `poll` where it does not fit.
  @_noLocks
  mutating func invalid(
    _ index: Int, _ fault: FaultCode, _ seqId: Int64, _ now: Instant,
    _ claim: UnsafeMutableRawBufferPointer, _ outcome: inout PublicOutcome
  ) {
    if claim.count &- outcome.byteCount < MemoryLayout<MarketMessage>.size {
      setPending(index, fault)
      return
    }
    let message = unsafe invalidMessage(lines[index], fault, seqId, now)
    unsafe claim.storeBytes(
      of: message, toByteOffset: outcome.byteCount, as: MarketMessage.self)
    outcome.byteCount &+= Int(message.byteCount)
    outcome.messageCount &+= 1
  }

  @_noLocks
  func invalidMessage(_ line: ChannelLine, _ fault: FaultCode, _ seqId: Int64, _ now: Instant)
    -> MarketMessage
  {
    var message = MarketMessage()
    message.kind = .invalid
    message.channel = line.channel
    message.instrument = line.instrument
    message.fault = fault
    message.seqId = seqId
    message.receivedAt = now
    message.connection = configuration.connection
    return message
  }

  /// A message that could not be read. If it was to change a valid book, that book is lost.
  @_noLocks
  mutating func refuse(
    _ frame: PublicFrame, _ fault: FaultCode, _ now: Instant,
    _ claim: UnsafeMutableRawBufferPointer, _ outcome: inout PublicOutcome
  ) {
    outcome.fault = fault
    count(fault, frame.instrument)
    let index = line(frame.channel, frame.instrument)
    if index < 0 || !frame.channel.isDepth { return }
    if unsafe !lines[index].isValid { return }
    lose(index, now: now)
    unsafe invalid(index, fault, 0, now, claim, &outcome)
  }
}
