// The times and limits of a public session, in nanoseconds; set at start.

import Quantities

public struct PublicSessionConfiguration: Sendable {
  /// Goes into `MarketMessage.connection`.
  public var connection: UInt8 = 0
  /// Wait for an ack or a snapshot before asking again.
  public var answerNanoseconds: Int64 = 2_000_000_000
  public var silence = SilenceLimits()
  public var loginNanoseconds: Int64 = 10_000_000_000
  /// OKX: subscribe, unsubscribe and login requests an hour and connection.
  public var requestsPerHour: Int64 = 480
  /// Resynchronisations of one line that start at once; later ones wait, doubling from
  /// `answerNanoseconds` to `backoffNanosecondsMax`. One is forgiven per second of validity.
  public var resyncsAtOnce: UInt8 = 16
  public var backoffNanosecondsMax: Int64 = 64_000_000_000
  /// Log in before subscribing (`MarketChannel.needsLogin`).
  public var needsLogin: Bool = false

  public init() {}
}
