// Feed's connections: adopting, acting for the session, sending, dropping; hot plane.

import Channels
import OKX
import Quantities
import Transport
import Wire

extension FeedStage {
  /// Takes a connection over from the Connector; an old one of the same line is retired first.
  @_noLocks
  mutating func adopt(_ handover: SessionHandover) {
    let slot = Int(handover.connection.connection)
    if slot >= lineCount { return }
    // What the old connection's end makes of its books goes out before anything of the new one.
    if unsafe lines[slot].line.isConnected { release(slot, .retire, .notice) }
    guard unsafe lines[slot].line.adopt(handover, &hub, now: now) else {
      drop(slot, .connectionLost)
      return
    }
    _ = drain(slot)
    act(slot)
  }

  /// The Builder lost faith in a book: the line that holds it fetches a snapshot.
  @_noLocks
  mutating func resync(_ request: ResyncRequest) {
    if request.fault == .instrumentChanged {
      change(Int32(truncatingIfNeeded: request.seqId))
      return
    }
    count(request.fault, of: request.instrument)
    var slot = 0
    while slot < lineCount {
      if unsafe lines[slot].line.session.resync(
        request.instrument, fault: request.fault, now: now)
      {
        act(slot)
        return
      }
      slot &+= 1
    }
  }

  /// The Builder counts in an instrument's new ticks: what comes from here on is read in them.
  @_noLocks
  mutating func change(_ number: Int32) {
    guard let change = changes.change(number) else { return }
    var slot = 0
    while slot < lineCount {
      if unsafe lines[slot].line.session.take(change, now: now) { act(slot) }
      slot &+= 1
    }
    changes.finish(number)
  }

  /// Does what the session asks for, until it asks for nothing.
  @_noLocks
  mutating func act(_ slot: Int) {
    var turns = 0
    while turns < FeedStage.messagesPerTurnMax {
      turns &+= 1
      let claim = unsafe market.claim(byteCount: MarketMessage.bytesMax)
      let room = unsafe claim ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
      let action = unsafe lines[slot].line.session.poll(now: now, into: room)
      if case .market(let byteCount) = action {
        market.commit(byteCount)
        continue
      }
      if unsafe claim != nil {
        market.abort()
        unsafe lines[slot].stalledSince = .zero
      }
      switch action {
      case .none, .market: return
      case .send: unsafe send(slot, lines[slot].line.session.outgoing)
      case .login:
        if let handover = unsafe lines[slot].line.handover { unsafe send(slot, handover.login) }
      case .reconnect(let fault):
        if fault == .notice {
          unsafe lines[slot].line.renew(fault, &hub)
        } else {
          drop(slot, fault)
        }
      }
    }
  }

  /// Masks and sends one text; a full outbox costs the connection, for order must hold.
  @_noLocks
  mutating func send(_ slot: Int, _ payload: UnsafeRawBufferPointer) {
    unsafe lines[slot].line.send(.text, payload, &hub)
    dropIfBroken(slot)
  }

  @_noLocks
  mutating func dropIfBroken(_ slot: Int) {
    let fault = unsafe lines[slot].line.broken
    if fault == .none { return }
    if fault == .writeOverflow { counters.writeOverflows &+= 1 }
    drop(slot, fault)
  }

  /// Gives the connection up for `fault` and asks for a new one; its books become invalid.
  @_noLocks
  mutating func drop(_ slot: Int, _ fault: FaultCode) {
    count(fault, code: unsafe Int32(lines[slot].line.closeCode))
    unsafe lines[slot].line.drop(fault, &hub, now: now)
    act(slot)
  }

  @_noLocks
  mutating func release(_ slot: Int, _ kind: ConnectorRequest.Kind, _ fault: FaultCode) {
    unsafe lines[slot].line.release(kind, fault, &hub, now: now)
    act(slot)
  }

  /// Closes every connection with 1001: the thread is about to stop.
  @_noLocks
  public mutating func close(_ moment: Moment) {
    now = moment.instant
    var slot = 0
    while slot < lineCount {
      if unsafe lines[slot].line.isConnected {
        unsafe lines[slot].line.sayGoodbye(&hub)
        release(slot, .retire, .none)
      }
      slot &+= 1
    }
  }
}
