// The second stage: market messages into books and indicators, the strategy at the end of its step; hot plane.

import Book
import Channels
import Quantities

/// What Builder has counted beyond its views' own counters.
public struct BuilderCounters: BitwiseCopyable, Sendable {
  /// Market messages applied, of any kind.
  public var messages: UInt64 = 0
  public var resyncsAsked: UInt64 = 0
  /// Resync requests the ring had no room for: the book stays invalid and the next message asks again.
  public var resyncRingFull: UInt64 = 0
  /// Entries whose framing contradicts itself; nothing of them is applied.
  public var malformed: UInt64 = 0
}

/// Owns the books, the indicators, the strategy and its intents in flight.
@safe
public struct BuilderStage: ~Copyable {
  var views: MarketViews
  var market: ByteConsumer
  var resyncs: SlotProducer<ResyncRequest>
  let control: RunControl
  public internal(set) var counters = BuilderCounters()

  /// Market entries taken in one poll.
  static let entriesPerPollMax = 64

  public init(
    instruments: InstrumentTable, market: consuming ByteConsumer,
    resyncs: consuming SlotProducer<ResyncRequest>, control: RunControl
  ) {
    views = MarketViews(instruments)
    self.market = market
    self.resyncs = resyncs
    self.control = control
  }

  /// One instrument's view, lent: for reports, after the thread has stopped.
  public borrowing func withView<T>(_ id: InstrumentID, _ body: (borrowing MarketView) -> T) -> T {
    body(views[id])
  }
}
