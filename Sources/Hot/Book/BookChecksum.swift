// OKX's legacy book checksum: CRC-32 over the exact text of the best 25 levels; hot plane.

import Quantities

/// Table and text buffer for the checksum (docs/OKX.md OKX-059); one per thread that applies books.
///
/// OKX sends the constant 0 since June 2026; books verify only non-zero values.
/// Both blocks are made at start and live until the process ends, so copies of this value are free.
@safe
public struct BookChecksum {
  // SAFETY: both blocks are allocated by `init` and never freed; the text is written and read inside
  // `compute` alone, and a thread owns the value (it is not Sendable).
  let tables: UnsafeMutablePointer<UInt32>
  let text: UnsafeMutablePointer<UInt8>

  /// Sign, 19 digits, point, 36 zeros and separator, for 2 sides × 25 levels × 2 numbers.
  static var textBytesMax: Int { 4 * BookLimits.checksumLevels * numberBytesMax }
  static var numberBytesMax: Int { 64 }

  /// Allocates about 15 kB.
  public init() {
    unsafe tables = .allocate(capacity: 8 * 256)
    unsafe text = .allocate(capacity: BookChecksum.textBytesMax)
    unsafe text.initialize(repeating: 0, count: BookChecksum.textBytesMax)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
      unsafe (tables + index).initialize(to: value)
    }
    for slice in 1..<8 {
      for index in 0..<256 {
        let previous = unsafe tables[(slice - 1) * 256 + index]
        unsafe (tables + slice * 256 + index).initialize(
          to: tables[Int(previous & 0xFF)] ^ (previous >> 8))
      }
    }
  }

  /// The checksum of `book` as OKX sends it, signed. Nil when a level's text cannot be rebuilt.
  @_noLocks
  func compute(
    bids: borrowing LadderSide, asks: borrowing LadderSide, tick: Increment, lot: Increment
  ) -> Int32? {
    var length = 0
    var rank = 0
    var bid = BookEntry(key: 0, lots: 0, digits: LevelDigits(price: 0, quantity: 0))
    var ask = bid
    while rank < BookLimits.checksumLevels {
      if rank < bids.count {
        bid = rank == 0 ? bids.first : bids.following(bid, rank: rank)
        if !append(bid.ticks(sign: 1), tick, bid.digits.price, at: &length) { return nil }
        if !append(bid.lots, lot, bid.digits.quantity, at: &length) { return nil }
      }
      if rank < asks.count {
        ask = rank == 0 ? asks.first : asks.following(ask, rank: rank)
        if !append(ask.ticks(sign: -1), tick, ask.digits.price, at: &length) { return nil }
        if !append(ask.lots, lot, ask.digits.quantity, at: &length) { return nil }
      }
      rank &+= 1
    }
    // Without the separator behind the last number.
    return Int32(bitPattern: crc(length > 0 ? length &- 1 : 0))
  }

  /// Writes `units × increment` with exactly `places` digits after the point, then ":".
  @_noLocks
  func append(_ units: Int64, _ increment: Increment, _ places: UInt8, at length: inout Int)
    -> Bool
  {
    if places > DecimalNumber.decimalsMax { return false }
    let (product, overflowed) = units.multipliedReportingOverflow(by: increment.mantissa)
    if overflowed || product < 0 { return false }
    var mantissa = UInt64(product)
    if places < increment.decimals {
      guard let power = powerOfTen(increment.decimals &- places) else { return false }
      let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: UInt64(power))
      if remainder != 0 { return false }
      mantissa = quotient
    } else if places > increment.decimals && mantissa != 0 {
      guard let power = powerOfTen(places &- increment.decimals) else { return false }
      let (scaled, overflowed) = mantissa.multipliedReportingOverflow(by: UInt64(power))
      if overflowed { return false }
      mantissa = scaled
    }
    var digits = 1
    var bound: UInt64 = 10
    while digits < 20 && mantissa >= bound {
      digits &+= 1
      let (next, overflowed) = bound.multipliedReportingOverflow(by: 10)
      if overflowed { break }
      bound = next
    }
    let fraction = Int(places)
    let total = digits > fraction ? digits : fraction &+ 1
    let end = length &+ total &+ (fraction > 0 ? 1 : 0)
    var position = end
    var index = 0
    while index < total {
      if index == fraction && fraction > 0 {
        position &-= 1
        unsafe text[position] = 0x2E
      }
      position &-= 1
      let (quotient, digit) = mantissa.quotientAndRemainder(dividingBy: 10)
      unsafe text[position] = 0x30 &+ UInt8(truncatingIfNeeded: digit)
      mantissa = quotient
      index &+= 1
    }
    unsafe text[end] = 0x3A
    length = end &+ 1
    return true
  }

  /// CRC-32 (IEEE 802.3, reflected) of the first `count` bytes of the text, eight bytes a step.
  @_noLocks
  func crc(_ count: Int) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    var index = 0
    while index &+ 8 <= count {
      let word = unsafe UnsafeRawPointer(text + index).loadUnaligned(as: UInt64.self)
      let low = value ^ UInt32(truncatingIfNeeded: word)
      let high = UInt32(truncatingIfNeeded: word >> 32)
      value =
        unsafe tables[7 &* 256 &+ Int(low & 0xFF)]
        ^ tables[6 &* 256 &+ Int((low >> 8) & 0xFF)]
        ^ tables[5 &* 256 &+ Int((low >> 16) & 0xFF)]
        ^ tables[4 &* 256 &+ Int(low >> 24)]
        ^ tables[3 &* 256 &+ Int(high & 0xFF)]
        ^ tables[2 &* 256 &+ Int((high >> 8) & 0xFF)]
        ^ tables[256 &+ Int((high >> 16) & 0xFF)]
        ^ tables[Int(high >> 24)]
      index &+= 8
    }
    while index < count {
      let byte = unsafe UInt32(text[index])
      value = unsafe tables[Int((value ^ byte) & 0xFF)] ^ (value >> 8)
      index &+= 1
    }
    return ~value
  }
}
