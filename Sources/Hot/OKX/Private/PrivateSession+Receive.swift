// What a private session does with a received message; hot plane.

import Quantities

extension PrivateSession {
  /// Takes one text message.
  @unsafe @_noLocks
  public mutating func receive(
    _ message: UnsafeRawBufferPointer, now: Instant, wall: WallMilliseconds
  ) -> PrivateOutcome {
    counters.frames &+= 1
    counters.bytes &+= UInt64(message.count)
    silence.heard(now)
    let frame = unsafe decoder.decode(message, receivedAt: now, wall: wall)
    var outcome = PrivateOutcome()
    outcome.kind = frame.kind
    outcome.eventCount = frame.eventCount
    outcome.code = frame.code
    outcome.words = frame.words
    outcome.fault = frame.fault
    counters.unknownInstruments &+= UInt64(frame.unknownInstruments)
    counters.unknownCurrencies &+= UInt64(frame.unknownCurrencies)
    switch frame.kind {
    case .pong: counters.pongs &+= 1
    case .events:
      tally(frame)
      // A push proves the subscription, should its acknowledgement be late or lost.
      if frame.channel != .none { live(frame.channel, &outcome) }
    case .subscribed: live(frame.channel, &outcome)
    case .unsubscribed:
      // Never asked for: without its pushes the account is flown blind.
      outcome.fault = .subscribeRefused
      condemn(.subscribeRefused)
    case .error: refused(frame, now, &outcome)
    case .notice:
      outcome.fault = .notice
      if frame.code == SessionCode.upgrade && !isNoticed {
        isNoticed = true
        condemn(.notice)
      }
    case .connectionCountError:
      outcome.fault = .connectionLimit
      condemn(.connectionLimit)
    case .login: loggedIn(frame, now, &outcome)
    case .connectionCount, .faulty: break
    }
    if outcome.fault != .none { count(outcome.fault) }
    outcome.hasAction = reconnectFault != .none || isSubscribeDue(now)
    return outcome
  }

  @_noLocks
  mutating func tally(_ frame: PrivateFrame) {
    let events = UInt64(frame.eventCount)
    switch frame.channel {
    case .orders: counters.orders &+= events
    case .account: counters.balances &+= events
    case .positions: counters.positions &+= events
    case .none: counters.replies &+= events
    }
  }

  @_noLocks
  mutating func live(_ channel: PrivateChannel, _ outcome: inout PrivateOutcome) {
    if channel == .none {
      outcome.fault = .unknownChannel
      return
    }
    if state != .subscribing {
      if state != .ready { outcome.fault = .unmatchedReply }
      return
    }
    liveChannels |= 1 &<< channel.rawValue
    if liveChannels == PrivateSession.allChannels {
      state = .ready
      openRequest = 0
      outcome.becameReady = true
    }
  }

  @_noLocks
  mutating func loggedIn(
    _ frame: PrivateFrame, _ now: Instant, _ outcome: inout PrivateOutcome
  ) {
    if state != .awaitingLogin {
      outcome.fault = .unmatchedReply
    } else if frame.code == 0 {
      state = .subscribing
      subscribeDueAt = now
    } else {
      outcome.fault = .loginRefused
      condemn(.loginRefused)
    }
  }

  /// An error event has no arg; its `id`, where there is one, says whose it is.
  @_noLocks
  mutating func refused(
    _ frame: PrivateFrame, _ now: Instant, _ outcome: inout PrivateOutcome
  ) {
    if state == .awaitingLogin {
      outcome.fault = .loginRefused
      condemn(.loginRefused)
    } else if frame.code == SessionCode.loginFirst {
      outcome.fault = .loginRefused
      condemn(.loginRefused)
    } else if frame.request != 0 {
      outcome.fault = .requestRefused
    } else {
      outcome.fault = .subscribeRefused
      // Asked again at once when it was ours, else when its answer is overdue.
      if frame.sessionRequest != 0 && frame.sessionRequest == openRequest && state == .subscribing {
        openRequest = 0
        subscribeDueAt = now.advanced(byNanoseconds: configuration.answerNanoseconds / 2)
      }
    }
  }

  @_noLocks
  func isSubscribeDue(_ now: Instant) -> Bool { state == .subscribing && now >= subscribeDueAt }
}
