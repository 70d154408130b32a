// What the exchange says beside a code: its sub-code and its words; pure, hot plane.

import Quantities
import Wire

extension PrivateDecoder {
  /// A member that explains and decides nothing: anything but a string is as good as missing.
  @_noLocks
  func remark(_ scanner: inout JSONScanner) throws(FaultCode) -> JSONText {
    if try scanner.peekKind() == .string { return try scanner.string() }
    try scanner.skipValue()
    return .empty
  }

  /// The sub-code: its own field since 2026-03-10, before that behind the code's underscore (OKX-136);
  /// 0 where there is none.
  @_noLocks
  func subCode(_ scanner: JSONScanner, _ own: JSONText, behind code: JSONText) -> Int32 {
    if let value = unsigned(scanner, own) { return Int32(exactly: value) ?? 0 }
    var at = code.start
    while at < code.end && scanner.byte(at: at) != 0x5F { at &+= 1 }
    if at >= code.end { return 0 }
    let rest = JSONText(start: at &+ 1, count: code.end &- at &- 1)
    return Int32(exactly: unsigned(scanner, rest) ?? 0) ?? 0
  }

  /// Whether a figure is what made its item unreadable: no plain decimal, off the increment, or below 0 where `fault`
  /// speaks of a range.
  @_noLocks
  func isSuspect(
    _ scanner: JSONScanner, _ field: Field, _ fault: FaultCode, _ increment: Increment?
  ) -> Bool {
    if field.isEmpty { return false }
    do throws(FaultCode) {
      let number = try scanner.decimal(field.text)
      if fault == .numberRange && number.mantissa < 0 { return true }
      if fault == .offIncrement, let increment {
        return try units(scanner, field, increment) == nil
      }
      return false
    } catch {
      return true
    }
  }

  /// The beginning of a message's text, its escapes resolved.
  @_noLocks
  func words(_ scanner: JSONScanner, _ text: JSONText) -> ExchangeText {
    var words = ExchangeText()
    var at = text.start
    while at < text.end {
      let scalar =
        scanner.byte(at: at) == 0x5C
        ? escaped(scanner, text.end, &at) : plain(scanner, text.end, &at)
      if !words.append(scalar: scalar) { return words }
    }
    return words
  }

  /// One character that stands as it is. The frame layer has checked the UTF-8; where nobody has, a byte
  /// out of place is U+FFFD.
  @_noLocks
  private func plain(_ scanner: JSONScanner, _ end: Int, _ at: inout Int) -> UInt32 {
    let first = scanner.byte(at: at)
    at &+= 1
    if first < 0x80 { return UInt32(first) }
    let more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
    if first < 0xC2 || first > 0xF4 || more > end &- at { return 0xFFFD }
    var scalar = UInt32(first) & (0x3F &>> UInt32(more))
    var index = 0
    while index < more {
      let byte = scanner.byte(at: at &+ index)
      if byte & 0xC0 != 0x80 { return 0xFFFD }
      scalar = scalar &<< 6 | UInt32(byte & 0x3F)
      index &+= 1
    }
    at &+= more
    return scalar > 0x10_FFFF ? 0xFFFD : scalar
  }

  /// One escape; half a surrogate pair is U+FFFD.
  @_noLocks
  private func escaped(_ scanner: JSONScanner, _ end: Int, _ at: inout Int) -> UInt32 {
    at &+= 1
    if at >= end { return 0xFFFD }
    let kind = scanner.byte(at: at)
    at &+= 1
    switch kind {
    case 0x22, 0x5C, 0x2F: return UInt32(kind)
    case 0x75: break
    default: return 0x20
    }
    if end &- at < 4 { return 0xFFFD }
    var scalar: UInt32 = 0
    var index = 0
    while index < 4 {
      let byte = scanner.byte(at: at &+ index)
      let isDigit = byte &- 0x30 < 10
      scalar = scalar &<< 4 | UInt32(isDigit ? byte &- 0x30 : (byte | 0x20) &- 0x57) & 15
      index &+= 1
    }
    at &+= 4
    return scalar >= 0xD800 && scalar < 0xE000 ? 0xFFFD : scalar
  }
}
