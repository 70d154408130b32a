// Incremental UTF-8 validation (Unicode 15 table 3-7) that fails at the first impossible byte; hot plane.

/// Validates a text that arrives in pieces. Eight ASCII bytes cost one comparison.
@frozen
public struct UTF8Validator: BitwiseCopyable, Sendable {
  /// Continuation bytes still due, and the range the next one must lie in.
  @usableFromInline var due: UInt8 = 0
  @usableFromInline var low: UInt8 = 0x80
  @usableFromInline var high: UInt8 = 0xBF

  @inlinable public init() {}

  /// The text so far ends on a character boundary.
  @inlinable public var isComplete: Bool { due == 0 }

  /// Takes the next piece. False: no continuation can make the text valid; the validator is spent.
  @_noLocks
  public mutating func accept(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard let base = piece.baseAddress else { return true }
    let count = piece.count
    var index = 0
    while index < count {
      if due == 0 {
        // SAFETY: every load below stays in index ..< count.
        while index &+ 32 <= count {
          let at = unsafe base + index
          let a = unsafe at.loadUnaligned(as: UInt64.self)
          let b = unsafe at.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
          let c = unsafe at.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
          let d = unsafe at.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
          if (a | b | c | d) & 0x8080_8080_8080_8080 != 0 { break }
          index &+= 32
        }
        while index &+ 8 <= count {
          let word = unsafe (base + index).loadUnaligned(as: UInt64.self)
          if word & 0x8080_8080_8080_8080 != 0 { break }
          index &+= 8
        }
        if index == count { return true }
      }
      let byte = unsafe (base + index).load(as: UInt8.self)
      index &+= 1
      if !step(byte) { return false }
    }
    return true
  }

  @inline(__always)
  private mutating func step(_ byte: UInt8) -> Bool {
    if due > 0 {
      if byte < low || byte > high { return false }
      low = 0x80
      high = 0xBF
      due &-= 1
      return true
    }
    switch byte {
    case 0x00...0x7F: return true
    case 0xC2...0xDF: due = 1
    case 0xE0:
      due = 2
      low = 0xA0
    case 0xE1...0xEC, 0xEE, 0xEF: due = 2
    case 0xED:
      due = 2
      high = 0x9F
    case 0xF0:
      due = 3
      low = 0x90
    case 0xF1...0xF3: due = 3
    case 0xF4:
      due = 3
      high = 0x8F
    default: return false
    }
    return true
  }
}
