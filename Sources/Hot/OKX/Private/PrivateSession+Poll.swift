// What a private session wants done: log in, subscribe, probe the silence; hot plane.

import Quantities

extension PrivateSession {
  /// What to do now.
  @_noLocks
  public mutating func poll(now: Instant) -> PrivateAction {
    if reconnectFault != .none {
      let fault = reconnectFault
      reconnectFault = .none
      isCondemned = fault != .notice
      return .reconnect(fault)
    }
    if state == .disconnected || isCondemned { return .none }
    if let action = probe(now) { return action }
    if state == .awaitingLogin { return login(now) }
    return isSubscribeDue(now) ? subscribe(now) : .none
  }

  /// When `poll` has something to do even if nothing is received.
  public var nextDeadline: Instant {
    @_noLocks get {
      if reconnectFault != .none { return .zero }
      if state == .disconnected || isCondemned { return Instant(nanoseconds: .max) }
      switch state {
      case .awaitingLogin: return isLoginSent ? min(silence.deadline, loginDueAt) : .zero
      case .subscribing: return min(silence.deadline, subscribeDueAt)
      case .disconnected, .ready: return silence.deadline
      }
    }
  }

  @_noLocks
  mutating func give(up fault: FaultCode) -> PrivateAction {
    count(fault)
    isCondemned = true
    return .reconnect(fault)
  }

  /// A text `ping` into silence; no answer to it means the connection is dead.
  @_noLocks
  mutating func probe(_ now: Instant) -> PrivateAction? {
    switch silence.need(now) {
    case .nothing: return nil
    case .dead: return give(up: .idle)
    case .ping:
      counters.pings &+= 1
      var ping = unsafe RequestText(text, capacity: PrivateSession.outgoingBytesMax)
      ping.append(SilenceProbe.ping)
      textCount = ping.count
      return .send
    }
  }

  @_noLocks
  mutating func login(_ now: Instant) -> PrivateAction {
    if !isLoginSent {
      isLoginSent = true
      counters.requests &+= 1
      return .login
    }
    return now < loginDueAt ? .none : give(up: .loginRefused)
  }

  /// One request for every channel that does not live yet; each try waits longer than the last.
  @_noLocks
  mutating func subscribe(_ now: Instant) -> PrivateAction {
    if attempts == configuration.attemptsMax { return give(up: .subscribeRefused) }
    if attempts > 0 { counters.retries &+= 1 }
    attempts &+= 1
    openRequest = nextRequest
    nextRequest &+= 1
    counters.requests &+= 1
    let (wait, _) = configuration.answerNanoseconds.multipliedReportingOverflow(by: Int64(attempts))
    subscribeDueAt = now.advanced(byNanoseconds: wait)
    var writer = unsafe RequestText(text, capacity: PrivateSession.outgoingBytesMax)
    // The session's ids begin with a letter: the caller's order requests are digits alone.
    writer.append("{\"id\":\"s")
    writer.append(openRequest)
    writer.append("\",\"op\":\"subscribe\",\"args\":[")
    var isFirst = true
    if liveChannels & (1 &<< PrivateChannel.orders.rawValue) == 0 {
      writer.append("{\"channel\":\"orders\",\"instType\":\"ANY\"}")
      isFirst = false
    }
    if liveChannels & (1 &<< PrivateChannel.account.rawValue) == 0 {
      if !isFirst { writer.append(byte: 0x2C) }
      writer.append("{\"channel\":\"account\"}")
      isFirst = false
    }
    if liveChannels & (1 &<< PrivateChannel.positions.rawValue) == 0 {
      if !isFirst { writer.append(byte: 0x2C) }
      writer.append("{\"channel\":\"positions\",\"instType\":\"ANY\"}")
    }
    writer.append("]}")
    textCount = writer.isOverfull ? 0 : writer.count
    return .send
  }
}
