// Money in a currency's own precision, 128 bits wide; both planes.

/// `units × 10^-decimals` of one currency. Addition aligns decimals and never rounds.
@frozen
public struct Amount: Hashable, Sendable, BitwiseCopyable {
  public var units: Int128
  public var decimals: UInt8

  @inlinable public init(units: Int128, decimals: UInt8) {
    self.units = units
    self.decimals = decimals
  }
  @inlinable public init(_ number: DecimalNumber) {
    self.init(units: Int128(number.mantissa), decimals: number.decimals)
  }
  @inlinable public static var zero: Amount { Amount(units: 0, decimals: 0) }

  /// The same value written with `target` decimals (no fewer than now), or nil on overflow.
  @inlinable
  public func rescaled(to target: UInt8) -> Amount? {
    if target < decimals { return nil }
    var units = units
    var left = target &- decimals
    while left > 0 {
      let (product, overflowed) = units.multipliedReportingOverflow(by: 10)
      if overflowed { return nil }
      units = product
      left &-= 1
    }
    return Amount(units: units, decimals: target)
  }

  /// Exact sum, or `.overflow`.
  @inlinable
  public func adding(_ other: Amount) throws(DecimalError) -> Amount {
    let decimals = max(self.decimals, other.decimals)
    guard let a = rescaled(to: decimals), let b = other.rescaled(to: decimals) else {
      throw .overflow
    }
    let (sum, overflowed) = a.units.addingReportingOverflow(b.units)
    if overflowed { throw .overflow }
    return Amount(units: sum, decimals: decimals)
  }

  @inlinable public var negated: Amount { Amount(units: 0 &- units, decimals: decimals) }

  /// Exact product with a decimal, or `.overflow`.
  @inlinable
  public func multiplied(by factor: DecimalNumber) throws(DecimalError) -> Amount {
    let (product, overflowed) = units.multipliedReportingOverflow(by: Int128(factor.mantissa))
    let (places, carried) = decimals.addingReportingOverflow(factor.decimals)
    if overflowed || carried { throw .overflow }
    return Amount(units: product, decimals: places)
  }

  /// Rounds towards zero to `target` decimals: what a venue that truncates does.
  @inlinable
  public func truncated(to target: UInt8) -> Amount {
    if target >= decimals { return self }
    var units = units
    var left = decimals &- target
    while left > 0 {
      units /= 10
      left &-= 1
    }
    return Amount(units: units, decimals: target)
  }

  /// The same value without trailing zeros after the point.
  @inlinable public var normalized: Amount {
    var copy = self
    while copy.decimals > 0 && copy.units % 10 == 0 {
      copy.units /= 10
      copy.decimals &-= 1
    }
    return copy
  }

  /// Compares values, whatever their decimals; nil where alignment overflows.
  @inlinable
  public func isLess(than other: Amount) -> Bool? {
    let decimals = max(self.decimals, other.decimals)
    guard let a = rescaled(to: decimals), let b = other.rescaled(to: decimals) else { return nil }
    return a.units < b.units
  }
}

extension Amount: CustomStringConvertible {
  /// Plain notation with exactly `decimals` digits after the point. Control plane only: allocates.
  public var description: String {
    let digits = String(units.magnitude)
    let sign = units < 0 ? "-" : ""
    if decimals == 0 { return sign + digits }
    let places = Int(decimals)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let split = padded.index(padded.endIndex, offsetBy: -places)
    return sign + padded[..<split] + "." + padded[split...]
  }

  /// Parses plain notation of what fits 127 bits, with at most 255 decimals. Control plane only.
  public init?(_ text: some StringProtocol) {
    var units: Int128 = 0
    var decimals: UInt8 = 0
    var seenPoint = false
    var digits = 0
    var negative = false
    for (index, byte) in text.utf8.enumerated() {
      if byte == 0x2D && index == 0 {
        negative = true
      } else if byte == 0x2E && !seenPoint && digits > 0 {
        seenPoint = true
      } else if byte >= 0x30 && byte <= 0x39 {
        let (product, overflowed) = units.multipliedReportingOverflow(by: 10)
        let (sum, carried) = product.addingReportingOverflow(Int128(byte - 0x30))
        if overflowed || carried { return nil }
        units = sum
        digits += 1
        if seenPoint {
          if decimals == .max { return nil }
          decimals += 1
        }
      } else {
        return nil
      }
    }
    if digits == 0 || (seenPoint && decimals == 0) { return nil }
    self.init(units: negative ? -units : units, decimals: decimals)
  }
}
