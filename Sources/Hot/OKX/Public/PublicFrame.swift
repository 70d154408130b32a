// What one message of the public connection turned out to be; hot plane.

import Quantities

@frozen
public enum PublicFrameKind: UInt8, Sendable, BitwiseCopyable {
  /// Refused: `fault` says why, nothing was written.
  case faulty = 0
  /// The text `pong`.
  case pong = 1
  /// `messageCount` market messages in `byteCount` bytes of the claim.
  case market = 2
  case subscribed = 3
  case unsubscribed = 4
  /// An error event: `code`, and `request` where the exchange echoed our id; never an arg.
  case error = 5
  /// `code` 64008: the exchange will close this connection in about 60 s.
  case notice = 6
  /// `channel-conn-count`: information only.
  case connectionCount = 7
  /// `channel-conn-count-error`: too many connections, the subscription was dropped.
  case connectionCountError = 8
  /// `code` 0: logged in.
  case login = 9
}

/// The decoder's answer; plain values, nothing points into the message.
@frozen
public struct PublicFrame: Sendable, BitwiseCopyable {
  public var kind: PublicFrameKind = .faulty
  public var channel: MarketChannel = .none
  public var fault: FaultCode = .none
  public var instrument: InstrumentID = .none
  public var messageCount: UInt32 = 0
  public var byteCount: Int = 0
  /// The exchange's own code of an event; 0 where it gave none.
  public var code: Int64 = 0
  /// The number we gave the request as its `id`; 0 where none was echoed.
  public var request: UInt64 = 0

  @inlinable public init() {}
}
