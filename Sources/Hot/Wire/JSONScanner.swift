// A forward-only, allocation-free, strict JSON reader over the bytes of one message; pure, hot plane.

import Quantities

/// What kind of value stands next.
@frozen
public enum JSONKind: UInt8, Sendable, BitwiseCopyable {
  case object, array, string, number, boolean, null
}

/// Reads RFC 8259 JSON by pulling: the caller asks for what it expects, and what it passes over is
/// validated too, so a message read to `finish()` was well formed from first to last byte.
///
///     var more = try scanner.enterObject()
///     while more {
///       switch scanner.name(try scanner.key()) {
///       case JSONName("ts"): time = try scanner.string()
///       default: try scanner.skipValue()
///       }
///       more = try scanner.nextMember()
///     }
///     try scanner.finish()
///
/// Faults: `.malformedJSON` where the text is no JSON (or nests deeper than `depthMax`),
/// `.wrongType` where another kind of value stands than asked for, `.numberRange` where an integer
/// leaves Int64. Never traps, never allocates. After a fault the position is unspecified.
/// UTF-8 is the frame layer's concern.
@safe @frozen
public struct JSONScanner: BitwiseCopyable {
  // SAFETY: whoever makes a scanner keeps the bytes in place while it is used; every access below is
  // inside `count`. A `Span` would say so in the type, but no local `Span` passes @_noLocks (6.3.1).
  @usableFromInline let base: UnsafeRawPointer
  public let count: Int
  public var position: Int

  /// Deepest nesting that `skipValue` follows.
  @inlinable public static var depthMax: Int { 64 }

  /// Reads `bytes`, which must stay in place and unchanged as long as the scanner is used.
  @unsafe @inlinable
  public init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    if let start = bytes.baseAddress {
      unsafe base = start
      count = bytes.count
    } else {
      unsafe base = UnsafeRawPointer(bitPattern: 8)!
      count = 0
    }
    self.position = position < 0 ? 0 : position
  }

  /// Byte `offset`; the caller has checked `0 <= offset < count`. For schema decoders' fast paths.
  @inlinable
  public func byte(at offset: Int) -> UInt8 {
    assert(offset >= 0 && offset < count)
    return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// Eight bytes, the first in the lowest byte; the caller has checked `0 <= offset <= count - 8`.
  @inlinable
  public func word(at offset: Int) -> UInt64 {
    assert(offset >= 0 && offset &+ 8 <= count)
    return UInt64(littleEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The next byte that is no blank, not consumed; 0 at the end.
  @inlinable
  public mutating func peek() -> UInt8 {
    while position < count {
      let byte = byte(at: position)
      if byte > 0x20 { return byte }
      if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return 0 }
      position &+= 1
    }
    return 0
  }

  /// The kind of the next value, by its first byte.
  @inlinable
  public mutating func peekKind() throws(FaultCode) -> JSONKind {
    switch peek() {
    case 0x7B: return .object
    case 0x5B: return .array
    case 0x22: return .string
    case 0x2D, 0x30...0x39: return .number
    case 0x74, 0x66: return .boolean
    case 0x6E: return .null
    default: throw .malformedJSON
    }
  }

  /// Consumes `expected` or says whether another value or no JSON at all stands here.
  @inlinable
  mutating func open(_ expected: UInt8) throws(FaultCode) {
    if peek() == expected {
      position &+= 1
      return
    }
    _ = try peekKind()
    throw .wrongType
  }

  /// Consumes `{`; true when a member follows, false when the object was empty and is consumed.
  @inlinable
  public mutating func enterObject() throws(FaultCode) -> Bool {
    try open(0x7B)
    if peek() == 0x7D {
      position &+= 1
      return false
    }
    return true
  }

  /// Consumes `[`; true when an element follows, false when the array was empty and is consumed.
  @inlinable
  public mutating func enterArray() throws(FaultCode) -> Bool {
    try open(0x5B)
    if peek() == 0x5D {
      position &+= 1
      return false
    }
    return true
  }

  /// Consumes a member's key and its colon.
  @inlinable
  public mutating func key() throws(FaultCode) -> JSONText {
    if peek() != 0x22 { throw .malformedJSON }
    let text = try stringBody()
    if peek() != 0x3A { throw .malformedJSON }
    position &+= 1
    return text
  }

  /// After a member's value: true at a comma, false at the closing brace; both consumed.
  @inlinable
  public mutating func nextMember() throws(FaultCode) -> Bool {
    try separator(closing: 0x7D)
  }

  /// After an element: true at a comma, false at the closing bracket; both consumed.
  @inlinable
  public mutating func nextElement() throws(FaultCode) -> Bool {
    try separator(closing: 0x5D)
  }

  @inlinable
  mutating func separator(closing: UInt8) throws(FaultCode) -> Bool {
    let byte = peek()
    if byte != 0x2C && byte != closing { throw .malformedJSON }
    position &+= 1
    return byte == 0x2C
  }

  /// Nothing but blanks may be left.
  @inlinable
  public mutating func finish() throws(FaultCode) {
    if peek() != 0 || position < count { throw .malformedJSON }
  }
}
