// What a public session wants done: invalid books told, silence probed, lines asked for; hot plane.

import Quantities

extension PublicSession {
  /// What to do now. With a claim under 64 bytes (a full ring) `.invalid` messages wait.
  @unsafe @_noLocks
  public mutating func poll(now: Instant, into claim: UnsafeMutableRawBufferPointer)
    -> PublicAction
  {
    if pendingCount > 0 {
      let byteCount = unsafe writePending(now, claim)
      if byteCount > 0 { return .market(byteCount: byteCount) }
    }
    if reconnectFault != .none {
      let fault = reconnectFault
      reconnectFault = .none
      isCondemned = true
      return .reconnect(fault)
    }
    if state == .disconnected || isCondemned { return .none }
    if let action = probe(now) { return action }
    if state == .awaitingLogin { return login(now) }
    if !hasWork && now < timerAt { return .none }
    return request(now)
  }

  /// As many pending `.invalid` messages as fit.
  @_noLocks
  mutating func writePending(_ now: Instant, _ claim: UnsafeMutableRawBufferPointer) -> Int {
    let size = MemoryLayout<MarketMessage>.size
    var offset = 0
    var index = 0
    while index < lineCount && pendingCount > 0 && offset &+ size <= claim.count {
      let fault = unsafe pending[index]
      if fault != .none {
        let message = unsafe invalidMessage(lines[index], fault, 0, now)
        unsafe claim.storeBytes(of: message, toByteOffset: offset, as: MarketMessage.self)
        offset &+= size
        unsafe pending[index] = .none
        pendingCount &-= 1
      }
      index &+= 1
    }
    return offset
  }

  /// A text `ping` into silence; no answer to it means the connection is dead.
  @_noLocks
  mutating func probe(_ now: Instant) -> PublicAction? {
    switch silence.need(now) {
    case .nothing: return nil
    case .dead:
      count(.idle, .none)
      isCondemned = true
      return .reconnect(.idle)
    case .ping:
      counters.pings &+= 1
      var ping = unsafe RequestText(text, capacity: PublicSession.outgoingBytesMax)
      ping.append(SilenceProbe.ping)
      textCount = ping.count
      return .send
    }
  }

  @_noLocks
  mutating func login(_ now: Instant) -> PublicAction {
    if !isLoginSent {
      if !budget.take(at: now) { return .none }
      isLoginSent = true
      counters.requests &+= 1
      return .login
    }
    if now < loginDueAt { return .none }
    count(.loginRefused, .none)
    isCondemned = true
    return .reconnect(.loginRefused)
  }

  /// One subscribe or unsubscribe request for all lines that are due and fit, and the next timer.
  @_noLocks
  mutating func request(_ now: Instant) -> PublicAction {
    var writer = unsafe RequestText(text, capacity: PublicSession.outgoingBytesMax)
    let number = nextRequest
    var operation = LineNeed.nothing
    var isFull = false
    hasWork = false
    timerAt = Instant(nanoseconds: .max)
    var index = 0
    while index < lineCount {
      var isRetry = false
      let need = unsafe lines[index].due(
        now: now, configuration: configuration, isRetry: &isRetry)
      if isRetry { retried(index) }
      let line = unsafe lines[index]
      if need == .nothing {
        if line.hasTimer && line.dueAt < timerAt { timerAt = line.dueAt }
        index &+= 1
        continue
      }
      if operation == .nothing && !isFull {
        if budget.take(at: now) {
          operation = need
          open(&writer, need, number)
        } else {
          // No request is left this hour: the next one comes free at the steady rate.
          counters.held &+= 1
          timerAt = now.advanced(byNanoseconds: 1_000_000_000)
          return .none
        }
      } else if need != operation || isFull || line.isAlone {
        hasWork = true
        index &+= 1
        continue
      } else {
        writer.append(byte: 0x2C)
      }
      append(&writer, line)
      // Room for one more arg and the closing bytes, or a line that wants no company.
      isFull = line.isAlone || writer.count &+ PublicSession.argBytesMax > writer.capacity
      if need == .subscribe {
        unsafe lines[index].subscribeSent(number, now: now, configuration: configuration)
      } else {
        unsafe lines[index].unsubscribeSent(number, now: now, configuration: configuration)
      }
      let dueAt = unsafe lines[index].dueAt
      if dueAt < timerAt { timerAt = dueAt }
      index &+= 1
    }
    if operation == .nothing { return .none }
    writer.append("]}")
    nextRequest &+= 1
    counters.requests &+= 1
    textCount = writer.isOverfull ? 0 : writer.count
    return .send
  }

  /// Bytes that one more arg with its comma and the request's end may take.
  static var argBytesMax: Int { 128 }

  /// A timer ran out. A depth line without its snapshot is a fault of its own.
  @_noLocks
  mutating func retried(_ index: Int) {
    counters.retries &+= 1
    count(.snapshotTimeout, unsafe lines[index].instrument)
  }

  @_noLocks
  func open(_ writer: inout RequestText, _ need: LineNeed, _ number: UInt64) {
    writer.append("{\"id\":\"")
    writer.append(number)
    if need == .subscribe {
      writer.append("\",\"op\":\"subscribe\",\"args\":[")
    } else {
      writer.append("\",\"op\":\"unsubscribe\",\"args\":[")
    }
  }

  @_noLocks
  func append(_ writer: inout RequestText, _ line: ChannelLine) {
    writer.append("{\"channel\":\"")
    writer.append(line.channel.okxName)
    writer.append("\",\"instId\":\"")
    writer.append(instruments[line.instrument].symbol)
    writer.append("\"}")
  }
}
