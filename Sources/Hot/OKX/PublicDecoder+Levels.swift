// Arrays of levels, `[["8476.98","415","0","13"],…]`: the bulk of every message; pure, hot plane.

import Quantities
import Wire

extension PublicDecoder {
  /// Bytes that one level of the usual shape may reach over: `["`, price, `","`, size, `","0","`,
  /// seven digits of order count, `"]` and one byte more.
  @inlinable static var levelReach: Int { 2 + 16 + 3 + 16 + 7 + 8 + 2 }

  /// Reads one side into `output` and `digits`; returns the level count. At most `levelsMax`.
  @_noLocks
  func levels(
    _ scanner: inout JSONScanner, _ scales: Scales, _ output: UnsafeMutableRawPointer,
    _ digits: UnsafeMutablePointer<LevelDigits>, _ levelsMax: Int
  ) throws(FaultCode) -> Int {
    var count = 0
    var more = try scanner.enterArray()
    while more {
      if count == levelsMax { throw .tooManyLevels }
      var price = UnitText.notFast
      var size = UnitText.notFast
      if !usual(&scanner, scales, &price, &size) {
        try unusual(&scanner, scales, &price, &size)
      }
      if price.units <= 0 || size.units < 0 { throw .numberRange }
      unsafe output.storeBytes(
        of: MarketLevel(
          price: Price(ticks: price.units), quantity: Quantity(lots: size.units)),
        toByteOffset: count &* MemoryLayout<MarketLevel>.size, as: MarketLevel.self)
      unsafe digits[count] = LevelDigits(price: price.decimals, quantity: size.decimals)
      count &+= 1
      more = try scanner.nextElement()
    }
    return count
  }

  /// The shape that OKX sends: four strings, no blanks, short decimals on the increment. False, and
  /// nothing consumed, for any other.
  @inline(__always)
  func usual(
    _ scanner: inout JSONScanner, _ scales: Scales, _ price: inout UnitText,
    _ size: inout UnitText
  ) -> Bool {
    let start = scanner.position
    if start &+ PublicDecoder.levelReach > scanner.count { return false }
    if scanner.word(at: start) & 0xFFFF != 0x225B { return false }
    price = scanner.units(at: start &+ 2, scales.price, powers)
    if price.next < 0 { return false }
    // `","` : the closing quote, the comma, the opening quote.
    if scanner.word(at: price.next &- 1) & 0xFF_FFFF != 0x22_2C22 { return false }
    size = scanner.units(at: price.next &+ 2, scales.quantity, powers)
    if size.next < 0 { return false }
    // `","0","`, then the count of orders and `"]`.
    if scanner.word(at: size.next &- 1) & 0xFF_FFFF_FFFF_FFFF != 0x22_2C22_3022_2C22 {
      return false
    }
    let orders = scanner.word(at: size.next &+ 6)
    let quote = ByteWord.equal(orders, to: 0x22)
    if quote == 0 { return false }
    let bits = UInt64(truncatingIfNeeded: quote.trailingZeroBitCount &- 7)
    let values = (orders ^ 0x3030_3030_3030_3030) & ((1 &<< bits) &- 1)
    if (values | (values &+ 0x7676_7676_7676_7676)) & ByteWord.highs != 0 { return false }
    let end = size.next &+ 7 &+ Int(truncatingIfNeeded: bits &>> 3)
    if scanner.byte(at: end) != 0x5D { return false }
    scanner.position = end &+ 1
    return true
  }

  /// Any other spelling of a level: price and size as strings, then whatever else the array holds.
  @_noLocks
  func unusual(
    _ scanner: inout JSONScanner, _ scales: Scales, _ price: inout UnitText,
    _ size: inout UnitText
  ) throws(FaultCode) {
    if try !scanner.enterArray() { throw .missingField }
    price = try units(&scanner, scales.price.increment)
    if try !scanner.nextElement() { throw .missingField }
    size = try units(&scanner, scales.quantity.increment)
    while try scanner.nextElement() { try scanner.skipValue() }
  }

  /// A decimal in a string as whole increments, by the exact and slow way.
  @_noLocks
  func units(_ scanner: inout JSONScanner, _ increment: Increment) throws(FaultCode) -> UnitText {
    let text = try scanner.string()
    if text.hasEscapes { throw .wrongType }
    let number = try scanner.decimal(text)
    do {
      return UnitText(
        units: try number.units(of: increment), next: scanner.position, decimals: number.decimals)
    } catch .offIncrement {
      throw .offIncrement
    } catch {
      throw .numberRange
    }
  }
}
