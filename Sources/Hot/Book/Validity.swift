// Whether a book may be believed, and as of which message; hot plane.

import Quantities

/// A view's validity after its last book message. `fault` is `.none` while valid, and also before the
/// first snapshot: then `isValid` is false and `seqId` is -1.
@frozen
public struct Validity: Sendable, BitwiseCopyable {
  public var isValid: Bool
  public var fault: FaultCode
  /// The last sequence number applied; -1 without one. Stays at a fault's for the log.
  public var seqId: Int64
  /// Local receipt of the last book message, heartbeats included: staleness counts from here.
  public var receivedAt: Instant
  /// OKX `ts` of that message.
  public var exchangeTime: WallMilliseconds

  @inlinable
  public init() {
    isValid = false
    fault = .none
    seqId = -1
    receivedAt = .zero
    exchangeTime = WallMilliseconds(milliseconds: 0)
  }
}
