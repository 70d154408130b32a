// What a view has seen, by kind; hot plane writes, anyone the Builder hands a copy reads.

@frozen
public struct MarketCounters: Sendable, BitwiseCopyable {
  public var snapshots: UInt64 = 0
  public var updates: UInt64 = 0
  public var heartbeats: UInt64 = 0
  public var resets: UInt64 = 0
  /// Broken chains: told by the Feed (`.invalid` with `.sequenceGap`) or found here.
  public var gaps: UInt64 = 0
  /// `.invalid` messages, whatever their fault.
  public var invalids: UInt64 = 0
  public var trades: UInt64 = 0
  public var bestBidOffers: UInt64 = 0
  /// Messages that changed nothing: no snapshot yet, another channel's, an unknown instrument.
  public var ignored: UInt64 = 0
  /// Book messages after which the book was crossed.
  public var crossed: UInt64 = 0
  /// Book messages that broke the book, gaps not included.
  public var faults: UInt64 = 0
  public var checksumsVerified: UInt64 = 0
  public var checksumsFailed: UInt64 = 0

  @inlinable public init() {}
}
