// A market that a test writes by hand, level by level.

import Market
import Quantities

/// The chain of one instrument's book.
public struct BenchBook {
  public var instrument: Int
  public var seqId: Int64 = 1_000

  public init(instrument: Int = 0) { self.instrument = instrument }

  static func level(_ ticks: Int64, _ lots: Int64) -> BookLevel {
    BookLevel(
      price: Price(ticks: ticks), quantity: Quantity(lots: lots), orders: 1, priceDigits: 1,
      quantityDigits: lots == 0 ? 0 : 3)
  }

  mutating func event(
    _ kind: MarketEvent.Kind, _ bids: [(Int64, Int64)], _ asks: [(Int64, Int64)], time: Int64
  ) -> MarketEvent {
    let previous = kind == .snapshot ? -1 : seqId
    seqId += 1
    var event = MarketEvent(
      instrument: instrument, kind: kind, due: 0, exchangeTime: time, seqId: seqId,
      prevSeqId: previous)
    event.bids = bids.map { BenchBook.level($0.0, $0.1) }
    event.asks = asks.map { BenchBook.level($0.0, $0.1) }
    return event
  }
}

extension BenchBook {
  /// One level of asks and nothing else, at the bench's moment.
  public mutating func asks(_ ticks: Int64, _ lots: Int64, at bench: StageBench) -> MarketEvent {
    event(.update, [], [(ticks, lots)], time: bench.wallNanoseconds / 1_000_000)
  }
}

extension StageBench {
  /// Publishes one event at the bench's moment; what it brings waits on the wires.
  public func publish(_ event: MarketEvent) {
    venue.publish(event, at: wallNanoseconds, market: market, account: account)
  }

  /// A whole book. Prices in ticks, sizes in lots.
  public func snapshot(
    _ book: inout BenchBook, bids: [(Int64, Int64)], asks: [(Int64, Int64)]
  ) {
    publish(book.event(.snapshot, bids, asks, time: wallNanoseconds / 1_000_000))
  }

  /// Absolute sizes; 0 deletes.
  public func update(
    _ book: inout BenchBook, bids: [(Int64, Int64)] = [], asks: [(Int64, Int64)] = [],
    checksum: Int32 = 0
  ) {
    var event = book.event(.update, bids, asks, time: wallNanoseconds / 1_000_000)
    event.checksum = checksum
    publish(event)
  }

  /// A trade that leaves the book as it is.
  public func trade(_ book: BenchBook, _ ticks: Int64, _ lots: Int64) {
    var event = MarketEvent(
      instrument: book.instrument, kind: .trade, due: 0,
      exchangeTime: wallNanoseconds / 1_000_000, seqId: book.seqId, prevSeqId: book.seqId)
    tradesMade += 1
    event.trade = TradePrint(
      id: tradesMade, price: Price(ticks: ticks), quantity: Quantity(lots: lots), side: .buy,
      count: 1)
    publish(event)
  }

  /// Nothing changed.
  public func heartbeat(_ book: BenchBook) {
    publish(
      MarketEvent(
        instrument: book.instrument, kind: .heartbeat, due: 0,
        exchangeTime: wallNanoseconds / 1_000_000, seqId: book.seqId, prevSeqId: book.seqId))
  }

  /// A push went missing on the exchange's side: the next one breaks the chain.
  public func skip(_ book: inout BenchBook) { book.seqId += 1 }
}
