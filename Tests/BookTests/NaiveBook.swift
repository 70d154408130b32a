// The second implementation of the book protocol: dictionaries, sorting and strings; the differential oracle.

import Book
import Quantities

struct NaiveBook: OrderBook, ~Copyable {
  struct Value: Equatable {
    var lots: Int64
    var digits: LevelDigits
  }
  var sides: [[Int64: Value]] = [[:], [:]]
  var hasSnapshot = false
  let instrument: Instrument

  init(instrument: Instrument, checksum: BookChecksum) { self.instrument = instrument }
  init(copying other: borrowing NaiveBook) {
    sides = other.sides
    hasSnapshot = other.hasSnapshot
    instrument = other.instrument
  }

  mutating func reset() {
    sides = [[:], [:]]
    hasSnapshot = false
  }

  mutating func apply(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    switch unsafe message.pointee.kind {
    case .snapshot:
      reset()
      hasSnapshot = true
    case .update, .reset:
      if !hasSnapshot { return .ignored }
    default:
      return .ignored
    }
    return unsafe take(message)
  }

  mutating func replaceTop(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    if unsafe message.pointee.kind != .bestBidOffer { return .ignored }
    reset()
    hasSnapshot = true
    return unsafe take(message)
  }

  private mutating func take(_ message: UnsafePointer<MarketMessage>) -> BookResult {
    let header = unsafe message.pointee
    let bidCount = Int(header.bidCount)
    for index in 0..<bidCount + Int(header.askCount) {
      let level = unsafe message.bids[index]
      let hasDigits = header.flags.contains(.hasDigits)
      let digits = unsafe hasDigits ? message.digits[index] : LevelDigits(price: 0, quantity: 0)
      let ticks = level.price.ticks
      if ticks < 1 || ticks > BookLimits.ticksMax || level.quantity.lots < 0
        || level.quantity.lots > BookLimits.lotsMax
      {
        return fail(.numberRange)
      }
      sides[index < bidCount ? 0 : 1][ticks] =
        level.quantity.lots == 0 ? nil : Value(lots: level.quantity.lots, digits: digits)
    }
    if sides.contains(where: { $0.count > BookLimits.levelsMax }) { return fail(.bookTooDeep) }
    if header.flags.contains(.hasChecksum) && checksum != header.checksum {
      return fail(.checksumMismatch)
    }
    return isCrossed ? .fault(.crossedBook) : .applied
  }

  private mutating func fail(_ fault: FaultCode) -> BookResult {
    reset()
    return .fault(fault)
  }

  func sorted(_ side: Side) -> [Int64] {
    side == .buy ? sides[0].keys.sorted(by: >) : sides[1].keys.sorted(by: <)
  }

  func depth(_ side: Side) -> Int { sides[side == .buy ? 0 : 1].count }

  func level(_ side: Side, at rank: Int) -> MarketLevel? {
    let prices = sorted(side)
    guard prices.indices.contains(rank) else { return nil }
    return MarketLevel(
      price: Price(ticks: prices[rank]), quantity: quantity(side, at: Price(ticks: prices[rank])))
  }

  func digits(_ side: Side, at rank: Int) -> LevelDigits? {
    let prices = sorted(side)
    guard prices.indices.contains(rank) else { return nil }
    return sides[side == .buy ? 0 : 1][prices[rank]]!.digits
  }

  func quantity(_ side: Side, at price: Price) -> Quantity {
    Quantity(lots: sides[side == .buy ? 0 : 1][price.ticks]?.lots ?? 0)
  }

  func lots(_ side: Side, best levels: Int) -> Int64 {
    allLevels(side).prefix(levels).reduce(0) { $0 + $1.lots }
  }

  func top(_ side: Side, into output: inout MutableSpan<MarketLevel>) -> Int {
    var count = 0
    for ticks in sorted(side).prefix(output.count) {
      output[count] = MarketLevel(
        price: Price(ticks: ticks), quantity: quantity(side, at: Price(ticks: ticks)))
      count += 1
    }
    return count
  }

  /// All levels at once: one sort instead of one a level.
  func allLevels(_ side: Side) -> [TestLevel] {
    let values = sides[side == .buy ? 0 : 1]
    return sorted(side).map {
      TestLevel(ticks: $0, lots: values[$0]!.lots, digits: values[$0]!.digits)
    }
  }

  /// docs/OKX.md OKX-059 by strings and one bit at a time.
  var checksum: Int32? {
    let bids = allLevels(.buy)
    let asks = allLevels(.sell)
    var parts: [String] = []
    for rank in 0..<25 {
      for levels in [bids, asks] where rank < levels.count {
        let level = levels[rank]
        guard let price = text(level.ticks, instrument.tick, level.digits.price),
          let size = text(level.lots, instrument.lot, level.digits.quantity)
        else { return nil }
        parts += [price, size]
      }
    }
    var value = UInt32.max
    for byte in parts.joined(separator: ":").utf8 {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
    }
    return Int32(bitPattern: ~value)
  }

  private func text(_ units: Int64, _ increment: Increment, _ places: UInt8) -> String? {
    var number = Amount(
      units: Int128(units) * Int128(increment.mantissa), decimals: increment.decimals)
    while number.decimals > places {
      if number.units % 10 != 0 { return nil }
      number = Amount(units: number.units / 10, decimals: number.decimals - 1)
    }
    return number.rescaled(to: places)?.description
  }
}
