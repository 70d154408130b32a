// One subscription's life on a connection as a value state machine: asked for, live, dropped, asked again; hot plane.

import Quantities

@frozen
public enum LinePhase: UInt8, Sendable, BitwiseCopyable {
  /// No connection.
  case idle = 0
  /// To be subscribed when `dueAt` has come.
  case wanted = 1
  /// Subscribe sent: a depth line awaits its snapshot, another its ack or first push, until `dueAt`.
  case subscribing = 2
  case live = 3
  /// The book is lost: to be unsubscribed when `dueAt` has come.
  case stale = 4
  /// Unsubscribe sent: its ack is awaited until `dueAt`.
  case unsubscribing = 5
}

/// What `ChannelLine.due` asks for.
@frozen
public enum LineNeed: UInt8, Sendable, BitwiseCopyable {
  case nothing = 0
  case subscribe = 1
  case unsubscribe = 2
}

/// Resynchronises by unsubscribe → ack → subscribe → snapshot, each step bounded by a timer, repeats
/// spaced by a back-off that a while of validity forgives. Sends nothing itself.
@frozen
public struct ChannelLine: Sendable, BitwiseCopyable {
  public let channel: MarketChannel
  public let instrument: InstrumentID
  public private(set) var phase: LinePhase = .idle
  /// Alone in its next request: it was part of one that the exchange refused.
  public private(set) var isAlone = false
  /// The current subscribe request was acknowledged.
  public private(set) var isAcknowledged = false
  /// Resynchronisations not yet forgiven.
  public private(set) var attempts: UInt8 = 0
  public private(set) var sequencer = BookSequencer()
  /// Number of the last request that carried this line.
  public private(set) var request: UInt64 = 0
  public private(set) var dueAt: Instant = .zero
  public private(set) var liveSince: Instant = .zero

  public init(channel: MarketChannel, instrument: InstrumentID) {
    self.channel = channel
    self.instrument = instrument
  }

  /// The book may be read downstream.
  @inlinable public var isValid: Bool { phase == .live && sequencer.isValid }

  @inlinable public var hasTimer: Bool { phase != .idle && phase != .live }

  @_noLocks
  public mutating func connected(now: Instant) {
    sequencer.invalidate()
    isAlone = false
    want(now)
  }

  @_noLocks
  public mutating func disconnected() {
    sequencer.invalidate()
    phase = .idle
  }

  /// Takes one book message of a depth line.
  @_noLocks
  public mutating func takeBook(
    seqId: Int64, prevSeqId: Int64, isSnapshot: Bool, isEmpty: Bool, now: Instant,
    configuration: borrowing PublicSessionConfiguration
  ) -> SequenceVerdict {
    switch phase {
    case .idle, .wanted, .unsubscribing:
      // Left over from the subscription that is being dropped: no delta would follow it.
      return .ignored
    case .subscribing, .live, .stale: break
    }
    let verdict = sequencer.take(
      seqId: seqId, prevSeqId: prevSeqId, isSnapshot: isSnapshot, isEmpty: isEmpty)
    if verdict == .snapshot && phase != .live {
      phase = .live
      isAlone = false
      liveSince = now
    } else if verdict == .gap {
      lose(now: now, configuration: configuration)
    }
    return verdict
  }

  /// A push of a line without a chain: it is subscribed, whatever became of the ack.
  @_noLocks
  public mutating func takeOther(now: Instant) {
    if phase == .subscribing {
      phase = .live
      isAlone = false
      liveSince = now
    }
  }

  /// The book cannot be trusted: fetch a snapshot. Nothing to do while one is already on its way.
  @_noLocks
  public mutating func lose(
    now: Instant, configuration: borrowing PublicSessionConfiguration
  ) {
    sequencer.invalidate()
    if phase != .live { return }
    phase = .stale
    backOff(now: now, configuration: configuration)
  }

  @_noLocks
  public mutating func subscribeSent(
    _ request: UInt64, now: Instant, configuration: borrowing PublicSessionConfiguration
  ) {
    self.request = request
    phase = .subscribing
    isAcknowledged = false
    dueAt = now.advanced(byNanoseconds: configuration.answerNanoseconds)
  }

  @_noLocks
  public mutating func unsubscribeSent(
    _ request: UInt64, now: Instant, configuration: borrowing PublicSessionConfiguration
  ) {
    self.request = request
    phase = .unsubscribing
    dueAt = now.advanced(byNanoseconds: configuration.answerNanoseconds)
  }

  /// A subscribe ack. A depth line goes on to wait for its snapshot, for a full wait from here.
  @_noLocks
  public mutating func subscribed(
    request: UInt64, now: Instant, configuration: borrowing PublicSessionConfiguration
  ) {
    if phase != .subscribing || (request != 0 && request != self.request) { return }
    isAcknowledged = true
    if channel.isDepth {
      dueAt = now.advanced(byNanoseconds: configuration.answerNanoseconds)
    } else {
      takeOther(now: now)
    }
  }

  /// An unsubscribe ack, or one we never asked for (`request` 0: the exchange dropped the line).
  /// True when the line was lost by it.
  @_noLocks
  public mutating func unsubscribed(
    request: UInt64, now: Instant, configuration: borrowing PublicSessionConfiguration
  ) -> Bool {
    if phase == .unsubscribing && (request == 0 || request == self.request) {
      want(now)
      return false
    }
    if request != 0 { return false }
    switch phase {
    case .subscribing, .live, .stale:
      sequencer.invalidate()
      phase = .wanted
      backOff(now: now, configuration: configuration)
      return true
    case .idle, .wanted, .unsubscribing: return false
    }
  }

  /// The exchange refused `request`. A line of a larger request cannot know that it is the culprit:
  /// it waits a moment for its ack and then asks alone. True when this line was refused for itself.
  @_noLocks
  public mutating func refused(
    request: UInt64, sharesRequest: Bool, now: Instant,
    configuration: borrowing PublicSessionConfiguration
  ) -> Bool {
    if request == 0 || request != self.request { return false }
    if phase == .unsubscribing {
      want(now)
      return false
    }
    if phase != .subscribing || isAcknowledged { return false }
    if sharesRequest {
      isAlone = true
      return false
    }
    phase = .wanted
    attempts = max(attempts, configuration.resyncsAtOnce)
    backOff(now: now, configuration: configuration)
    return true
  }

  /// What is to be sent now. A timer that ran out is a retry: `isRetry`.
  @_noLocks
  public mutating func due(
    now: Instant, configuration: borrowing PublicSessionConfiguration, isRetry: inout Bool
  ) -> LineNeed {
    if !hasTimer || now < dueAt { return .nothing }
    switch phase {
    case .idle, .live: return .nothing
    case .wanted: return .subscribe
    case .stale: return .unsubscribe
    case .unsubscribing:
      // The ack is lost: subscribing again is right whether or not we were dropped.
      isRetry = true
      want(now)
      return .subscribe
    case .subscribing:
      isRetry = true
      // A lost snapshot needs the full cycle: a second subscribe alone brings none (OKX-033).
      // A line whose larger request was refused was never subscribed: it asks again, alone.
      phase = channel.isDepth && (isAcknowledged || !isAlone) ? .stale : .wanted
      backOff(now: now, configuration: configuration)
      if now < dueAt { return .nothing }
      return phase == .stale ? .unsubscribe : .subscribe
    }
  }

  @_noLocks
  mutating func want(_ now: Instant) {
    phase = .wanted
    dueAt = now
  }

  /// Sets `dueAt` for the next resynchronisation and counts it.
  @_noLocks
  mutating func backOff(now: Instant, configuration: borrowing PublicSessionConfiguration) {
    if liveSince != .zero {
      let seconds = now.since(liveSince) / 1_000_000_000
      attempts = seconds >= Int64(attempts) ? 0 : attempts &- UInt8(max(0, seconds))
      liveSince = .zero
    }
    dueAt = now
    if attempts >= configuration.resyncsAtOnce {
      let doublings = min(attempts &- configuration.resyncsAtOnce, 20)
      let wait = configuration.answerNanoseconds &<< Int64(doublings)
      dueAt = now.advanced(
        byNanoseconds: min(max(wait, 0), configuration.backoffNanosecondsMax))
    }
    if attempts < .max { attempts &+= 1 }
  }
}
