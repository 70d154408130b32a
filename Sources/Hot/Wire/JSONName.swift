// Keys and short words of the wire, packed to be compared as two words; hot plane.

/// A key or short word of at most 16 ASCII bytes, packed so that comparing costs two words.
@frozen
public struct JSONName: Hashable, Sendable, BitwiseCopyable {
  public var low: UInt64
  public var high: UInt64

  @inlinable public static var bytesMax: Int { 16 }

  @inlinable
  public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Packs a literal; folds to two constants. Text past `bytesMax` is a programmer's error.
  @inlinable @inline(__always)
  public init(_ text: StaticString) {
    precondition(text.utf8CodeUnitCount <= JSONName.bytesMax, "Invariant: a name fits 16 bytes")
    var low: UInt64 = 0
    var high: UInt64 = 0
    var index = 0
    while index < text.utf8CodeUnitCount {
      // SAFETY: a StaticString literal of several bytes or none is pointer-backed, `index` is inside.
      let byte = UInt64(unsafe text.utf8Start[index])
      if index < 8 {
        low |= byte << UInt64(index * 8)
      } else {
        high |= byte << UInt64(index * 8 - 64)
      }
      index += 1
    }
    self.low = low
    self.high = high
  }

  /// No name: what a longer or escaped key packs to; equal to no literal.
  @inlinable public static var none: JSONName { JSONName(low: 0, high: .max) }
}
