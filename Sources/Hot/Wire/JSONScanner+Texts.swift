// Skipping whole values, and what a found text says: names, decimals, unescaped bytes; pure, hot plane.

import Quantities

extension JSONScanner {
  /// Passes over one value of any kind, validating every byte of it.
  @_noLocks
  public mutating func skipValue() throws(FaultCode) {
    // One bit per open container, innermost lowest: 1 for an object.
    var kinds: UInt64 = 0
    var depth = 0
    while true {
      var closed = true
      switch try peekKind() {
      case .string: _ = try stringBody()
      case .number: _ = try number()
      case .boolean: _ = try boolean()
      case .null: _ = try consumeNull()
      case .object:
        if try enterObject() {
          if depth == JSONScanner.depthMax { throw .malformedJSON }
          depth &+= 1
          kinds = kinds &<< 1 | 1
          _ = try key()
          closed = false
        }
      case .array:
        if try enterArray() {
          if depth == JSONScanner.depthMax { throw .malformedJSON }
          depth &+= 1
          kinds = kinds &<< 1
          closed = false
        }
      }
      while closed {
        if depth == 0 { return }
        if kinds & 1 == 1 {
          if try nextMember() {
            _ = try key()
            closed = false
          }
        } else if try nextElement() {
          closed = false
        }
        if closed {
          depth &-= 1
          kinds &>>= 1
        }
      }
    }
  }

  /// The packed form of a key or word; `.none` when it is longer than `JSONName.bytesMax` or escaped.
  @inlinable
  public func name(_ text: JSONText) -> JSONName {
    if text.count > JSONName.bytesMax || text.hasEscapes { return .none }
    if text.start < 0 || text.count < 0 || text.count > count &- text.start { return .none }
    if text.start &+ 16 <= count {
      let low = word(at: text.start)
      if text.count <= 8 {
        let keep = text.count == 8 ? UInt64.max : (1 &<< UInt64(text.count &* 8)) &- 1
        return JSONName(low: low & keep, high: 0)
      }
      let high = word(at: text.start &+ 8)
      let keep = text.count == 16 ? UInt64.max : (1 &<< UInt64(text.count &* 8 &- 64)) &- 1
      return JSONName(low: low, high: high & keep)
    }
    var name = JSONName(low: 0, high: 0)
    var index = 0
    while index < text.count {
      let byte = UInt64(byte(at: text.start &+ index))
      if index < 8 {
        name.low |= byte &<< UInt64(index &* 8)
      } else {
        name.high |= byte &<< UInt64(index &* 8 &- 64)
      }
      index &+= 1
    }
    return name
  }

  /// Whether the text is this word, byte for byte. For words past `JSONName.bytesMax`.
  @inlinable
  public func equals(_ text: JSONText, _ word: StaticString) -> Bool {
    if text.count != word.utf8CodeUnitCount || text.hasEscapes { return false }
    if text.start < 0 || text.count > count &- text.start { return false }
    var index = 0
    while index < text.count {
      // SAFETY: `index` is inside the literal, which is pointer-backed.
      if unsafe word.utf8Start[index] != byte(at: text.start &+ index) { return false }
      index &+= 1
    }
    return true
  }

  /// The text's own bytes (escapes as written), valid as long as the message; empty when the range
  /// is not inside it.
  @unsafe @inlinable
  public func bytes(_ text: JSONText) -> UnsafeRawBufferPointer {
    if text.start < 0 || text.count < 0 || text.count > count &- text.start {
      return unsafe UnsafeRawBufferPointer(start: base, count: 0)
    }
    return unsafe UnsafeRawBufferPointer(start: base + text.start, count: text.count)
  }

  /// The exact decimal that `text` spells, in OKX's plain notation.
  @inlinable
  public func decimal(_ text: JSONText) throws(FaultCode) -> DecimalNumber {
    do {
      return try unsafe DecimalNumber.parse(bytes(text))
    } catch .malformed {
      throw .wrongType
    } catch {
      throw .numberRange
    }
  }

  /// The instrument or currency name that `text` spells, or nil.
  @inlinable
  public func symbol(_ text: JSONText) -> Symbol? {
    text.hasEscapes ? nil : unsafe Symbol(bytes(text))
  }

  /// Writes the value of `text` into `output`, escapes resolved, surrogate pairs joined and lone
  /// surrogates replaced by U+FFFD. Returns the bytes written, or nil when `output` is too small.
  @_noLocks
  public func unescape(_ text: JSONText, into output: inout MutableSpan<UInt8>) -> Int? {
    if text.start < 0 || text.count < 0 || text.count > count &- text.start { return nil }
    var at = text.start
    var written = 0
    while at < text.end {
      let byte = byte(at: at)
      at &+= 1
      if byte != 0x5C || at >= text.end {
        if written == output.count { return nil }
        output[written] = byte
        written &+= 1
        continue
      }
      let scalar = escape(at: &at, end: text.end)
      guard let length = writeUTF8(scalar, into: &output, at: written) else { return nil }
      written &+= length
    }
    return written
  }

  /// The scalar of the escape whose letter stands at `at`; steps past it.
  @_noLocks
  func escape(at: inout Int, end: Int) -> UInt32 {
    let letter = byte(at: at)
    at &+= 1
    switch letter {
    case 0x62: return 0x08
    case 0x66: return 0x0C
    case 0x6E: return 0x0A
    case 0x72: return 0x0D
    case 0x74: return 0x09
    case 0x75:
      guard let unit = codeUnit(at: at, end: end) else { return 0xFFFD }
      at &+= 4
      if unit < 0xD800 || unit > 0xDFFF { return unit }
      if unit > 0xDBFF || at &+ 6 > end || byte(at: at) != 0x5C || byte(at: at &+ 1) != 0x75 {
        return 0xFFFD
      }
      guard let low = codeUnit(at: at &+ 2, end: end), low >= 0xDC00, low <= 0xDFFF else {
        return 0xFFFD
      }
      at &+= 6
      return 0x10000 &+ (unit &- 0xD800) &<< 10 &+ (low &- 0xDC00)
    default: return UInt32(letter)
    }
  }

  @_noLocks
  func codeUnit(at offset: Int, end: Int) -> UInt32? {
    if offset &+ 4 > end { return nil }
    var unit: UInt32 = 0
    var index = 0
    while index < 4 {
      guard let digit = hexDigit(byte(at: offset &+ index)) else { return nil }
      unit = unit &<< 4 | UInt32(digit)
      index &+= 1
    }
    return unit
  }

  @_noLocks
  func writeUTF8(_ scalar: UInt32, into output: inout MutableSpan<UInt8>, at start: Int) -> Int? {
    let length = scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
    if output.count &- start < length { return nil }
    if length == 1 {
      output[start] = UInt8(truncatingIfNeeded: scalar)
      return 1
    }
    var left = scalar
    var index = length &- 1
    while index > 0 {
      output[start &+ index] = UInt8(truncatingIfNeeded: left & 0x3F) | 0x80
      left &>>= 6
      index &-= 1
    }
    let lead: UInt8 = length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0
    output[start] = lead | UInt8(truncatingIfNeeded: left)
    return length
  }
}
