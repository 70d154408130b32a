// The data element of a book or trade push, read from recorded bytes; simulation.

import Quantities

/// A level as its text says it.
struct LevelText {
  var price: DecimalNumber
  var quantity: DecimalNumber
  var orders: Int32
}

/// The first element of a book push's `data`.
struct BookData {
  var bids: [LevelText] = []
  var asks: [LevelText] = []
  var time: Int64 = 0
  var checksum: Int32 = 0
  var seqId: Int64?
  var prevSeqId: Int64?
  /// Where the element's closing brace stands.
  var end = 0
  /// The element has no member yet, so an inserted one needs no comma.
  var isEmpty = true

  /// Nil unless `data` is an array of exactly one such object.
  init?(_ bytes: [UInt8], _ range: Range<Int>) {
    var scanner = JSONCursor(bytes, from: range.lowerBound, to: range.upperBound)
    var copy = self
    var elements = 0
    let isWhole = scanner.array { scanner in
      elements += 1
      let isObject = scanner.object { scanner, key in copy.take(&scanner, key) }
      copy.end = scanner.position - 1
      return isObject
    }
    if !isWhole || elements != 1 { return nil }
    self = copy
  }

  private mutating func take(_ scanner: inout JSONCursor, _ key: Range<Int>) -> Bool {
    isEmpty = false
    if scanner.equals(key, "bids") { return BookData.levels(&scanner, &bids) }
    if scanner.equals(key, "asks") { return BookData.levels(&scanner, &asks) }
    guard
      scanner.equals(key, "ts") || scanner.equals(key, "checksum") || scanner.equals(key, "seqId")
        || scanner.equals(key, "prevSeqId")
    else { return scanner.skip() }
    guard let text = scanner.scalar(), let value = scanner.integer(text) else { return false }
    if scanner.equals(key, "ts") {
      time = value
    } else if scanner.equals(key, "checksum") {
      checksum = Int32(truncatingIfNeeded: value)
    } else if scanner.equals(key, "seqId") {
      seqId = value
    } else {
      prevSeqId = value
    }
    return true
  }

  private static func levels(_ scanner: inout JSONCursor, _ levels: inout [LevelText]) -> Bool {
    scanner.array { scanner in
      var fields: [Range<Int>] = []
      let isArray = scanner.array { scanner in
        guard let field = scanner.scalar() else { return false }
        fields.append(field)
        return true
      }
      guard isArray, fields.count >= 2, let price = decimal(scanner, fields[0]),
        let quantity = decimal(scanner, fields[1]), quantity.mantissa >= 0
      else { return false }
      let orders = fields.count > 3 ? scanner.integer(fields[3]) ?? 0 : 0
      levels.append(
        LevelText(price: price, quantity: quantity, orders: Int32(truncatingIfNeeded: orders)))
      return true
    }
  }
}

/// The first element of a `trades` push.
struct TradeData {
  var id: UInt64 = 0
  var price = DecimalNumber(mantissa: 0, decimals: 0)
  var quantity = DecimalNumber(mantissa: 0, decimals: 0)
  var side: Side = .buy
  var time: Int64 = 0
  var seqId: Int64?
  var count: Int32 = 1

  init?(_ bytes: [UInt8], _ range: Range<Int>) {
    var scanner = JSONCursor(bytes, from: range.lowerBound, to: range.upperBound)
    var copy = self
    var found = 0
    guard scanner.take(0x5B) else { return nil }
    let isWhole = scanner.object { scanner, key in
      guard scanner.peek() != 0x5B && scanner.peek() != 0x7B else { return scanner.skip() }
      guard let value = scanner.scalar() else { return false }
      if scanner.equals(key, "px") || scanner.equals(key, "sz") {
        guard let number = decimal(scanner, value) else { return false }
        if scanner.equals(key, "px") { copy.price = number } else { copy.quantity = number }
        found += 1
      } else if scanner.equals(key, "side") {
        copy.side = scanner.equals(value, "sell") ? .sell : .buy
        found += 1
      } else if scanner.equals(key, "tradeId") {
        copy.id = UInt64(scanner.text(value)) ?? 0
      } else if scanner.equals(key, "ts") {
        copy.time = scanner.integer(value) ?? 0
      } else if scanner.equals(key, "seqId") {
        copy.seqId = scanner.integer(value)
      } else if scanner.equals(key, "count") {
        copy.count = Int32(truncatingIfNeeded: scanner.integer(value) ?? 1)
      }
      return true
    }
    if !isWhole || found < 3 { return nil }
    self = copy
  }
}

private func decimal(_ scanner: JSONCursor, _ range: Range<Int>) -> DecimalNumber? {
  try? DecimalNumber.parse(scanner.bytes.span.extracting(range))
}
