// Acks, errors, notices and the login's answer; hot plane.

import Quantities

extension PublicSession {
  @_noLocks
  mutating func event(_ frame: PublicFrame, _ now: Instant, _ outcome: inout PublicOutcome) {
    counters.events &+= 1
    switch frame.kind {
    case .subscribed, .unsubscribed: acknowledge(frame, now, &outcome)
    case .error: refuseRequest(frame, now, &outcome)
    case .notice:
      outcome.fault = .notice
      if frame.code == Int64(SessionCode.upgrade) { condemn(.notice) }
    case .connectionCountError: outcome.fault = .connectionLimit
    case .login:
      if state != .awaitingLogin { return }
      if frame.code == 0 {
        state = .ready
        wantAll(now)
      } else {
        outcome.fault = .loginRefused
        condemn(.loginRefused)
      }
    case .connectionCount, .faulty, .pong, .market: break
    }
  }

  @_noLocks
  mutating func acknowledge(
    _ frame: PublicFrame, _ now: Instant, _ outcome: inout PublicOutcome
  ) {
    let index = line(frame.channel, frame.instrument)
    if index < 0 {
      outcome.fault = .unmatchedReply
      return
    }
    if frame.kind == .subscribed {
      unsafe lines[index].subscribed(
        request: frame.request, now: now, configuration: configuration)
      return
    }
    let wasValid = unsafe lines[index].isValid
    let isLost = unsafe lines[index].unsubscribed(
      request: frame.request, now: now, configuration: configuration)
    hasWork = true
    if isLost {
      outcome.fault = .subscribeRefused
      counters.resyncs &+= 1
      if wasValid { setPending(index, .subscribeRefused) }
    }
  }

  /// An error names no arg: the request's id says which lines it may mean.
  @_noLocks
  mutating func refuseRequest(
    _ frame: PublicFrame, _ now: Instant, _ outcome: inout PublicOutcome
  ) {
    if state == .awaitingLogin {
      outcome.fault = .loginRefused
      condemn(.loginRefused)
      return
    }
    outcome.fault = .subscribeRefused
    if frame.request == 0 { return }
    var open = 0
    var index = 0
    while index < lineCount {
      let line = unsafe lines[index]
      if line.request == frame.request && line.phase == .subscribing && !line.isAcknowledged {
        open &+= 1
        if open == 1 { outcome.instrument = line.instrument }
      }
      index &+= 1
    }
    if open > 1 { outcome.instrument = .none }
    index = 0
    while index < lineCount {
      _ = unsafe lines[index].refused(
        request: frame.request, sharesRequest: open > 1, now: now, configuration: configuration)
      index &+= 1
    }
    hasWork = true
  }
}
