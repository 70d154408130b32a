// The book the product runs: two sorted arrays in fixed memory, right for any prices; hot plane.

import Quantities

/// Two `BookSide`s. An update costs a short search from the best price and a move of the better levels;
/// measured figures stand in docs/PERFORMANCE.md.
public struct SortedBook: OrderBook, ~Copyable {
  private var bids: BookSide
  private var asks: BookSide
  public private(set) var hasSnapshot = false
  private let tick: Increment
  private let lot: Increment
  private let checksum: BookChecksum

  public init(instrument: Instrument, checksum: BookChecksum) {
    bids = BookSide(.buy)
    asks = BookSide(.sell)
    tick = instrument.tick
    lot = instrument.lot
    self.checksum = checksum
  }

  @_noLocks
  public mutating func reset() {
    bids.removeAll()
    asks.removeAll()
    hasSnapshot = false
  }

  @_noLocks
  public mutating func apply(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    let header = unsafe message.pointee
    switch header.kind {
    case .snapshot:
      if !header.isConsistent { return fail(.tooManyLevels) }
      return unsafe replace(message, header)
    case .update, .reset:
      if !hasSnapshot { return .ignored }
      if !header.isConsistent { return fail(.tooManyLevels) }
      return unsafe merge(message, header)
    default:
      return .ignored
    }
  }

  @_noLocks
  public mutating func replaceTop(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    let header = unsafe message.pointee
    if header.kind != .bestBidOffer { return .ignored }
    if !header.isConsistent { return fail(.tooManyLevels) }
    return unsafe replace(message, header)
  }

  /// A snapshot: the ordered case is copied, any other inserted level by level.
  @_noLocks
  private mutating func replace(_ message: UnsafePointer<MarketMessage>, _ header: MarketMessage)
    -> BookResult
  {
    reset()
    hasSnapshot = true
    let bidCount = Int(header.bidCount)
    let askCount = Int(header.askCount)
    if unsafe !areInRange(message.bids, bidCount &+ askCount) { return fail(.numberRange) }
    let digits = unsafe header.flags.contains(.hasDigits) ? message.digits : nil
    let askDigits = unsafe digits.map { unsafe $0 + bidCount }
    if unsafe bids.fill(message.bids, digits, total: bidCount),
      unsafe asks.fill(message.asks, askDigits, total: askCount)
    {
      return judge(header)
    }
    bids.removeAll()
    asks.removeAll()
    return unsafe merge(message, header)
  }

  @_noLocks
  private mutating func merge(_ message: UnsafePointer<MarketMessage>, _ header: MarketMessage)
    -> BookResult
  {
    let bidCount = Int(header.bidCount)
    let askCount = Int(header.askCount)
    let levels = unsafe message.bids
    if unsafe !areInRange(levels, bidCount &+ askCount) { return fail(.numberRange) }
    let hasDigits = header.flags.contains(.hasDigits)
    let digits = unsafe message.digits
    let none = LevelDigits(price: 0, quantity: 0)
    var index = 0
    while index < bidCount {
      let written = unsafe hasDigits ? digits[index] : none
      if unsafe !bids.set(levels[index], written) { return fail(.bookTooDeep) }
      index &+= 1
    }
    let total = bidCount &+ askCount
    while index < total {
      let written = unsafe hasDigits ? digits[index] : none
      if unsafe !asks.set(levels[index], written) { return fail(.bookTooDeep) }
      index &+= 1
    }
    return judge(header)
  }

  /// No level of a hostile message may reach the arithmetic of the book or the indicators.
  @_noLocks
  private func areInRange(_ levels: UnsafePointer<MarketLevel>, _ count: Int) -> Bool {
    var isBad = false
    var index = 0
    while index < count {
      let level = unsafe levels[index]
      let ticks = UInt64(bitPattern: level.price.ticks &- 1)
      let lots = UInt64(bitPattern: level.quantity.lots)
      isBad =
        isBad || ticks >= UInt64(BookLimits.ticksMax) || lots > UInt64(BookLimits.lotsMax)
      index &+= 1
    }
    return !isBad
  }

  /// What holds only after the whole message: depth, checksum, crossing.
  @_noLocks
  private mutating func judge(_ header: MarketMessage) -> BookResult {
    if bids.count > BookLimits.levelsMax || asks.count > BookLimits.levelsMax {
      return fail(.bookTooDeep)
    }
    if header.flags.contains(.hasChecksum) {
      // Without digits the text cannot match: a checksum is never waved through.
      let computed = checksum.compute(bids: bids, asks: asks, tick: tick, lot: lot)
      if computed != header.checksum { return fail(.checksumMismatch) }
    }
    if bids.count > 0 && asks.count > 0
      && bids.entry(rank: 0).ticks(sign: 1) >= asks.entry(rank: 0).ticks(sign: -1)
    {
      return .fault(.crossedBook)
    }
    return .applied
  }

  @_noLocks
  private mutating func fail(_ fault: FaultCode) -> BookResult {
    reset()
    return .fault(fault)
  }
}

extension SortedBook {
  @_noLocks
  public func depth(_ side: Side) -> Int { side == .buy ? bids.count : asks.count }

  @_noLocks
  public func level(_ side: Side, at rank: Int) -> MarketLevel? {
    if rank < 0 || rank >= depth(side) { return nil }
    let entry = side == .buy ? bids.entry(rank: rank) : asks.entry(rank: rank)
    return MarketLevel(
      price: Price(ticks: entry.ticks(sign: side.sign)), quantity: Quantity(lots: entry.lots))
  }

  @_noLocks
  public func digits(_ side: Side, at rank: Int) -> LevelDigits? {
    if rank < 0 || rank >= depth(side) { return nil }
    return side == .buy ? bids.entry(rank: rank).digits : asks.entry(rank: rank).digits
  }

  @_noLocks
  public func quantity(_ side: Side, at price: Price) -> Quantity {
    Quantity(lots: side == .buy ? bids.lots(ticks: price.ticks) : asks.lots(ticks: price.ticks))
  }

  @_noLocks
  public func top(_ side: Side, into output: inout MutableSpan<MarketLevel>) -> Int {
    let depth = depth(side)
    let count = depth < output.count ? depth : output.count
    var rank = 0
    while rank < count {
      let entry = side == .buy ? bids.entry(rank: rank) : asks.entry(rank: rank)
      output[rank] = MarketLevel(
        price: Price(ticks: entry.ticks(sign: side.sign)), quantity: Quantity(lots: entry.lots))
      rank &+= 1
    }
    return count
  }
}
