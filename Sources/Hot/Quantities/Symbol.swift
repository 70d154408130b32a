// Short ASCII names in fixed memory: instrument ids and currency codes; hot plane.

/// Up to 32 bytes of ASCII, zero padded: an OKX `instId` such as `BTC-USDT-SWAP`.
@frozen
public struct Symbol: Hashable, Sendable, BitwiseCopyable {
  @usableFromInline var word0: UInt64 = 0
  @usableFromInline var word1: UInt64 = 0
  @usableFromInline var word2: UInt64 = 0
  @usableFromInline var word3: UInt64 = 0

  @inlinable public init() {}

  /// From its bytes, zero padded, eight a word, the first lowest. Nothing is judged: such a symbol is
  /// for comparing and looking up only.
  @inlinable
  public init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  @inlinable public static var bytesMax: Int { 32 }

  /// Nil when the text is empty, longer than `bytesMax`, or holds a byte outside printable ASCII. Over raw
  /// bytes, because a caller without locks may hold no `Span` of them (see Wire's scanner).
  @unsafe @inlinable
  public init?(_ text: UnsafeRawBufferPointer) {
    if text.count == 0 || text.count > Symbol.bytesMax { return nil }
    var index = 0
    while index < text.count {
      let byte = unsafe text[index]
      if byte <= 0x20 || byte >= 0x7F { return nil }
      let shifted = UInt64(byte) << UInt64((index & 7) * 8)
      switch index >> 3 {
      case 0: word0 |= shifted
      case 1: word1 |= shifted
      case 2: word2 |= shifted
      default: word3 |= shifted
      }
      index += 1
    }
  }

  /// The same of a span.
  @inlinable
  public init?(_ text: Span<UInt8>) {
    // SAFETY: the bytes outlive the closure, which keeps nothing of them.
    guard let symbol = unsafe text.withUnsafeBytes({ bytes in unsafe Symbol(bytes) }) else {
      return nil
    }
    self = symbol
  }

  /// Byte `index`, 0 past the end.
  @inlinable
  public func byte(at index: Int) -> UInt8 {
    let word: UInt64
    switch index >> 3 {
    case 0: word = word0
    case 1: word = word1
    case 2: word = word2
    case 3: word = word3
    default: return 0
    }
    return UInt8(truncatingIfNeeded: word >> UInt64((index & 7) * 8))
  }

  @inlinable public var count: Int {
    var length = 0
    while length < Symbol.bytesMax && byte(at: length) != 0 { length += 1 }
    return length
  }

  /// A well-mixed hash for open addressing, stable across runs of one build.
  @inlinable public var hash: UInt64 {
    var mixed = word0 ^ (word1 &* 0x9E37_79B9_7F4A_7C15)
    mixed ^= (word2 &* 0xC2B2_AE3D_27D4_EB4F) ^ (word3 &* 0x1656_67B1_9E37_79F9)
    mixed ^= mixed >> 32
    mixed &*= 0xD6E8_FEB8_6659_FD93
    return mixed ^ (mixed >> 29)
  }
}

extension Symbol: CustomStringConvertible {
  /// Control plane only: allocates.
  public var description: String {
    var bytes: [UInt8] = []
    var index = 0
    while index < count {
      bytes.append(byte(at: index))
      index += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Control plane only.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    self.init(bytes.span)
  }
}
