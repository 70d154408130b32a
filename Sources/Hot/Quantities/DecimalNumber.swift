// Exact decimal text ↔ integers, allocation-free: the only way numbers enter or leave the product; hot plane.

/// Why a decimal text was refused.
@frozen
public enum DecimalError: UInt8, Error, Sendable, BitwiseCopyable {
  /// Empty, or a byte that is no digit, one point, or a leading minus.
  case malformed = 1
  /// More digits than 64 bits hold, or a product that left its range.
  case overflow = 2
  /// Not a whole multiple of the increment asked for.
  case offIncrement = 3
}

/// `mantissa × 10^-decimals`, exactly as written: trailing zeros are kept in `decimals`.
@frozen
public struct DecimalNumber: Hashable, Sendable, BitwiseCopyable {
  public var mantissa: Int64
  public var decimals: UInt8

  @inlinable public init(mantissa: Int64, decimals: UInt8) {
    self.mantissa = mantissa
    self.decimals = decimals
  }

  /// Most digits after the point that a text may carry.
  @inlinable public static var decimalsMax: UInt8 { 36 }

  /// Parses plain notation (`-?[0-9]+(\.[0-9]+)?`); no exponent, no plus sign, no blanks. Over raw bytes,
  /// because a caller without locks may hold no `Span` of them (see Wire's scanner).
  @unsafe @inlinable
  public static func parse(_ text: UnsafeRawBufferPointer) throws(DecimalError) -> DecimalNumber {
    var index = 0
    let count = text.count
    var negative = false
    if count > 0 && (unsafe text[0]) == 0x2D {
      negative = true
      index = 1
    }
    var mantissa: UInt64 = 0
    var decimals: UInt8 = 0
    var seenPoint = false
    var digits = 0
    while index < count {
      let byte = unsafe text[index]
      if byte == 0x2E {
        if seenPoint || digits == 0 || index + 1 == count { throw .malformed }
        seenPoint = true
      } else {
        let digit = byte &- 0x30
        if digit > 9 { throw .malformed }
        let (product, overflowed) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
        if overflowed || carried || sum > UInt64(Int64.max) { throw .overflow }
        mantissa = sum
        digits &+= 1
        if seenPoint {
          if decimals == decimalsMax { throw .overflow }
          decimals &+= 1
        }
      }
      index &+= 1
    }
    if digits == 0 { throw .malformed }
    let signed = Int64(mantissa)
    return DecimalNumber(mantissa: negative ? -signed : signed, decimals: decimals)
  }

  /// The same of a span.
  @inlinable
  public static func parse(_ text: Span<UInt8>) throws(DecimalError) -> DecimalNumber {
    // SAFETY: the bytes outlive the closure, which keeps nothing of them.
    try unsafe text.withUnsafeBytes { bytes throws(DecimalError) in try unsafe parse(bytes) }
  }

  /// How many whole `increment`s this number is. Throws `.offIncrement` when it is not a multiple.
  @inlinable
  public func units(of increment: Increment) throws(DecimalError) -> Int64 {
    if increment.mantissa <= 0 { throw .offIncrement }
    // value / increment = mantissa × 10^(increment.decimals - decimals) / increment.mantissa
    var numerator = mantissa
    if increment.decimals >= decimals {
      let places = increment.decimals &- decimals
      guard let power = powerOfTen(places) else { return try wideUnits(of: increment, places) }
      let (scaled, overflowed) = numerator.multipliedReportingOverflow(by: power)
      if overflowed { return try wideUnits(of: increment, places) }
      numerator = scaled
    } else {
      guard let power = powerOfTen(decimals &- increment.decimals) else {
        if mantissa == 0 { return 0 }
        throw .offIncrement
      }
      let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: power)
      if remainder != 0 { throw .offIncrement }
      numerator = quotient
    }
    if increment.mantissa == 1 { return numerator }
    let (units, remainder) = numerator.quotientAndRemainder(dividingBy: increment.mantissa)
    if remainder != 0 { throw .offIncrement }
    return units
  }

  /// `units` where `mantissa × 10^places` leaves 64 bits, though the quotient may not. What leaves even
  /// 128 bits has a quotient of at least 2^64, because `increment.mantissa` has 63.
  @inlinable
  func wideUnits(of increment: Increment, _ places: UInt8) throws(DecimalError) -> Int64 {
    if mantissa == 0 { return 0 }
    var numerator = Int128(mantissa)
    var left = places
    while left > 0 {
      let (product, overflowed) = numerator.multipliedReportingOverflow(by: 10)
      if overflowed { throw .overflow }
      numerator = product
      left &-= 1
    }
    let (units, remainder) = numerator.quotientAndRemainder(
      dividingBy: Int128(increment.mantissa))
    if remainder != 0 { throw .offIncrement }
    if units > Int128(Int64.max) || units < Int128(Int64.min) { throw .overflow }
    return Int64(truncatingIfNeeded: units)
  }

  /// The same value without trailing zeros after the point.
  @inlinable public var normalized: DecimalNumber {
    var copy = self
    while copy.decimals > 0 && copy.mantissa % 10 == 0 {
      copy.mantissa /= 10
      copy.decimals &-= 1
    }
    return copy
  }
}

/// A positive step: a tick or lot size, or a contract value. `mantissa × 10^-decimals`.
public typealias Increment = DecimalNumber

/// 10^exponent, or nil where it leaves Int64.
@inlinable
public func powerOfTen(_ exponent: UInt8) -> Int64? {
  if exponent > 18 { return nil }
  var power: Int64 = 1
  var left = exponent
  while left > 0 {
    power &*= 10
    left &-= 1
  }
  return power
}

extension DecimalNumber {
  /// `units × increment` as a decimal, or nil where the mantissa leaves Int64.
  @inlinable
  public static func of(units: Int64, increment: Increment) -> DecimalNumber? {
    let (mantissa, overflowed) = units.multipliedReportingOverflow(by: increment.mantissa)
    return overflowed ? nil : DecimalNumber(mantissa: mantissa, decimals: increment.decimals)
  }

  /// Bytes that `write` may need: sign, 19 digits or `decimalsMax` + 1, point.
  @inlinable public static var textBytesMax: Int { 40 }

  /// Writes plain notation with exactly `decimals` digits after the point; returns the byte count.
  /// `output` holds at least `textBytesMax` bytes.
  @inlinable
  public func write(into output: inout MutableSpan<UInt8>, at start: Int) -> Int {
    precondition(output.count - start >= DecimalNumber.textBytesMax)
    var position = start
    if mantissa < 0 {
      output[position] = 0x2D
      position += 1
    }
    let magnitude = mantissa.magnitude
    var digits = 1
    var bound: UInt64 = 10
    while digits < 20 && magnitude >= bound {
      digits += 1
      let (next, overflowed) = bound.multipliedReportingOverflow(by: 10)
      if overflowed { break }
      bound = next
    }
    let places = Int(decimals)
    let total = digits > places ? digits : places + 1
    var left = magnitude
    var index = total - 1
    while index >= 0 {
      let shift = places > 0 && index >= total - places ? 1 : 0
      output[position + index + shift] = 0x30 &+ UInt8(truncatingIfNeeded: left % 10)
      left /= 10
      index -= 1
    }
    if places > 0 {
      output[position + total - places] = 0x2E
      position += 1
    }
    return position + total - start
  }
}

extension DecimalNumber: CustomStringConvertible {
  /// Control plane only: allocates.
  public var description: String {
    let digits = String(mantissa.magnitude)
    let sign = mantissa < 0 ? "-" : ""
    if decimals == 0 { return sign + digits }
    let places = Int(decimals)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let split = padded.index(padded.endIndex, offsetBy: -places)
    return sign + padded[..<split] + "." + padded[split...]
  }

  /// Control plane only. Nil where `parse` would refuse.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard let parsed = try? DecimalNumber.parse(bytes.span) else { return nil }
    self = parsed
  }
}
