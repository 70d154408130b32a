// Masking keys for client frames (RFC 6455 §5.3): xoshiro256** seeded from the kernel by the caller; hot plane.

/// A stream of masking keys. Seed it from getrandom(2): RFC 6455 §10.3 wants keys a server cannot
/// predict from the application's data, and TLS already hides them from anyone in between.
@frozen
public struct MaskGenerator: BitwiseCopyable, Sendable {
  @usableFromInline var s0: UInt64
  @usableFromInline var s1: UInt64
  @usableFromInline var s2: UInt64
  @usableFromInline var s3: UInt64
  @usableFromInline var spare: UInt32 = 0
  @usableFromInline var hasSpare = false

  /// An all-zero seed would only ever yield zero: it is replaced by a constant one.
  @inlinable
  public init(seed: (UInt64, UInt64, UInt64, UInt64)) {
    s0 = seed.0
    s1 = seed.1
    s2 = seed.2
    s3 = seed.3
    if s0 | s1 | s2 | s3 == 0 { s0 = 0x9E37_79B9_7F4A_7C15 }
  }

  @inlinable
  public mutating func next() -> UInt64 {
    let product = s1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// The next key; one step of the generator yields two.
  @inlinable
  public mutating func nextKey() -> UInt32 {
    if hasSpare {
      hasSpare = false
      return spare
    }
    let word = next()
    spare = UInt32(truncatingIfNeeded: word >> 32)
    hasSpare = true
    return UInt32(truncatingIfNeeded: word)
  }
}
