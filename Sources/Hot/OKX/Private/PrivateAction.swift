// What a private session asks of its thin shell, and what it made of a message; hot plane.

import Quantities

/// The answer of `PrivateSession.poll`. Poll again until it says `.none`.
@frozen
public enum PrivateAction: Sendable, BitwiseCopyable {
  case none
  /// Send `session.outgoing` as one text message.
  case send
  /// Send the signed login request that came with the connection (`LoginRequest`); the session
  /// holds no keys and awaits the answer.
  case login
  /// Replace the connection, then call `connected`. `.notice`: open the new one first, drop the old
  /// one after; otherwise close at once.
  case reconnect(FaultCode)
}

@frozen
public enum PrivateFrameKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Refused: `fault` says why, there are no events.
  case faulty = 0
  /// The text `pong`.
  case pong = 1
  /// `eventCount` events (0 in an account push of currencies we do not hold a name for).
  case events = 2
  case subscribed = 3
  case unsubscribed = 4
  /// An error event: `code`; of one of the caller's requests it also yields a `.requestError`.
  case error = 5
  /// `code` 64008: OKX closes this connection in about 60 s.
  case notice = 6
  /// `channel-conn-count`: information only.
  case connectionCount = 7
  /// `channel-conn-count-error`: too many connections, the subscription was dropped.
  case connectionCountError = 8
  case login = 9
}

/// The answer of `PrivateSession.receive`.
@frozen
public struct PrivateOutcome: Sendable, BitwiseCopyable {
  public var kind: PrivateFrameKind = .faulty
  /// Counted and worth a log line: the message's own, or the last of its items'.
  public var fault: FaultCode = .none
  /// Events to take with `session.event(_:)` before the next call.
  public var eventCount: Int = 0
  /// OKX's code of an event and its words, for the log.
  public var code: Int32 = 0
  public var words = ExchangeText()
  /// The session became ready with this message: orders may go out.
  public var becameReady = false
  /// `poll` has something to do now.
  public var hasAction = false

  @inlinable public init() {}
}

/// The channels of one private connection.
@frozen
public enum PrivateChannel: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  case orders = 1
  case account = 2
  case positions = 3
}

/// Counts since the session was made.
@frozen
public struct PrivateCounters: Sendable, BitwiseCopyable {
  public var frames: UInt64 = 0
  public var bytes: UInt64 = 0
  public var pings: UInt64 = 0
  public var pongs: UInt64 = 0
  public var connections: UInt64 = 0
  /// Login and subscribe requests; order operations are the caller's.
  public var requests: UInt64 = 0
  public var retries: UInt64 = 0
  public var replies: UInt64 = 0
  public var orders: UInt64 = 0
  public var balances: UInt64 = 0
  public var positions: UInt64 = 0
  /// Items of instruments that are not in the table, passed over.
  public var unknownInstruments: UInt64 = 0
  public var unknownCurrencies: UInt64 = 0
  public var faults: UInt64 = 0

  @inlinable public init() {}
}

/// The times and limits of a private session; set at start.
public struct PrivateSessionConfiguration: Sendable {
  /// Wait for an acknowledgement before subscribing again.
  public var answerNanoseconds: Int64 = 2_000_000_000
  /// Subscribe requests before the connection is given up.
  public var attemptsMax: Int = 5
  public var silence = SilenceLimits()
  public var loginNanoseconds: Int64 = 10_000_000_000

  public init() {}
}
