// One thing that happens to the simulated market, whatever the channel it is shown on; simulation.

import Quantities

/// A level as the exchange holds it: integers, and the digits its text is written with.
public struct BookLevel: Sendable, Equatable {
  public var price: Price
  /// 0 deletes.
  public var quantity: Quantity
  public var orders: Int32
  /// Digits after the point in the text of price and size.
  public var priceDigits: UInt8
  public var quantityDigits: UInt8

  public init(
    price: Price, quantity: Quantity, orders: Int32, priceDigits: UInt8, quantityDigits: UInt8
  ) {
    self.price = price
    self.quantity = quantity
    self.orders = orders
    self.priceDigits = priceDigits
    self.quantityDigits = quantityDigits
  }
}

extension BookLevel {
  /// What was told of a market stays as it was told.
  mutating func change(to grid: GridChange) {
    price = Price(ticks: price.ticks &* grid.prices)
    quantity = Quantity(lots: quantity.lots &* grid.pastLots)
  }
}

/// Trades of one taker at one price.
public struct TradePrint: Sendable, Equatable {
  public var id: UInt64
  public var price: Price
  public var quantity: Quantity
  /// The taker's side.
  public var side: Side
  public var count: Int32
  public init(id: UInt64, price: Price, quantity: Quantity, side: Side, count: Int32) {
    self.id = id
    self.price = price
    self.quantity = quantity
    self.side = side
    self.count = count
  }
}

public struct MarketEvent: Sendable, Equatable {
  public enum Kind: UInt8, Sendable {
    /// Replaces the book.
    case snapshot
    /// Absolute sizes; 0 deletes.
    case update
    /// Nothing changed: `seqId == prevSeqId`.
    case heartbeat
    /// An update whose `seqId` is below `prevSeqId`, the chain unbroken.
    case reset
    case trade
    /// A recorded frame of a channel that says nothing of book or trades: passed through as it is.
    case other
  }
  /// Index in the catalogue.
  public var instrument: Int
  public var kind: Kind
  /// When it is due, in nanoseconds from the start of the source.
  public var due: Int64
  /// OKX `ts`, milliseconds.
  public var exchangeTime: Int64
  public var seqId: Int64
  /// -1 for a snapshot.
  public var prevSeqId: Int64
  /// As recorded; 0 where there is none.
  public var checksum: Int32 = 0
  /// Best first.
  public var bids: [BookLevel] = []
  public var asks: [BookLevel] = []
  public var trade: TradePrint?
  /// The recorded frame, on its own channel, with its sequence inserted.
  public var recorded: RecordedPush?

  public init(
    instrument: Int, kind: Kind, due: Int64, exchangeTime: Int64, seqId: Int64, prevSeqId: Int64
  ) {
    self.instrument = instrument
    self.kind = kind
    self.due = due
    self.exchangeTime = exchangeTime
    self.seqId = seqId
    self.prevSeqId = prevSeqId
  }

  public var isBook: Bool { kind != .trade && kind != .other }

  /// Made before its instrument's grid changed, to be met after it.
  public mutating func change(to grid: GridChange) {
    for index in bids.indices { bids[index].change(to: grid) }
    for index in asks.indices { asks[index].change(to: grid) }
    guard var print = trade else { return }
    print.price = Price(ticks: print.price.ticks &* grid.prices)
    print.quantity = Quantity(lots: print.quantity.lots &* grid.pastLots)
    trade = print
  }
}

/// A recorded frame, to be sent as it was received.
public struct RecordedPush: Sendable, Equatable {
  public var channel: String
  public var bytes: [UInt8]
  /// Where in `bytes` the channel's name stands.
  public var channelRange: Range<Int>
  public init(channel: String, bytes: [UInt8], channelRange: Range<Int>) {
    self.channel = channel
    self.bytes = bytes
    self.channelRange = channelRange
  }
}
