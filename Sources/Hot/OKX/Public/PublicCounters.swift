// What a public session has counted, in all and per instrument; hot plane.

import Quantities

/// Counts of one connection since the session was made.
@frozen
public struct PublicCounters: Sendable, BitwiseCopyable {
  /// Text messages received, of any kind.
  public var frames: UInt64 = 0
  public var bytes: UInt64 = 0
  public var events: UInt64 = 0
  public var pongs: UInt64 = 0
  public var pings: UInt64 = 0
  /// Requests sent: subscribe, unsubscribe and login count against 480 an hour.
  public var requests: UInt64 = 0
  /// Resynchronisations begun, and requests sent again for want of an answer.
  public var resyncs: UInt64 = 0
  public var retries: UInt64 = 0
  /// Times a request had to wait because the hour's are spent.
  public var held: UInt64 = 0
  public var connections: UInt64 = 0
  /// Book messages passed over while a snapshot was awaited.
  public var ignored: UInt64 = 0
  public var faults: UInt64 = 0

  @inlinable public init() {}
}

/// Counts of one instrument on one connection.
@frozen
public struct PublicInstrumentCounters: Sendable, BitwiseCopyable {
  public var frames: UInt64 = 0
  public var snapshot: UInt64 = 0
  public var update: UInt64 = 0
  public var heartbeat: UInt64 = 0
  public var reset: UInt64 = 0
  public var gap: UInt64 = 0
  public var bestBidOffer: UInt64 = 0
  public var trades: UInt64 = 0
  public var ignored: UInt64 = 0
  public var faults: UInt64 = 0

  @inlinable public init() {}
}
