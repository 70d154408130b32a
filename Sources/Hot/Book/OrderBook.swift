// The one book protocol: what feeds, strategies and tests ask of any order book; hot plane.

import Quantities

/// Named limits of every book.
@frozen
public enum BookLimits {
  /// Levels a side after a whole message: the server deletes what leaves the window (docs/OKX.md
  /// OKX-057).
  @inlinable public static var levelsMax: Int { 400 }
  /// Levels a side that the memory holds: inside one message, inserts may come before deletes.
  @inlinable public static var capacity: Int { levelsMax + MarketMessage.levelsMax }
  /// Prices are 1…ticksMax and sizes 0…lotsMax; sums of 25 sizes stay inside Int64.
  @inlinable public static var ticksMax: Int64 { 1 << 56 }
  @inlinable public static var lotsMax: Int64 { 1 << 56 }
  /// Levels a side that the legacy checksum covers.
  @inlinable public static var checksumLevels: Int { 25 }
}

/// What a message did to a book.
@frozen
public enum BookResult: Equatable, Sendable, BitwiseCopyable {
  case applied
  /// Nothing changed: an update without a snapshot before it, or a kind that carries no book.
  case ignored
  /// `.crossedBook`: applied, yet not to be traded on until a later message uncrosses it.
  /// Any other: the levels are gone, and only a snapshot brings them back.
  case fault(FaultCode)
}

/// An aggregated order book of one instrument.
///
/// Sizes are absolute, 0 deletes; deletes of unknown levels and levels that change nothing are legal
/// (OKX-058). Levels of a message may come in any order. Depth, crossing and checksum are judged
/// after the whole message. Sequence numbers are not the book's business: `MarketView` checks them.
public protocol OrderBook: ~Copyable {
  /// An empty book without snapshot. Allocates everything it will ever use.
  init(instrument: Instrument, checksum: BookChecksum)

  /// Applies `.snapshot`, `.update` and `.reset`; other kinds are ignored. Verifies the legacy
  /// checksum when the message has one. The body lies behind the header (`MarketMessage`).
  mutating func apply(_ message: UnsafePointer<MarketMessage>) -> BookResult

  /// Full state of one level a side at most (`bbo-tbt`): replaces everything, as a snapshot does.
  mutating func replaceTop(_ message: UnsafePointer<MarketMessage>) -> BookResult

  /// Empties the book; updates are ignored until a snapshot.
  mutating func reset()

  /// A snapshot has been applied and nothing has broken the book since.
  var hasSnapshot: Bool { get }

  /// Levels on `side` (`.buy`: bids).
  func depth(_ side: Side) -> Int

  /// The level at `rank`, 0 the best; nil past the depth. O(1) for the best, else O(rank): read many
  /// with `top`.
  func level(_ side: Side, at rank: Int) -> MarketLevel?

  /// The digits that the level at `rank` was last written with; nil past the depth.
  func digits(_ side: Side, at rank: Int) -> LevelDigits?

  /// The size resting at `price`, zero when there is none. O(1) in a ladder, else O(log depth).
  func quantity(_ side: Side, at price: Price) -> Quantity

  /// Lots of the best `levels` levels, fewer where the side is shallower. O(levels); up to 64 levels
  /// stay inside Int64.
  func lots(_ side: Side, best levels: Int) -> Int64

  /// Copies up to `output.count` levels, best first; returns how many.
  func top(_ side: Side, into output: inout MutableSpan<MarketLevel>) -> Int
}

extension OrderBook where Self: ~Copyable {
  @inlinable public var bestBid: MarketLevel? { level(.buy, at: 0) }
  @inlinable public var bestAsk: MarketLevel? { level(.sell, at: 0) }

  /// Best bid at or above best ask.
  @inlinable public var isCrossed: Bool {
    guard let bid = bestBid, let ask = bestAsk else { return false }
    return bid.price.ticks >= ask.price.ticks
  }
}
