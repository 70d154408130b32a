// A request being written into fixed memory; hot plane.

import Quantities

/// Appends ASCII to memory owned by the session. Full is a result: nothing is written past the end.
@safe
struct RequestText: BitwiseCopyable {
  // SAFETY: `base` is the session's own scratch of `capacity` bytes and outlives this value.
  private let base: UnsafeMutableRawPointer
  let capacity: Int
  private(set) var count = 0
  /// Something did not fit: the text is unusable.
  private(set) var isOverfull = false

  @unsafe
  init(_ base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = base
    self.capacity = capacity
  }

  @_noLocks
  mutating func append(byte: UInt8) {
    if count == capacity {
      isOverfull = true
      return
    }
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  @_noLocks
  mutating func append(_ text: StaticString) {
    var index = 0
    while index < text.utf8CodeUnitCount {
      // SAFETY: `index` is inside the literal, which is pointer-backed.
      append(byte: unsafe text.utf8Start[index])
      index &+= 1
    }
  }

  @_noLocks
  mutating func append(_ symbol: Symbol) {
    let length = symbol.count
    var index = 0
    while index < length {
      append(byte: symbol.byte(at: index))
      index &+= 1
    }
  }

  @_noLocks
  mutating func append(_ number: UInt64) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor &*= 10 }
    while divisor > 0 {
      append(byte: 0x30 &+ UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}
