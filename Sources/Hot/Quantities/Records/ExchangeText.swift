// A few words of the exchange in fixed memory; hot plane.

/// Up to 64 bytes of UTF-8, cut between characters. What steers a terminal or hides in a line (controls,
/// writing directions, characters without width) stands as a blank: the words go to logs and pages.
@frozen
public struct ExchangeText: Sendable, BitwiseCopyable {
  @usableFromInline var bytes = InlineArray<64, UInt8>(repeating: 0)
  /// Bytes that hold text.
  public private(set) var count: UInt8 = 0

  @inlinable public init() {}

  @inlinable public static var bytesMax: Int { 64 }
  @inlinable public var isEmpty: Bool { count == 0 }

  /// Appends one character. False when it finds no room: the text ends before it.
  @_noLocks
  public mutating func append(scalar given: UInt32) -> Bool {
    let scalar = ExchangeText.isPlain(given) ? given : 0x20
    if scalar < 0x80 { return append(1, UInt8(scalar), 0, 0, 0) }
    let last = ExchangeText.continuation(scalar)
    if scalar < 0x800 { return append(2, 0xC0 | UInt8(scalar &>> 6), last, 0, 0) }
    let third = ExchangeText.continuation(scalar &>> 6)
    if scalar < 0x1_0000 { return append(3, 0xE0 | UInt8(scalar &>> 12), third, last, 0) }
    let second = ExchangeText.continuation(scalar &>> 12)
    return append(4, 0xF0 | UInt8(scalar &>> 18), second, third, last)
  }

  @inline(__always)
  private static func continuation(_ bits: UInt32) -> UInt8 {
    0x80 | UInt8(truncatingIfNeeded: bits & 0x3F)
  }

  @_noLocks
  private static func isPlain(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x20...0x7E: return true
    case 0..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F: return false
    case 0xD800...0xDFFF, 0xFE00...0xFE0F, 0xFEFF, 0xFFF0...0xFFFB: return false
    default: return scalar <= 0xFFFF || scalar >= 0x1_0000 && scalar < 0xE_0000
    }
  }

  @_noLocks
  private mutating func append(
    _ length: UInt8, _ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8
  ) -> Bool {
    if Int(count) &+ Int(length) > ExchangeText.bytesMax { return false }
    let at = Int(count)
    bytes[at] = first
    if length > 1 { bytes[at &+ 1] = second }
    if length > 2 { bytes[at &+ 2] = third }
    if length > 3 { bytes[at &+ 3] = fourth }
    count &+= length
    return true
  }
}

extension ExchangeText: CustomStringConvertible {
  /// Control plane only: allocates.
  public var description: String {
    String(decoding: (0..<min(Int(count), ExchangeText.bytesMax)).map { bytes[$0] }, as: UTF8.self)
  }
}
