// The book the product runs: a tick ladder a side in fixed memory, sorted arrays where prices are sparse; hot plane.

import Quantities

/// Two `LadderSide`s: about 150 kB, of which a run touches the lines near the best prices. Measured figures
/// stand in docs/PERFORMANCE.md.
public struct LadderBook: OrderBook, ~Copyable {
  private var bids: LadderSide
  private var asks: LadderSide
  public private(set) var hasSnapshot = false
  private var tick: Increment
  private var lot: Increment
  private let checksum: BookChecksum

  public init(instrument: Instrument, checksum: BookChecksum) {
    bids = LadderSide(.buy)
    asks = LadderSide(.sell)
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

  /// An empty book in the instrument's new ticks and lots.
  @_noLocks
  mutating func begin(_ instrument: Instrument) {
    reset()
    tick = instrument.tick
    lot = instrument.lot
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

  @_noLocks
  private mutating func replace(_ message: UnsafePointer<MarketMessage>, _ header: MarketMessage)
    -> BookResult
  {
    reset()
    let bidCount = Int(header.bidCount)
    let askCount = Int(header.askCount)
    if unsafe !areInRange(message.bids, bidCount &+ askCount) { return fail(.numberRange) }
    hasSnapshot = true
    let digits = unsafe header.flags.contains(.hasDigits) ? message.digits : nil
    let askDigits = unsafe digits.map { unsafe $0 + bidCount }
    if unsafe !bids.fill(message.bids, digits, total: bidCount)
      || !asks.fill(message.asks, askDigits, total: askCount)
    {
      return fail(.bookTooDeep)
    }
    return judge(header)
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
    bids.settle()
    asks.settle()
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
    return isCrossed ? .fault(.crossedBook) : .applied
  }

  @_noLocks
  private mutating func fail(_ fault: FaultCode) -> BookResult {
    reset()
    return .fault(fault)
  }
}

extension LadderBook {
  /// As every book's, by the sides' own best entries.
  public var isCrossed: Bool {
    @_noLocks get {
      bids.count > 0 && asks.count > 0
        && bids.first.ticks(sign: 1) >= asks.first.ticks(sign: -1)
    }
  }

  @_noLocks
  public func depth(_ side: Side) -> Int { side == .buy ? bids.count : asks.count }

  @_noLocks
  public func level(_ side: Side, at rank: Int) -> MarketLevel? {
    if rank < 0 || rank >= depth(side) { return nil }
    let entry =
      rank == 0
      ? (side == .buy ? bids.first : asks.first)
      : (side == .buy ? bids.entry(rank: rank) : asks.entry(rank: rank))
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
    if count == 0 { return 0 }
    var entry = side == .buy ? bids.first : asks.first
    var rank = 0
    while true {
      output[rank] = MarketLevel(
        price: Price(ticks: entry.ticks(sign: side.sign)), quantity: Quantity(lots: entry.lots))
      rank &+= 1
      if rank == count { return count }
      entry = side == .buy ? bids.following(entry, rank: rank) : asks.following(entry, rank: rank)
    }
  }

  @_noLocks
  public func lots(_ side: Side, best levels: Int) -> Int64 {
    let depth = depth(side)
    let count = depth < levels ? depth : levels
    if count <= 0 { return 0 }
    var entry = side == .buy ? bids.first : asks.first
    var sum = entry.lots
    var rank = 1
    while rank < count {
      entry = side == .buy ? bids.following(entry, rank: rank) : asks.following(entry, rank: rank)
      sum &+= entry.lots
      rank &+= 1
    }
    return sum
  }
}
