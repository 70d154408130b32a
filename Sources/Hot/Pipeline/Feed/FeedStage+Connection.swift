// Feed's connections: adopting, acting for the session, sending, dropping; hot plane.

import Channels
import OKX
import Quantities
import Transport
import Wire

extension FeedStage {
  /// Takes a connection over from the Connector; an old one of the same line is retired first.
  @_noLocks
  mutating func adopt(_ handover: SessionHandover, _ now: Instant) {
    let slot = Int(handover.connection.connection)
    if slot >= lineCount { return }
    if unsafe lines[slot].link.isConnected { release(slot, .retire, .notice, now) }
    unsafe lines[slot].isAwaited = false
    unsafe lines[slot].handover = handover
    unsafe lines[slot].reader.reset()
    guard unsafe lines[slot].link.adopt(handover.connection, now: now) else {
      drop(slot, .connectionLost)
      return
    }
    let descriptor = unsafe lines[slot].link.descriptor
    guard unsafe reactor.pointee.attach(descriptor: descriptor, slot: slot) else {
      drop(slot, .connectionLost)
      return
    }
    unsafe lines[slot].session.connected(now: now)
    _ = drain(slot)
    act(slot, now)
  }

  /// The Builder lost faith in a book: the line that holds it fetches a snapshot.
  @_noLocks
  mutating func resync(_ request: ResyncRequest, _ now: Instant) {
    count(request.fault)
    var slot = 0
    while slot < lineCount {
      if unsafe lines[slot].session.resync(request.instrument, fault: request.fault, now: now) {
        act(slot, now)
        return
      }
      slot &+= 1
    }
  }

  /// Does what the session asks for, until it asks for nothing.
  @_noLocks
  mutating func act(_ slot: Int, _ now: Instant) {
    var turns = 0
    while turns < FeedStage.messagesPerTurnMax {
      turns &+= 1
      let claim = unsafe market.claim(byteCount: MarketMessage.bytesMax)
      let room = unsafe claim ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
      let action = unsafe lines[slot].session.poll(now: now, into: room)
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
      case .send: unsafe sendFrame(slot, .text, lines[slot].session.outgoing)
      case .login:
        if let handover = unsafe lines[slot].handover {
          unsafe sendFrame(slot, .text, handover.login)
        }
      case .reconnect(let fault):
        if fault == .notice {
          request(.renew, slot, fault, nil)
        } else {
          drop(slot, fault)
        }
      }
    }
  }

  /// Masks and sends one frame; a full outbox costs the connection, for order must hold.
  @_noLocks
  mutating func sendFrame(
    _ slot: Int, _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer
  ) {
    let count = unsafe WebSocketEncoder.write(opcode, payload: payload, keys: &keys, into: frame)
    if count == 0 {
      counters.writeOverflows &+= 1
      drop(slot, .writeOverflow)
      return
    }
    transmit(slot, count)
  }

  @_noLocks
  mutating func sendClose(_ slot: Int, _ code: WebSocketCloseCode) {
    let count = unsafe WebSocketEncoder.writeClose(code, keys: &keys, into: frame)
    unsafe lines[slot].reader.closeSent()
    if count > 0 { transmit(slot, count) }
  }

  @_noLocks
  mutating func transmit(_ slot: Int, _ count: Int) {
    guard unsafe lines[slot].link.isConnected else { return }
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: frame[0..<count])
    switch unsafe lines[slot].link.send(bytes) {
    case .sent: return
    case .blocked: _ = unsafe reactor.pointee.awaitWritable(slot: slot)
    case .overflow:
      counters.writeOverflows &+= 1
      drop(slot, .writeOverflow)
    case .failed: drop(slot, .connectionLost)
    }
  }

  /// Gives the connection up for `fault` and asks for a new one; its books become invalid.
  @_noLocks
  mutating func drop(_ slot: Int, _ fault: FaultCode) {
    count(fault)
    let now = unsafe lines[slot].link.receivedAt
    unsafe lines[slot].lastFault = fault
    unsafe lines[slot].reconnects &+= 1
    release(slot, .replace, fault, now)
  }

  @_noLocks
  mutating func release(
    _ slot: Int, _ kind: ConnectorRequest.Kind, _ fault: FaultCode, _ now: Instant
  ) {
    unsafe reactor.pointee.detach(slot: slot)
    unsafe lines[slot].session.disconnected(now: now, fault: fault)
    let retired = unsafe lines[slot].link.retire(cause: fault)
    request(kind, slot, fault, retired)
    unsafe lines[slot].handover = nil
    act(slot, now)
  }

  @_noLocks
  mutating func request(
    _ kind: ConnectorRequest.Kind, _ slot: Int, _ fault: FaultCode, _ retired: RetiredConnection?
  ) {
    if kind == .renew, unsafe lines[slot].isAwaited { return }
    let login = unsafe lines[slot].handover?.loginAddress ?? 0
    let request = ConnectorRequest(
      kind, line: slot, cause: fault, retired: retired,
      loginAddress: kind == .renew ? 0 : login)
    if kind != .retire { unsafe lines[slot].isAwaited = true }
    // The ring holds every line's worst case (one renewal and one retirement each), so this is a fault.
    if !requests.push(request) { counters.connectorRingFull &+= 1 }
  }

  /// Closes every connection with 1001: the thread is about to stop.
  @_noLocks
  public mutating func close(_ now: Instant) {
    var slot = 0
    while slot < lineCount {
      if unsafe lines[slot].link.isConnected {
        sendClose(slot, .goingAway)
        if unsafe lines[slot].link.isConnected { release(slot, .retire, .none, now) }
      }
      slot &+= 1
    }
  }
}
