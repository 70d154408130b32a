// Text and numbers of an order request, eight digits at a time; hot plane.

import Quantities

/// Appends without checking room: `OrderEncoder` has seen to `bytesMax`, and the longest request
/// (three 20-digit numbers, two 40-byte decimals, a symbol, fixed text) is shorter. A test holds that.
@safe
struct OrderText: BitwiseCopyable {
  // SAFETY: `base` holds `OrderEncoder.bytesMax` bytes and outlives this value; `count` stays below.
  private let base: UnsafeMutableRawPointer
  private(set) var count = 0

  @unsafe
  init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    unsafe (base + count).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    count &+= text.utf8CodeUnitCount
  }

  @_noLocks
  mutating func append(_ symbol: Symbol) {
    var index = 0
    while index < Symbol.bytesMax {
      let byte = symbol.byte(at: index)
      if byte == 0 { return }
      append(byte: byte)
      index &+= 1
    }
  }

  @inline(__always)
  mutating func append(byte: UInt8) {
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  /// Eight decimal digits of a number below 10^8 as ASCII, the first in the lowest byte
  /// (Khuong, "How to print integers really fast").
  @inline(__always)
  static func eightDigits(_ number: UInt64) -> UInt64 {
    let fours = number / 10_000 | (number % 10_000) &<< 32
    let hundreds = ((fours &* 10_486) &>> 20) & 0x7F_0000_007F
    let twos = hundreds | (fours &- 100 &* hundreds) &<< 16
    let tens = ((twos &* 103) &>> 10) & 0x000F_000F_000F_000F
    return tens | (twos &- 10 &* tens) &<< 8 | 0x3030_3030_3030_3030
  }

  /// All eight digits, leading zeros too.
  @inline(__always)
  mutating func appendEight(_ number: UInt64) {
    let digits = OrderText.eightDigits(number).littleEndian
    unsafe base.storeBytes(of: digits, toByteOffset: count, as: UInt64.self)
    count &+= 8
  }

  /// A number below 10^8 without leading zeros.
  @inline(__always)
  mutating func appendShort(_ number: UInt64) {
    let digits = OrderText.eightDigits(number)
    let zeros = (digits & 0x0F0F_0F0F_0F0F_0F0F).trailingZeroBitCount &>> 3
    let skipped = zeros > 7 ? 7 : zeros
    let shifted = digits &>> UInt64(skipped &* 8)
    unsafe base.storeBytes(of: shifted.littleEndian, toByteOffset: count, as: UInt64.self)
    count &+= 8 &- skipped
  }

  @_noLocks
  mutating func append(_ number: UInt64) {
    let block: UInt64 = 100_000_000
    if number < block {
      appendShort(number)
    } else if number < block &* block {
      appendShort(number / block)
      appendEight(number % block)
    } else {
      let high = number / block
      appendShort(high / block)
      appendEight(high % block)
      appendEight(number % block)
    }
  }

  /// A decimal that is not negative, with exactly its `decimals` digits after the point: what
  /// `DecimalNumber.write` gives.
  @_noLocks
  mutating func append(_ number: DecimalNumber) {
    let magnitude = number.mantissa.magnitude
    if number.decimals == 0 {
      append(magnitude)
      return
    }
    // 10^19 and more exceeds every mantissa: the whole part is 0 and the fraction all of it.
    var whole: UInt64 = 0
    var fraction = magnitude
    if let power = powerOfTen(number.decimals) {
      (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt64(power))
    }
    append(whole)
    append(byte: 0x2E)
    let places = Int(number.decimals)
    var index = places &- 1
    while index >= 0 {
      let digit = 0x30 &+ UInt8(truncatingIfNeeded: fraction % 10)
      unsafe base.storeBytes(of: digit, toByteOffset: count &+ index, as: UInt8.self)
      fraction /= 10
      index &-= 1
    }
    count &+= places
  }
}
