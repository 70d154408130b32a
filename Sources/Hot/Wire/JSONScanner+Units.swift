// Quoted decimals straight to whole ticks or lots, branch-poor and exact; pure, hot plane.

import Quantities

/// An increment prepared for `JSONScanner.units`: made once per instrument at start.
@frozen
public struct UnitScale: Sendable, BitwiseCopyable {
  public let increment: Increment
  @usableFromInline let isPowerOfTen: Bool

  @inlinable
  public init(_ increment: Increment) {
    self.increment = increment
    isPowerOfTen = increment.mantissa == 1
  }
}

/// A quoted decimal read as whole increments.
@frozen
public struct UnitText: Sendable, BitwiseCopyable {
  public var units: Int64
  /// Offset of the byte after the closing quote, or -1 where the fast path does not apply.
  public var next: Int
  /// Digits after the point in the text.
  public var decimals: UInt8

  @inlinable
  public init(units: Int64, next: Int, decimals: UInt8) {
    self.units = units
    self.next = next
    self.decimals = decimals
  }
  @inlinable public static var notFast: UnitText { UnitText(units: 0, next: -1, decimals: 0) }
}

/// 10^0 … 10^15 in memory fixed at start: `units` multiplies by one of them.
@safe @frozen
public struct PowerTable: ~Copyable, @unchecked Sendable {
  // SAFETY: written by `init` alone, freed by `deinit`, indexed below `count` only.
  @usableFromInline let powers: UnsafeMutablePointer<Int64>
  @inlinable public static var count: Int { 16 }

  public init() {
    unsafe powers = .allocate(capacity: PowerTable.count)
    var power: Int64 = 1
    for index in 0..<PowerTable.count {
      unsafe (powers + index).initialize(to: power)
      power *= 10
    }
  }
  deinit { unsafe powers.deallocate() }
}

extension JSONScanner {
  /// Bytes that must follow `start` for `units` to try.
  @inlinable public static var unitsReach: Int { 16 }

  /// Reads the decimal that starts at `start`, just after its opening quote, and ends at a quote
  /// within 16 bytes: `DecimalNumber.parse(text).units(of: scale.increment)` where that is cheap,
  /// `.notFast` for everything else (longer, negative, finer than the increment, off it, malformed).
  /// The caller has checked `0 <= start <= count - unitsReach`.
  @inlinable @inline(__always)
  public func units(at start: Int, _ scale: UnitScale, _ powers: borrowing PowerTable) -> UnitText {
    let low = word(at: start)
    let quote = ByteWord.equal(low, to: 0x22)
    if quote == 0 { return longUnits(at: start, low, scale, powers) }
    // Bit positions; the hit is bit 7 of its byte.
    let endBit = UInt64(truncatingIfNeeded: quote.trailingZeroBitCount &- 7)
    let point = ByteWord.equal(low, to: 0x2E) & ((1 &<< endBit) &- 1)
    let hasPoint = point != 0
    let pointBit = hasPoint ? UInt64(truncatingIfNeeded: point.trailingZeroBitCount &- 7) : endBit
    let whole: UInt64 = (1 &<< pointBit) &- 1
    // The point squeezed out; then right-aligned, so that absent digits are leading zeros.
    let squeezed = hasPoint ? (low & whole) | ((low &>> 8) & ~whole) : low
    let digitBits = hasPoint ? endBit &- 8 : endBit
    if digitBits == 0 || pointBit == 0 || (hasPoint && pointBit &+ 8 == endBit) { return .notFast }
    let digits = (squeezed ^ 0x3030_3030_3030_3030) &<< (64 &- digitBits)
    if (digits | (digits &+ 0x7676_7676_7676_7676)) & ByteWord.highs != 0 { return .notFast }
    let decimals = (digitBits &- pointBit) &>> 3
    return scaled(
      Int64(truncatingIfNeeded: eightDigits(digits)), decimals,
      start &+ Int(truncatingIfNeeded: endBit &>> 3), scale, powers)
  }

  /// The same for texts of 8 to 15 bytes.
  @inlinable @inline(__always)
  func longUnits(at start: Int, _ low: UInt64, _ scale: UnitScale, _ powers: borrowing PowerTable)
    -> UnitText
  {
    let high = word(at: start &+ 8)
    let quote = ByteWord.equal(high, to: 0x22)
    if quote == 0 { return .notFast }
    let endBit = UInt64(truncatingIfNeeded: quote.trailingZeroBitCount &- 7) &+ 64
    let both = UInt128(high) &<< 64 | UInt128(low)
    let lowPoint = ByteWord.equal(low, to: 0x2E)
    let highPoint = ByteWord.equal(high, to: 0x2E) & ((1 &<< (endBit &- 64)) &- 1)
    let hasPoint = (lowPoint | highPoint) != 0
    var pointBit = endBit
    if lowPoint != 0 {
      pointBit = UInt64(truncatingIfNeeded: lowPoint.trailingZeroBitCount &- 7)
    } else if highPoint != 0 {
      pointBit = UInt64(truncatingIfNeeded: highPoint.trailingZeroBitCount &- 7) &+ 64
    }
    let whole: UInt128 = (1 &<< UInt128(pointBit)) &- 1
    let squeezed = hasPoint ? (both & whole) | ((both &>> 8) & ~whole) : both
    let digitBits = hasPoint ? endBit &- 8 : endBit
    if pointBit == 0 || (hasPoint && pointBit &+ 8 == endBit) { return .notFast }
    let zeros = UInt128(0x3030_3030_3030_3030) &* 0x1_0000_0000_0000_0001
    let digits = (squeezed ^ zeros) &<< UInt128(128 &- digitBits)
    let leading = UInt64(truncatingIfNeeded: digits)
    let trailing = UInt64(truncatingIfNeeded: digits &>> 64)
    let bad =
      leading | (leading &+ 0x7676_7676_7676_7676) | trailing
      | (trailing &+ 0x7676_7676_7676_7676)
    if bad & ByteWord.highs != 0 { return .notFast }
    let mantissa = eightDigits(leading) &* 100_000_000 &+ eightDigits(trailing)
    return scaled(
      Int64(truncatingIfNeeded: mantissa), (digitBits &- pointBit) &>> 3,
      start &+ Int(truncatingIfNeeded: endBit &>> 3), scale, powers)
  }

  /// Eight digit values, most significant in the lowest byte, as one number (Lemire, simdjson).
  @inlinable @inline(__always)
  func eightDigits(_ digits: UInt64) -> UInt64 {
    let pairs = (digits &* 10) &+ (digits &>> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) &>> 32
  }

  @inlinable @inline(__always)
  func scaled(
    _ mantissa: Int64, _ decimals: UInt64, _ quote: Int, _ scale: UnitScale,
    _ powers: borrowing PowerTable
  ) -> UnitText {
    let missing = UInt64(scale.increment.decimals) &- decimals
    if missing >= UInt64(PowerTable.count) { return .notFast }
    let (value, overflowed) = mantissa.multipliedReportingOverflow(
      by: unsafe powers.powers[Int(truncatingIfNeeded: missing)])
    if overflowed { return .notFast }
    var units = value
    if !scale.isPowerOfTen {
      if scale.increment.mantissa <= 0 { return .notFast }
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: scale.increment.mantissa)
      if remainder != 0 { return .notFast }
      units = quotient
    }
    return UnitText(
      units: units, next: quote &+ 1, decimals: UInt8(truncatingIfNeeded: decimals))
  }
}
