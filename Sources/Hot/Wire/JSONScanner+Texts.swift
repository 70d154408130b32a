// Skipping whole values, and what a found text says: names, decimals, bytes; pure, hot plane.

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
}
