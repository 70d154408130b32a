// Strings, numbers and literals of the JSON scanner, eight bytes at a time; pure, hot plane.

import Quantities

/// Byte-parallel tests on eight bytes of text in one register (Mycroft; Warren, Hacker's Delight, 6-1).
/// Each result has bit 7 of a byte set where the test holds; exact up to and including the first hit.
@frozen
public enum ByteWord {
  @inlinable public static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inlinable public static var highs: UInt64 { 0x8080_8080_8080_8080 }

  @inlinable
  public static func equal(_ word: UInt64, to byte: UInt8) -> UInt64 {
    let difference = word ^ (ones &* UInt64(byte))
    return (difference &- ones) & ~difference & highs
  }
  /// Of bytes already XORed with 0x30, those that are no digit; exact up to and including the first
  /// hit of 0x8A or more, and so for the points and quotes before it.
  @inlinable
  public static func notDigits(_ values: UInt64) -> UInt64 {
    (values | (values &+ 0x7676_7676_7676_7676)) & highs
  }
  /// What a quote and a point become by that XOR.
  @inlinable public static var quoteValue: UInt64 { 0x12 }
  @inlinable public static var pointValue: UInt64 { 0x1E }
  /// Bytes below `bound` (at most 0x80).
  @inlinable
  public static func below(_ word: UInt64, _ bound: UInt8) -> UInt64 {
    (word &- (ones &* UInt64(bound))) & ~word & highs
  }
}

extension JSONScanner {
  /// Consumes a string; the text lies between its quotes.
  @inlinable
  public mutating func string() throws(FaultCode) -> JSONText {
    if peek() != 0x22 {
      _ = try peekKind()
      throw .wrongType
    }
    return try stringBody()
  }

  /// `position` stands at the opening quote.
  @inlinable
  mutating func stringBody() throws(FaultCode) -> JSONText {
    let start = position &+ 1
    var at = start
    while at &+ 8 <= count {
      let word = word(at: at)
      let stop =
        ByteWord.equal(word, to: 0x22) | ByteWord.equal(word, to: 0x5C) | ByteWord.below(word, 0x20)
      if stop != 0 {
        at &+= stop.trailingZeroBitCount &>> 3
        if byte(at: at) == 0x22 {
          position = at &+ 1
          return JSONText(start: start, count: at &- start)
        }
        break
      }
      at &+= 8
    }
    return try stringSlowly(start: start, at: at)
  }

  /// The last bytes of a message, and strings with escapes: one byte at a time from `from`.
  @usableFromInline
  @_noLocks
  mutating func stringSlowly(start: Int, at from: Int) throws(FaultCode) -> JSONText {
    var at = from
    var hasEscapes = false
    while at < count {
      let byte = byte(at: at)
      if byte == 0x22 {
        position = at &+ 1
        return JSONText(start: start, count: at &- start, hasEscapes: hasEscapes)
      }
      if byte < 0x20 { throw .malformedJSON }
      if byte == 0x5C {
        hasEscapes = true
        at &+= 1
        if at >= count { throw .malformedJSON }
        switch self.byte(at: at) {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: break
        case 0x75:
          if at &+ 4 >= count { throw .malformedJSON }
          var digit = 1
          while digit <= 4 {
            if hexDigit(self.byte(at: at &+ digit)) == nil { throw .malformedJSON }
            digit &+= 1
          }
          at &+= 4
        default: throw .malformedJSON
        }
      }
      at &+= 1
    }
    throw .malformedJSON
  }

  /// Consumes a number and returns its own bytes, its grammar checked.
  @inlinable
  public mutating func number() throws(FaultCode) -> JSONText {
    let first = peek()
    if first != 0x2D && (first < 0x30 || first > 0x39) {
      _ = try peekKind()
      throw .wrongType
    }
    let start = position
    var at = first == 0x2D ? start &+ 1 : start
    let whole = digits(from: at)
    if whole == at || (byte(at: at) == 0x30 && whole != at &+ 1) { throw .malformedJSON }
    at = whole
    if at < count && byte(at: at) == 0x2E {
      let fraction = digits(from: at &+ 1)
      if fraction == at &+ 1 { throw .malformedJSON }
      at = fraction
    }
    if at < count && byte(at: at) | 0x20 == 0x65 {
      at &+= 1
      if at < count && (byte(at: at) == 0x2B || byte(at: at) == 0x2D) { at &+= 1 }
      let exponent = digits(from: at)
      if exponent == at { throw .malformedJSON }
      at = exponent
    }
    position = at
    return JSONText(start: start, count: at &- start)
  }

  /// The offset of the first byte from `offset` on that is no digit.
  @inlinable
  func digits(from offset: Int) -> Int {
    var at = offset
    while at < count && byte(at: at) &- 0x30 <= 9 { at &+= 1 }
    return at
  }

  /// Consumes a number without fraction or exponent. `.numberRange` past Int64.
  @inlinable
  public mutating func integer() throws(FaultCode) -> Int64 {
    try integer(of: try number())
  }

  /// The whole number that `text` spells (`-?[0-9]+`): numbers, and OKX's numbers in strings.
  @inlinable
  public func integer(of text: JSONText) throws(FaultCode) -> Int64 {
    var at = text.start
    let end = text.end
    if at < 0 || end > count || at >= end { throw .wrongType }
    let negative = byte(at: at) == 0x2D
    if negative { at &+= 1 }
    if at == end { throw .wrongType }
    var value: Int64 = 0
    while at < end {
      let digit = byte(at: at) &- 0x30
      if digit > 9 { throw .wrongType }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (difference, borrowed) = product.subtractingReportingOverflow(Int64(digit))
      if overflowed || borrowed { throw .numberRange }
      value = difference
      at &+= 1
    }
    if negative { return value }
    if value == .min { throw .numberRange }
    return 0 &- value
  }

  /// Consumes `true` or `false`.
  @inlinable
  public mutating func boolean() throws(FaultCode) -> Bool {
    let first = peek()
    if first == 0x74 {
      try literal(0x7274, 0x6575)
      return true
    }
    if first == 0x66 {
      position &+= 1
      try literal(0x6C61, 0x6573)
      return false
    }
    _ = try peekKind()
    throw .wrongType
  }

  /// Consumes `null` when it stands next.
  @inlinable
  public mutating func consumeNull() throws(FaultCode) -> Bool {
    if peek() != 0x6E { return false }
    try literal(0x756E, 0x6C6C)
    return true
  }

  /// Consumes four bytes that must be these two little-endian pairs.
  @inlinable
  mutating func literal(_ first: UInt16, _ second: UInt16) throws(FaultCode) {
    if position &+ 4 > count { throw .malformedJSON }
    let low = UInt16(byte(at: position)) | UInt16(byte(at: position &+ 1)) &<< 8
    let high = UInt16(byte(at: position &+ 2)) | UInt16(byte(at: position &+ 3)) &<< 8
    if low != first || high != second { throw .malformedJSON }
    position &+= 4
  }
}

@inlinable
func hexDigit(_ byte: UInt8) -> UInt16? {
  switch byte {
  case 0x30...0x39: return UInt16(byte &- 0x30)
  case 0x41...0x46: return UInt16(byte &- 0x37)
  case 0x61...0x66: return UInt16(byte &- 0x57)
  default: return nil
  }
}
