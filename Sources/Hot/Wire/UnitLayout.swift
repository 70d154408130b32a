// How the last price of a list was spelled, so that the next one is mostly read without measuring it; pure, hot plane.

import Quantities

/// The shape of a short decimal: so many digits, a point, so many digits, the closing quote; all in
/// eight bytes. Prices of one book differ in digits, seldom in shape, and a shape that is known makes
/// offsets constants: nothing waits for the text.
@frozen
public struct UnitLayout: BitwiseCopyable {
  /// Which bytes are no digits: `hits` of those that `hitMask` covers.
  @usableFromInline var hitMask: UInt64 = 0
  @usableFromInline var hits: UInt64 = 1
  /// And what they are.
  @usableFromInline var markMask: UInt64 = 0
  @usableFromInline var marks: UInt64 = 1
  /// Digits before the point, and those behind it once moved over the point.
  @usableFromInline var wholeMask: UInt64 = 0
  @usableFromInline var partMask: UInt64 = 0
  @usableFromInline var shift: UInt64 = 0
  /// What the digits are to be multiplied by to become increments.
  @usableFromInline var power: UInt64 = 0
  /// Bytes up to and with the closing quote.
  @usableFromInline var size: Int = 0
  @usableFromInline var decimals: UInt8 = 0

  /// Matches nothing.
  @inlinable public init() {}

  /// The layout of a text at `start` that was read as `text`; one that matches nothing when it is
  /// longer than a word, or the scale not narrow.
  @inlinable
  public init(_ text: UnitText, at start: Int, _ scale: UnitScale, _ powers: borrowing PowerTable) {
    self.init()
    let size = text.next &- start
    let decimals = Int(text.decimals)
    let whole = decimals == 0 ? size &- 1 : size &- 2 &- decimals
    let missing = Int(scale.increment.decimals) &- decimals
    if size > 8 || whole < 1 || missing < 0 || missing >= PowerTable.count || !scale.isNarrow {
      return
    }
    let wholeBits = UInt64(truncatingIfNeeded: whole &* 8)
    let quoteBits = UInt64(truncatingIfNeeded: size &* 8 &- 8)
    hitMask = ByteWord.highs &>> (56 &- quoteBits)
    hits = 0x80 &<< quoteBits
    markMask = 0xFF &<< quoteBits
    marks = ByteWord.quoteValue &<< quoteBits
    wholeMask = (1 &<< wholeBits) &- 1
    shift = 64 &- wholeBits
    if decimals > 0 {
      hits |= 0x80 &<< wholeBits
      markMask |= 0xFF &<< wholeBits
      marks |= ByteWord.pointValue &<< wholeBits
      partMask = ((1 &<< (quoteBits &- 8)) &- 1) & ~wholeMask
      shift = 72 &- quoteBits
    }
    power = UInt64(truncatingIfNeeded: powers[missing])
    self.size = size
    self.decimals = text.decimals
  }
}

extension JSONScanner {
  /// Reads the decimal at `start` if it has this layout, with the result of `units`; else `.notFast`.
  /// The caller has checked `0 <= start <= count - unitsReach`.
  @inlinable @inline(__always)
  public func units(at start: Int, _ layout: UnitLayout) -> UnitText {
    let values = word(at: start) ^ 0x3030_3030_3030_3030
    if ByteWord.notDigits(values) & layout.hitMask != layout.hits
      || values & layout.markMask != layout.marks
    {
      return .notFast
    }
    let digits = (values & layout.wholeMask) | ((values &>> 8) & layout.partMask)
    let units = eightDigits(digits &<< layout.shift) &* layout.power
    return UnitText(
      units: Int64(truncatingIfNeeded: units), next: start &+ layout.size,
      decimals: layout.decimals)
  }
}
