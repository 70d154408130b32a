// Quoted decimals straight to whole ticks or lots, branch-poor and exact; pure, hot plane.

import Quantities

/// An increment prepared for `JSONScanner.units`: made once per instrument at start.
@frozen
public struct UnitScale: Sendable, BitwiseCopyable {
  public let increment: Increment
  /// 10^decimals.
  @usableFromInline let power: UInt64
  /// Decimals in bits of digit bytes.
  @usableFromInline let decimalBits: UInt64
  /// A power of ten of at most eight decimals: `units` applies, else `wideUnits`.
  public let isNarrow: Bool

  @inlinable
  public init(_ increment: Increment) {
    self.increment = increment
    isNarrow = increment.decimals <= 8 && increment.mantissa == 1
    power = isNarrow ? UInt64(truncatingIfNeeded: powerOfTen(increment.decimals) ?? 1) : 1
    decimalBits = isNarrow ? 8 &* UInt64(increment.decimals) : 0
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

  /// 10^exponent; the caller keeps `exponent` in `0..<count`.
  @inlinable
  public subscript(exponent: Int) -> Int64 {
    assert(exponent >= 0 && exponent < PowerTable.count)
    return unsafe powers[exponent]
  }
}

extension JSONScanner {
  /// Bytes from `start` on that `units` may read.
  @inlinable public static var unitsReach: Int { 18 }

  /// Reads the decimal that starts at `start`, just after its opening quote:
  /// `DecimalNumber.parse(text).units(of: scale.increment)` where that is cheap, `.notFast` for
  /// everything else (longer, negative, finer than the increment, malformed).
  /// The caller has checked `0 <= start <= count - unitsReach` and `scale.isNarrow`.
  ///
  /// Whole part and fraction are a word each, at most eight digits; no branch depends on lengths.
  /// The first byte of a word that is no digit ends it: a point before the fraction, a quote after.
  /// Without a point the fraction is the empty one at the quote itself.
  @inlinable @inline(__always)
  public func units(at start: Int, _ scale: UnitScale) -> UnitText {
    let values = word(at: start) ^ 0x3030_3030_3030_3030
    let others = ByteWord.notDigits(values)
    let wholeCount = others.trailingZeroBitCount &>> 3
    let hasPoint = byte(at: start &+ wholeCount) == 0x2E ? 1 : 0
    let behind = start &+ wholeCount &+ hasPoint
    let fraction = word(at: behind) ^ 0x3030_3030_3030_3030
    let ends = ByteWord.notDigits(fraction)
    let count = ends.trailingZeroBitCount &>> 3
    let quote = behind &+ count
    let wholeBits = UInt64(truncatingIfNeeded: wholeCount &* 8)
    if byte(at: quote) != 0x22 || wholeCount == 0 || (count == 0) == (hasPoint == 1)
      || UInt64(truncatingIfNeeded: count &* 8) > scale.decimalBits
    {
      return .notFast
    }
    // Whole digits right-aligned; the fraction's digits left-aligned, zeros behind its end.
    let whole = values &<< (0 &- wholeBits)
    let part = fraction & (((ends & (0 &- ends)) &>> 7) &- 1)
    let units: UInt64
    if wholeBits &+ scale.decimalBits <= 64 && scale.decimalBits != 0 {
      // Both fit one word: the whole part makes room for the decimals.
      units = eightDigits(whole &>> scale.decimalBits | part &<< (0 &- scale.decimalBits))
    } else if scale.decimalBits == 0 {
      units = eightDigits(whole)
    } else {
      units =
        eightDigits(whole) &* scale.power &+ eightDigits(part &<< (0 &- scale.decimalBits))
    }
    return UnitText(
      units: Int64(truncatingIfNeeded: units), next: quote &+ 1,
      decimals: UInt8(truncatingIfNeeded: count))
  }

  /// The same for any increment, up to seven digits and a point in the first word and up to seven
  /// digits behind it: prices of many decimals, such as 0.00000074408, and ticks such as 0.5.
  @_noLocks
  @inline(never)
  public func wideUnits(at start: Int, _ scale: UnitScale, _ powers: borrowing PowerTable)
    -> UnitText
  {
    let values = word(at: start) ^ 0x3030_3030_3030_3030
    let others = ByteWord.notDigits(values)
    // The byte of the first hit, from its lowest bit; and the bits below it.
    let whole = ((others & (0 &- others)) &>> 7) &- 1
    let firstBit = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) &- 7
    let rest = others & (others &- 1)
    // Digits with the point squeezed out.
    let squeezed = (values & whole) | ((values &>> 8) & ~whole)
    let mark = (values &>> (firstBit & 63)) & 0xFF
    if mark == ByteWord.quoteValue {
      if firstBit == 0 { return .notFast }
      let mantissa = eightDigits(squeezed &<< (0 &- firstBit))
      return scaled(mantissa, 0, start &+ Int(truncatingIfNeeded: firstBit &>> 3), scale, powers)
    }
    if mark != ByteWord.pointValue || firstBit == 0 { return .notFast }
    if rest == 0 { return longUnits(at: start, squeezed, firstBit, scale, powers) }
    let endBit = UInt64(truncatingIfNeeded: rest.trailingZeroBitCount) &- 7
    if (values &>> endBit) & 0xFF != ByteWord.quoteValue || endBit == firstBit &+ 8 {
      return .notFast
    }
    let mantissa = eightDigits(squeezed &<< (72 &- endBit))
    let decimals = (endBit &- firstBit &- 8) &>> 3
    return scaled(
      mantissa, decimals, start &+ Int(truncatingIfNeeded: endBit &>> 3), scale, powers)
  }

  /// `wideUnits` where seven digits and the point fill the first word: up to seven more follow.
  @_noLocks
  func longUnits(
    at start: Int, _ squeezed: UInt64, _ pointBit: UInt64, _ scale: UnitScale,
    _ powers: borrowing PowerTable
  ) -> UnitText {
    let values = word(at: start &+ 8) ^ 0x3030_3030_3030_3030
    let others = ByteWord.notDigits(values)
    if others == 0 { return .notFast }
    let endBit = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) &- 7
    if (values &>> endBit) & 0xFF != ByteWord.quoteValue { return .notFast }
    if endBit == 0 && pointBit == 56 { return .notFast }
    let leading = eightDigits(squeezed &<< 8)
    // endBit is at most 56: two shifts, as one by 64 would shift by nothing.
    let trailing = eightDigits((values &<< 8) &<< (56 &- endBit))
    let more = Int(truncatingIfNeeded: endBit &>> 3)
    let mantissa = leading &* UInt64(truncatingIfNeeded: powers[more]) &+ trailing
    let decimals = (endBit &+ 56 &- pointBit) &>> 3
    return scaled(mantissa, decimals, start &+ 8 &+ more, scale, powers)
  }

  /// Eight digit values, most significant in the lowest byte, as one number (Lemire, simdjson).
  @inlinable @inline(__always)
  func eightDigits(_ digits: UInt64) -> UInt64 {
    let pairs = (digits &* 10) &+ (digits &>> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) &>> 32
  }

  @_noLocks
  func scaled(
    _ mantissa: UInt64, _ decimals: UInt64, _ quote: Int, _ scale: UnitScale,
    _ powers: borrowing PowerTable
  ) -> UnitText {
    let missing = UInt64(scale.increment.decimals) &- decimals
    if missing >= UInt64(PowerTable.count) { return .notFast }
    let (value, overflowed) = Int64(truncatingIfNeeded: mantissa).multipliedReportingOverflow(
      by: powers[Int(truncatingIfNeeded: missing)])
    if overflowed { return .notFast }
    let units = scale.increment.mantissa == 1 ? value : multiple(value, scale)
    if units < 0 { return .notFast }
    return UnitText(units: units, next: quote &+ 1, decimals: UInt8(truncatingIfNeeded: decimals))
  }

  /// How many whole increments that are no power of ten; -1 when it is none.
  @inlinable
  func multiple(_ value: Int64, _ scale: UnitScale) -> Int64 {
    if scale.increment.mantissa <= 0 { return -1 }
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: scale.increment.mantissa)
    return remainder == 0 ? quotient : -1
  }
}
