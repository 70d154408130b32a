// A cursor over JSON bytes that keeps every value's place in the text; simulation, its own and not the client's.

/// Reads one JSON text left to right. Every method returns nil or false where the text is no JSON.
struct JSONCursor {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  /// Deepest nesting followed.
  static let depthMax = 32

  init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
    self.bytes = bytes
    position = start
    self.end = end ?? bytes.count
  }

  mutating func peek() -> UInt8? {
    while position < end {
      let byte = bytes[position]
      if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return byte }
      position += 1
    }
    return nil
  }

  mutating func take(_ byte: UInt8) -> Bool {
    if peek() != byte { return false }
    position += 1
    return true
  }

  /// The raw text between the quotes.
  mutating func string() -> Range<Int>? {
    if !take(0x22) { return nil }
    let start = position
    while position < end {
      let byte = bytes[position]
      if byte == 0x22 {
        position += 1
        return start..<(position - 1)
      }
      if byte < 0x20 { return nil }
      position += byte == 0x5C ? 2 : 1
    }
    return nil
  }

  /// A number, `true`, `false` or `null` as its raw text, or a string without its quotes.
  mutating func scalar() -> Range<Int>? {
    guard let first = peek() else { return nil }
    if first == 0x22 { return string() }
    let start = position
    while position < end {
      let byte = bytes[position]
      let isPart =
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
        || byte == 0x2D || byte == 0x2B || byte == 0x2E
      if !isPart { break }
      position += 1
    }
    return position > start ? start..<position : nil
  }

  /// Calls `member` at each value of an object with the range of its key; `member` must consume the value.
  mutating func object(_ member: (inout JSONCursor, Range<Int>) -> Bool) -> Bool {
    if !take(0x7B) { return false }
    if take(0x7D) { return true }
    repeat {
      guard let key = string(), take(0x3A), member(&self, key) else { return false }
    } while take(0x2C)
    return take(0x7D)
  }

  /// Calls `element` at each value of an array; `element` must consume it.
  mutating func array(_ element: (inout JSONCursor) -> Bool) -> Bool {
    if !take(0x5B) { return false }
    if take(0x5D) { return true }
    repeat {
      if !element(&self) { return false }
    } while take(0x2C)
    return take(0x5D)
  }

  mutating func skip(depth: Int = 0) -> Bool {
    if depth > JSONCursor.depthMax { return false }
    switch peek() {
    case 0x7B: return object { scanner, _ in scanner.skip(depth: depth + 1) }
    case 0x5B: return array { scanner in scanner.skip(depth: depth + 1) }
    default: return scalar() != nil
    }
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func equals(_ range: Range<Int>, _ literal: StaticString) -> Bool {
    if range.count != literal.utf8CodeUnitCount { return false }
    for index in 0..<range.count
    where unsafe bytes[range.lowerBound + index] != literal.utf8Start[index] { return false }
    return true
  }

  func integer(_ range: Range<Int>) -> Int64? {
    var index = range.lowerBound
    let negative = index < range.upperBound && bytes[index] == 0x2D
    if negative { index += 1 }
    if index == range.upperBound { return nil }
    var value: Int64 = 0
    while index < range.upperBound {
      let digit = bytes[index] &- 0x30
      if digit > 9 { return nil }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.subtractingReportingOverflow(Int64(digit))
      if overflowed || carried { return nil }
      value = sum
      index += 1
    }
    if negative { return value }
    return value == .min ? nil : -value
  }
}
