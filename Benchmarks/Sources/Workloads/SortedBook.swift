// The peer of the product's book: both sides sorted arrays, as the product's own was before the ladder.

import Book
import Quantities

/// For `SortedSide`, whose file lies in the module that has them.
typealias BookLimits = Book.BookLimits

/// Two `SortedSide`s, the very file of the product (a symbolic link): what a ladder falls back to where prices
/// lie too far apart. The same checks as `LadderBook`; no checksum.
struct SortedBook: OrderBook, ~Copyable {
  private var bids = SortedSide(.buy)
  private var asks = SortedSide(.sell)
  private(set) var hasSnapshot = false

  init(instrument: Instrument, checksum: BookChecksum) {}

  mutating func reset() {
    bids.removeAll()
    asks.removeAll()
    hasSnapshot = false
  }

  /// Not inlined: the product's book lies in another module and is called too.
  @inline(never)
  mutating func apply(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    let header = unsafe message.pointee
    switch header.kind {
    case .snapshot: reset()
    case .update, .reset: if !hasSnapshot { return .ignored }
    default: return .ignored
    }
    if !header.isConsistent { return fail(.tooManyLevels) }
    let bidCount = Int(header.bidCount)
    let askCount = Int(header.askCount)
    if unsafe !areInRange(message.bids, bidCount &+ askCount) { return fail(.numberRange) }
    if header.kind == .snapshot {
      hasSnapshot = true
      if unsafe SortedBook.fill(&bids, message.bids, bidCount),
        unsafe SortedBook.fill(&asks, message.asks, askCount)
      {
        return judge()
      }
      bids.removeAll()
      asks.removeAll()
    }
    let none = LevelDigits(price: 0, quantity: 0)
    for index in 0..<bidCount {
      if unsafe !bids.set(message.bids[index], none) { return fail(.bookTooDeep) }
    }
    for index in 0..<askCount {
      if unsafe !asks.set(message.asks[index], none) { return fail(.bookTooDeep) }
    }
    return judge()
  }

  mutating func replaceTop(_ message: UnsafePointer<MarketMessage>) -> BookResult { .ignored }

  /// A snapshot in the usual order, best first, is copied. False for any other.
  private static func fill(
    _ side: inout SortedSide, _ levels: UnsafePointer<MarketLevel>, _ count: Int
  ) -> Bool {
    var last = Int64.max
    for rank in 0..<count {
      let level = unsafe levels[rank]
      let key = level.price.ticks &* side.sign
      if key >= last || level.quantity.lots == 0 || count > BookLimits.capacity { return false }
      last = key
      side.write(
        BookEntry(
          key: key, lots: level.quantity.lots, digits: LevelDigits(price: 0, quantity: 0)),
        rank: rank, of: count)
    }
    return true
  }

  private func areInRange(_ levels: UnsafePointer<MarketLevel>, _ count: Int) -> Bool {
    var isBad = false
    for index in 0..<count {
      let level = unsafe levels[index]
      let ticks = UInt64(bitPattern: level.price.ticks &- 1)
      isBad =
        isBad || ticks >= UInt64(BookLimits.ticksMax)
        || UInt64(bitPattern: level.quantity.lots) > UInt64(BookLimits.lotsMax)
    }
    return !isBad
  }

  private mutating func judge() -> BookResult {
    if bids.count > BookLimits.levelsMax || asks.count > BookLimits.levelsMax {
      return fail(.bookTooDeep)
    }
    return isCrossed ? .fault(.crossedBook) : .applied
  }

  private mutating func fail(_ fault: FaultCode) -> BookResult {
    reset()
    return .fault(fault)
  }
}

extension SortedBook {
  func depth(_ side: Side) -> Int { side == .buy ? bids.count : asks.count }

  @inline(never)
  func level(_ side: Side, at rank: Int) -> MarketLevel? {
    if rank < 0 || rank >= depth(side) { return nil }
    let entry = side == .buy ? bids.entry(rank: rank) : asks.entry(rank: rank)
    return MarketLevel(
      price: Price(ticks: entry.ticks(sign: side.sign)), quantity: Quantity(lots: entry.lots))
  }

  func digits(_ side: Side, at rank: Int) -> LevelDigits? { nil }

  func quantity(_ side: Side, at price: Price) -> Quantity {
    Quantity(lots: side == .buy ? bids.lots(ticks: price.ticks) : asks.lots(ticks: price.ticks))
  }

  func lots(_ side: Side, best levels: Int) -> Int64 {
    var sum: Int64 = 0
    for rank in 0..<min(levels, depth(side)) {
      sum &+= side == .buy ? bids.entry(rank: rank).lots : asks.entry(rank: rank).lots
    }
    return sum
  }

  @inline(never)
  func top(_ side: Side, into output: inout MutableSpan<MarketLevel>) -> Int {
    let count = min(depth(side), output.count)
    for rank in 0..<count {
      let entry = side == .buy ? bids.entry(rank: rank) : asks.entry(rank: rank)
      output[rank] = MarketLevel(
        price: Price(ticks: entry.ticks(sign: side.sign)), quantity: Quantity(lots: entry.lots))
    }
    return count
  }
}
