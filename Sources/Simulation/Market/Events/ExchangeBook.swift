// The simulated exchange's own book of one instrument: naive, sorted arrays; simulation.

import Quantities

public struct ExchangeBook: Sendable, Equatable {
  public private(set) var specification: InstrumentSpecification
  /// Worst first, so that changes near the best are cheap.
  public internal(set) var bids: [BookLevel] = []
  public internal(set) var asks: [BookLevel] = []
  public internal(set) var seqId: Int64 = 0
  public internal(set) var exchangeTime: Int64 = 0
  /// False until the first snapshot.
  public internal(set) var isReady = false
  /// The last message came with a checksum, so snapshots of ours carry one as well.
  public internal(set) var hasChecksums = false

  public init(_ specification: InstrumentSpecification) { self.specification = specification }

  public var bestBid: BookLevel? { bids.last }
  public var bestAsk: BookLevel? { asks.last }

  /// At most `depth` levels, best first.
  public func top(_ side: Side, _ depth: Int = 400) -> [BookLevel] {
    Array((side == .buy ? bids : asks).suffix(depth).reversed())
  }

  public func level(_ side: Side, at price: Price) -> BookLevel? {
    let levels = side == .buy ? bids : asks
    let index = ExchangeBook.position(levels, side, price)
    return index < levels.count && levels[index].price == price ? levels[index] : nil
  }

  /// The instrument is another from now on: what is counted goes over to its grid.
  public mutating func change(to specification: InstrumentSpecification, _ grid: GridChange) {
    self.specification = specification
    if grid.isNone { return }
    for index in bids.indices { bids[index].change(to: grid) }
    for index in asks.indices { asks[index].change(to: grid) }
  }

  /// Trades and other frames change nothing.
  public mutating func apply(_ event: MarketEvent) {
    if !event.isBook { return }
    if event.kind == .snapshot {
      bids.removeAll(keepingCapacity: true)
      asks.removeAll(keepingCapacity: true)
      isReady = true
    }
    for level in event.bids { ExchangeBook.set(level, .buy, &bids) }
    for level in event.asks { ExchangeBook.set(level, .sell, &asks) }
    seqId = event.seqId
    exchangeTime = event.exchangeTime
    if event.kind != .heartbeat { hasChecksums = event.checksum != 0 }
  }

  /// First index whose level is not worse than `price`.
  static func position(_ levels: [BookLevel], _ side: Side, _ price: Price) -> Int {
    var low = 0
    var high = levels.count
    while low < high {
      let middle = (low + high) / 2
      let held = levels[middle].price
      let isWorse = side == .buy ? held < price : price < held
      if isWorse { low = middle + 1 } else { high = middle }
    }
    return low
  }

  static func set(_ level: BookLevel, _ side: Side, _ levels: inout [BookLevel]) {
    let index = position(levels, side, level.price)
    let exists = index < levels.count && levels[index].price == level.price
    if level.quantity.lots == 0 {
      if exists { levels.remove(at: index) }
    } else if exists {
      levels[index] = level
    } else {
      levels.insert(level, at: index)
    }
  }

  /// The lines `b,PRICE,SIZE` then `a,PRICE,SIZE`, best first, each ended by a newline, decimals in plain
  /// notation without trailing zeros. The book's digest is the SHA-256 of these bytes.
  public var digestLines: [UInt8] {
    var output: [UInt8] = []
    for (name, levels) in [(UInt8(0x62), bids), (0x61, asks)] {
      for level in levels.reversed() {
        output.append(name)
        output.append(0x2C)
        output.append(decimal: specification.decimal(price: level.price).normalized)
        output.append(0x2C)
        output.append(decimal: specification.decimal(quantity: level.quantity).normalized)
        output.append(0x0A)
      }
    }
    return output
  }

  /// OKX's legacy checksum over the texts last received (docs/OKX.md OKX-059).
  public var checksum: Int32 { checksum(of: top(.buy, 25), top(.sell, 25)) }

  /// Of the same instrument's levels as somebody sees them, best first.
  func checksum(of bids: [BookLevel], _ asks: [BookLevel]) -> Int32 {
    var text: [UInt8] = []
    for index in 0..<25 {
      for levels in [bids, asks] where index < levels.count {
        if !text.isEmpty { text.append(0x3A) }
        text.append(price: levels[index], specification)
        text.append(0x3A)
        text.append(quantity: levels[index], specification)
      }
    }
    return Int32(bitPattern: crc32(text))
  }
}

extension [UInt8] {
  /// The level's price in its own digits.
  mutating func append(price level: BookLevel, _ specification: InstrumentSpecification) {
    append(
      decimal: restored(specification.decimal(price: level.price), digits: level.priceDigits))
  }
  mutating func append(quantity level: BookLevel, _ specification: InstrumentSpecification) {
    append(
      decimal: restored(
        specification.decimal(quantity: level.quantity), digits: level.quantityDigits))
  }
}

/// The same value with exactly `digits` after the point.
private func restored(_ number: DecimalNumber, digits: UInt8) -> DecimalNumber {
  var number = number
  while number.decimals > digits && number.mantissa % 10 == 0 {
    number.mantissa /= 10
    number.decimals -= 1
  }
  while number.decimals < digits {
    let (mantissa, overflowed) = number.mantissa.multipliedReportingOverflow(by: 10)
    if overflowed { return number }
    number.mantissa = mantissa
    number.decimals += 1
  }
  return number
}

/// CRC-32 (IEEE), bit by bit: the naive form, independent of the client's table.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  return ~crc
}
