// The book's digest text, line by line; pure bytes, hashed elsewhere; control plane and tests call it.

import Quantities

extension OrderBook where Self: ~Copyable {
  /// Calls `sink` with `b,PRICE,SIZE\n` for each bid, best first, then `a,PRICE,SIZE\n` for each ask:
  /// decimals in plain notation without trailing zeros. The lower-case hex SHA-256 of these bytes is the
  /// report's `digest`.
  public func writeDigestLines(
    of instrument: Instrument, _ sink: (Span<UInt8>) -> Void
  ) {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { line in
      for (side, letter) in [(Side.buy, UInt8(0x62)), (Side.sell, UInt8(0x61))] {
        for rank in 0..<depth(side) {
          guard let level = level(side, at: rank) else { break }
          unsafe line[0] = letter
          unsafe line[1] = 0x2C
          var length = 2
          unsafe writeProduct(level.price.ticks, instrument.tick, into: line, at: &length)
          unsafe line[length] = 0x2C
          length += 1
          unsafe writeProduct(level.quantity.lots, instrument.lot, into: line, at: &length)
          unsafe line[length] = 0x0A
          let text = unsafe UnsafeBufferPointer(start: line.baseAddress, count: length + 1)
          unsafe sink(text.span)
        }
      }
    }
  }
}

/// `units × increment` (both positive), at most 39 digits, a point and 36 places: under 60 bytes.
@unsafe
private func writeProduct(
  _ units: Int64, _ increment: Increment, into line: UnsafeMutableBufferPointer<UInt8>,
  at length: inout Int
) {
  precondition(increment.decimals <= DecimalNumber.decimalsMax)
  var mantissa = Int128(units) * Int128(increment.mantissa)
  var places = Int(increment.decimals)
  while places > 0 && mantissa % 10 == 0 {
    mantissa /= 10
    places -= 1
  }
  var digits = 1
  var bound: Int128 = 10
  while digits < 38 && mantissa >= bound {
    digits += 1
    bound *= 10
  }
  let total = max(digits, places + 1)
  let end = length + total + (places > 0 ? 1 : 0)
  var position = end
  for index in 0..<total {
    if index == places && places > 0 {
      position -= 1
      unsafe line[position] = 0x2E
    }
    position -= 1
    unsafe line[position] = 0x30 + UInt8(mantissa % 10)
    mantissa /= 10
  }
  length = end
}
