// The market ring's message: a 64-byte header, then levels or a trade; one commit per exchange message; hot plane.

@frozen
public enum MarketMessageKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Full book: replaces everything, makes the book valid.
  case snapshot = 1
  /// Absolute sizes; 0 deletes.
  case update = 2
  /// An empty update with `seqId == prevSeqId` (OKX, about 60 s idle).
  case heartbeat = 3
  /// Maintenance reset: `seqId < prevSeqId`, chain unbroken; levels apply like an update's.
  case reset = 4
  /// The book is invalid from here until the next snapshot; `fault` says why. No body.
  case invalid = 5
  /// `TradeBody` follows.
  case trade = 6
  /// Best bid and ask of `bbo-tbt`: full state, one level a side at most.
  case bestBidOffer = 7
}

@frozen
public enum MarketChannel: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  case books = 1
  case books50 = 2
  case booksTbt = 3
  case bestBidOffer = 4
  case trades = 5
}

@frozen
public struct MarketFlags: OptionSet, Sendable, BitwiseCopyable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// After the levels: per level two bytes, the decimals its price and size were written with.
  @inlinable public static var hasDigits: MarketFlags { MarketFlags(rawValue: 1) }
  /// `checksum` was present and non-zero.
  @inlinable public static var hasChecksum: MarketFlags { MarketFlags(rawValue: 2) }
}

/// 64 bytes, followed by `bidCount` then `askCount` `MarketLevel`s in the exchange's order,
/// then (with `.hasDigits`) `(bidCount + askCount)` `LevelDigits`, padded with zeros to 8 bytes.
@frozen
public struct MarketMessage: Sendable, BitwiseCopyable {
  /// Header and body in bytes, a multiple of 8.
  public var byteCount: UInt32 = 64
  public var kind: MarketMessageKind = .invalid
  public var channel: MarketChannel = .none
  public var instrument: InstrumentID = .none
  public var bidCount: UInt16 = 0
  public var askCount: UInt16 = 0
  public var checksum: Int32 = 0
  /// The poll whose receive completed the message.
  public var receivedAt: Instant = .zero
  /// The return of that receive, for latencies alone.
  public var receivedStamp: Stamp = .zero
  /// OKX `ts`.
  public var exchangeTime: WallMilliseconds = WallMilliseconds(milliseconds: 0)
  public var seqId: Int64 = 0
  public var prevSeqId: Int64 = 0
  public var fault: FaultCode = .none
  public var connection: UInt8 = 0
  public var flags: MarketFlags = MarketFlags(rawValue: 0)
  /// No padding: what is not a field would hold whatever lay in the ring.
  public var reservedByte: UInt8 = 0
  public var reserved: UInt32 = 0

  @inlinable public init() {}

  /// Most levels a side in one message.
  @inlinable public static var levelsMax: Int { 1024 }
  /// The largest message: what a claim may ask for.
  @inlinable public static var bytesMax: Int { 64 + levelsMax * 2 * (16 + 2) + 8 }
}

/// One level of a message: absolute size, 0 deletes.
@frozen
public struct MarketLevel: Hashable, Sendable, BitwiseCopyable {
  public var price: Price
  public var quantity: Quantity
  @inlinable public init(price: Price, quantity: Quantity) {
    self.price = price
    self.quantity = quantity
  }
}

/// Digits after the point in the level's original text: with them the legacy checksum's exact text is rebuilt.
@frozen
public struct LevelDigits: Hashable, Sendable, BitwiseCopyable {
  public var price: UInt8
  public var quantity: UInt8
  @inlinable public init(price: UInt8, quantity: UInt8) {
    self.price = price
    self.quantity = quantity
  }
}

/// The body of a `.trade` message, 40 bytes.
@frozen
public struct TradeBody: Sendable, BitwiseCopyable {
  public var price: Price
  public var quantity: Quantity
  public var tradeID: UInt64
  public var seqId: Int64
  /// Matches aggregated into this push.
  public var count: UInt32
  /// The taker's side.
  public var side: Side
  public var source: UInt8
  public var reserved: UInt16
  @inlinable
  public init(
    price: Price, quantity: Quantity, side: Side, tradeID: UInt64, seqId: Int64, count: UInt32,
    source: UInt8
  ) {
    self.price = price
    self.quantity = quantity
    self.tradeID = tradeID
    self.seqId = seqId
    self.count = count
    self.side = side
    self.source = source
    self.reserved = 0
  }
}
