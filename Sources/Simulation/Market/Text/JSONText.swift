// Appending JSON and numbers to bytes, without an intermediate String where it matters; simulation.

import Quantities

extension [UInt8] {
  @inlinable
  public mutating func append(text: StaticString) {
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inlinable
  public mutating func append(text: some StringProtocol) {
    append(contentsOf: text.utf8)
  }

  /// Plain decimal digits.
  public mutating func append(integer value: Int64) {
    var left = value.magnitude
    if value < 0 { append(0x2D) }
    var divisor: UInt64 = 1
    while left / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(0x30 &+ UInt8(truncatingIfNeeded: left / divisor))
      left %= divisor
      divisor /= 10
    }
  }

  /// Plain notation with exactly `number.decimals` digits after the point.
  public mutating func append(decimal number: DecimalNumber) {
    if number.decimals == 0 { return append(integer: number.mantissa) }
    guard let power = powerOfTen(number.decimals) else { return append(text: number.description) }
    let magnitude = number.mantissa.magnitude
    if number.mantissa < 0 { append(0x2D) }
    append(integer: Int64(magnitude / UInt64(power)))
    append(0x2E)
    var rest = magnitude % UInt64(power)
    var divisor = UInt64(power) / 10
    while divisor > 0 {
      append(0x30 &+ UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  /// A JSON string with its quotes; control characters, quotes and backslashes are escaped.
  public mutating func append(quoted text: some StringProtocol) {
    append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C:
        append(0x5C)
        append(byte)
      case 0..<0x20:
        append(text: "\\u00")
        append(contentsOf: [hexDigit(byte >> 4), hexDigit(byte & 15)])
      default:
        append(byte)
      }
    }
    append(0x22)
  }

  /// `"NAME":"VALUE",`: the form of nearly every OKX field.
  public mutating func append(field name: StaticString, _ value: some StringProtocol) {
    append(0x22)
    append(text: name)
    append(text: "\":")
    append(quoted: value)
    append(0x2C)
  }

  /// Replaces a trailing comma by `byte`, or appends it.
  public mutating func close(with byte: UInt8) {
    if last == 0x2C { self[count - 1] = byte } else { append(byte) }
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
