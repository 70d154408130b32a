// Reading by position what a sender always spells alike: literals, short names, plain integers; pure, hot plane.

import Quantities

/// None of these skips blanks; each consumes all it names or nothing.
extension JSONScanner {
  /// Consumes `literal` when the next bytes are it. Compares eight at a time.
  @inlinable @inline(__always)
  public mutating func take(_ literal: StaticString) -> Bool {
    let size = literal.utf8CodeUnitCount
    if position &+ size > count { return false }
    var index = 0
    // SAFETY: all loads lie inside the literal, and inside the message by the line above.
    while index &+ 8 <= size {
      let wanted = unsafe UnsafeRawPointer(literal.utf8Start).loadUnaligned(
        fromByteOffset: index, as: UInt64.self)
      if word(at: position &+ index) != UInt64(littleEndian: wanted) { return false }
      index &+= 8
    }
    while index < size {
      let wanted = unsafe literal.utf8Start[index]
      if byte(at: position &+ index) != wanted { return false }
      index &+= 1
    }
    position &+= size
    return true
  }

  /// Consumes a name of at most 32 bytes and its closing quote; nil, and nothing consumed, for any
  /// other and within the last 40 bytes of the message. Bytes are not judged: look the name up.
  @inlinable
  public mutating func takeSymbol() -> Symbol? {
    if position &+ 40 > count { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var index = 0
    while index < 4 {
      let word = word(at: position &+ index &* 8)
      let quote = ByteWord.equal(word, to: 0x22)
      let part = quote == 0 ? word : word & (((quote & (0 &- quote)) &>> 7) &- 1)
      switch index {
      case 0: words.0 = part
      case 1: words.1 = part
      case 2: words.2 = part
      default: words.3 = part
      }
      if quote != 0 {
        let length = index &* 8 &+ quote.trailingZeroBitCount &>> 3
        // A symbol is filled up with zeros: a name that ends in one is another.
        if length > 0 && self.word(at: position &+ length &- 1) & 0xFF == 0 { return nil }
        position &+= length &+ 1
        return Symbol(word0: words.0, word1: words.1, word2: words.2, word3: words.3)
      }
      index &+= 1
    }
    return nil
  }

  /// Consumes 1 to 18 digits; nil, and nothing consumed, for any other.
  @inlinable
  public mutating func takeDigits() -> Int64? {
    let limit = min(count, position &+ 19)
    var at = position
    var value: Int64 = 0
    while at &+ 8 <= limit {
      let values = word(at: at) ^ 0x3030_3030_3030_3030
      if ByteWord.notDigits(values) != 0 { break }
      value = value &* 100_000_000 &+ Int64(truncatingIfNeeded: eightDigits(values))
      at &+= 8
    }
    while at < limit {
      let digit = byte(at: at) &- 0x30
      if digit > 9 { break }
      value = value &* 10 &+ Int64(digit)
      at &+= 1
    }
    if at == position || at == position &+ 19 { return nil }
    position = at
    return value
  }

  /// Consumes a JSON integer of at most 18 digits; nil for any other, perhaps with its sign consumed.
  @inlinable
  public mutating func takeInteger() -> Int64? {
    if position >= count { return nil }
    let isNegative = byte(at: position) == 0x2D
    if isNegative { position &+= 1 }
    let start = position
    guard let value = takeDigits() else { return nil }
    // JSON knows no leading zeros.
    if byte(at: start) == 0x30 && position != start &+ 1 { return nil }
    return isNegative ? 0 &- value : value
  }
}
