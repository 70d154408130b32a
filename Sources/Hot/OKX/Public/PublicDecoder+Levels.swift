// Arrays of levels, `[["8476.98","415","0","13"],…]`: the bulk of every message; pure, hot plane.

import Quantities
import Wire

extension PublicDecoder {
  /// Bytes that one level of the usual shape may reach over: `["`, price, `","`, size, `","0","`,
  /// seven digits of order count, `"],`.
  @inlinable static var levelReach: Int { 2 + 18 + 2 + 18 + 7 + 8 + 4 }

  /// Reads one side into `output` and `digits`; returns the level count. At most `levelsMax`.
  @_noLocks
  func levels(
    _ scanner: inout JSONScanner, _ scales: Scales, _ output: UnsafeMutableRawPointer,
    _ digits: UnsafeMutablePointer<LevelDigits>, _ levelsMax: Int
  ) throws(FaultCode) -> Int {
    var count = 0
    var more = try scanner.enterArray()
    let isNarrow = scales.price.isNarrow && scales.quantity.isNarrow
    while more {
      let isEnd =
        isNarrow
        ? unsafe narrow(&scanner, scales, output, digits, &count, levelsMax)
        : unsafe wide(&scanner, scales, output, digits, &count, levelsMax)
      if isEnd { return count }
      if count == levelsMax { throw .tooManyLevels }
      let level = try unusual(&scanner, scales)
      unsafe store(level.0, level.1, output, digits, count)
      count &+= 1
      more = try scanner.nextElement()
    }
    return count
  }

  @inline(__always)
  func store(
    _ price: UnitText, _ size: UnitText, _ output: UnsafeMutableRawPointer,
    _ digits: UnsafeMutablePointer<LevelDigits>, _ index: Int
  ) {
    unsafe output.storeBytes(
      of: MarketLevel(price: Price(ticks: price.units), quantity: Quantity(lots: size.units)),
      toByteOffset: index &* MemoryLayout<MarketLevel>.size, as: MarketLevel.self)
    unsafe digits[index] = LevelDigits(price: price.decimals, quantity: size.decimals)
  }

  /// As many levels as have the shape that OKX sends: four strings, no blanks, short decimals on an
  /// increment of at most eight decimals. True when the array is read to its end; else the scanner
  /// stands before a level of another shape.
  @_noLocks
  func narrow(
    _ scanner: inout JSONScanner, _ scales: Scales, _ output: UnsafeMutableRawPointer,
    _ digits: UnsafeMutablePointer<LevelDigits>, _ count: inout Int, _ levelsMax: Int
  ) -> Bool {
    let text = scanner
    var at = text.position
    var index = count
    var isEnd = false
    var layout = UnitLayout()
    var misses = 0
    let last = text.count &- PublicDecoder.levelReach
    while at <= last && index < levelsMax && !isEnd {
      if text.word(at: at) & 0xFFFF != PublicDecoder.opening { break }
      var price = text.units(at: at &+ 2, layout)
      if price.next < 0 {
        price = text.units(at: at &+ 2, scales.price)
        if price.next < 0 { break }
        // One price of another shape (12.5 among 12.25s) is no reason to expect more of it.
        misses &+= 1
        if misses == 2 {
          misses = 0
          layout = UnitLayout(price, at: at &+ 2, scales.price, powers)
        }
      } else {
        misses = 0
      }
      if price.units <= 0 || text.word(at: price.next &- 1) & 0xFF_FFFF != PublicDecoder.between {
        break
      }
      let size = text.units(at: price.next &+ 2, scales.quantity)
      if size.next < 0 { break }
      guard let end = orders(text, size.next, &isEnd) else { break }
      unsafe store(price, size, output, digits, index)
      index &+= 1
      at = end
    }
    count = index
    scanner.position = at
    return isEnd
  }

  /// `narrow` for instruments of finer increments, or of such that are no power of ten.
  @_noLocks
  func wide(
    _ scanner: inout JSONScanner, _ scales: Scales, _ output: UnsafeMutableRawPointer,
    _ digits: UnsafeMutablePointer<LevelDigits>, _ count: inout Int, _ levelsMax: Int
  ) -> Bool {
    let text = scanner
    var at = text.position
    var index = count
    var isEnd = false
    let last = text.count &- PublicDecoder.levelReach
    while at <= last && index < levelsMax && !isEnd {
      if text.word(at: at) & 0xFFFF != PublicDecoder.opening { break }
      let price = text.wideUnits(at: at &+ 2, scales.price, powers)
      if price.units <= 0 || text.word(at: price.next &- 1) & 0xFF_FFFF != PublicDecoder.between {
        break
      }
      let size = text.wideUnits(at: price.next &+ 2, scales.quantity, powers)
      if size.next < 0 { break }
      guard let end = orders(text, size.next, &isEnd) else { break }
      unsafe store(price, size, output, digits, index)
      index &+= 1
      at = end
    }
    count = index
    scanner.position = at
    return isEnd
  }

  /// `["`, and `","` after the price.
  static var opening: UInt64 { 0x225B }
  static var between: UInt64 { 0x22_2C22 }

  /// From the byte after the size's closing quote: `,"0","`, the count of orders, `"]` and a comma or
  /// the array's end. The offset behind all that, or nil for any other shape.
  @inline(__always)
  func orders(_ text: JSONScanner, _ next: Int, _ isEnd: inout Bool) -> Int? {
    if text.word(at: next &- 1) & 0xFF_FFFF_FFFF_FFFF != 0x22_2C22_3022_2C22 { return nil }
    let text8 = text.word(at: next &+ 6) ^ 0x30
    // One digit and more levels to come: most of them.
    if text8 & 0xFF <= 9 && text8 & 0xFFFF_FF00 == 0x2C5D_2200 { return next &+ 10 }
    let others = ByteWord.notDigits(text8 ^ 0x3030_3030_3030_3000)
    let quote = next &+ 6 &+ others.trailingZeroBitCount &>> 3
    let close = text.word(at: quote) & 0xFF_FFFF
    if close != 0x2C_5D22 && close != 0x5D_5D22 { return nil }
    isEnd = close == 0x5D_5D22
    return quote &+ 3
  }

  /// Any other spelling of a level: price and size as strings, then whatever else the array holds.
  @_noLocks
  func unusual(_ scanner: inout JSONScanner, _ scales: Scales) throws(FaultCode) -> (
    UnitText, UnitText
  ) {
    if try !scanner.enterArray() { throw .missingField }
    let price = try units(&scanner, scales.price.increment)
    if try !scanner.nextElement() { throw .missingField }
    let size = try units(&scanner, scales.quantity.increment)
    while try scanner.nextElement() { try scanner.skipValue() }
    if price.units <= 0 || size.units < 0 { throw .numberRange }
    return (price, size)
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
