// What a public session asks of its thin shell; hot plane.

import Quantities

/// The answer of `PublicSession.poll`. Poll again until it says `.none`.
@frozen
public enum PublicAction: Sendable, BitwiseCopyable {
  case none
  /// Send `session.outgoing` as one text message.
  case send
  /// Commit this many bytes of the claim: market messages that say `.invalid`.
  case market(byteCount: Int)
  /// Send the login request (the caller has the keys); the session awaits its answer.
  case login
  /// Replace the connection, then call `connected`. `.notice`: open the new one first, drop the old
  /// one after; otherwise close at once.
  case reconnect(FaultCode)
}

/// The answer of `PublicSession.receive`.
@frozen
public struct PublicOutcome: Sendable, BitwiseCopyable {
  /// Bytes of the claim to commit; 0 to abort it.
  public var byteCount: Int = 0
  /// Market messages in those bytes.
  public var messageCount: UInt32 = 0
  public var kind: PublicFrameKind = .faulty
  /// Counted and worth a log line, with the instrument where it is known.
  public var fault: FaultCode = .none
  public var instrument: InstrumentID = .none
  /// The exchange's own code of an event, for the log.
  public var code: Int64 = 0
  /// `poll` has something to do now.
  public var hasAction: Bool = false

  @inlinable public init() {}
}
