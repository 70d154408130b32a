// A book that is put together from a channel's messages, by the documents alone; control plane.

import JSON
import Quantities

/// Levels by their price in ticks, each as it was sent.
struct ConformBook {
  typealias Side = [Int64: [String]]

  let tick: Increment
  fileprivate(set) var bids: Side = [:]
  fileprivate(set) var asks: Side = [:]
  /// Deletes of levels that it does not have, and levels that were sent as they are (docs/OKX.md OKX-058).
  private(set) var strayDeletes = 0
  private(set) var repeats = 0

  init(tick: Increment) { self.tick = tick }

  /// Takes a message; says what cannot be read of it.
  mutating func apply(_ frame: ConformFrame) -> String? {
    let row = frame.rows.first ?? .null
    if frame.action == "snapshot" { (bids, asks) = ([:], [:]) }
    for level in row["bids"]?.array ?? [] where !take(level, \.bids) { return level.canonical }
    for level in row["asks"]?.array ?? [] where !take(level, \.asks) { return level.canonical }
    return nil
  }

  private mutating func take(_ level: JSONValue, _ side: WritableKeyPath<ConformBook, Side>) -> Bool
  {
    let parts = (level.array ?? []).compactMap(\.string)
    guard parts.count == 4, let price = DecimalNumber(parts[0]),
      let size = DecimalNumber(parts[1]), let units = try? price.units(of: tick)
    else { return false }
    if size.mantissa == 0 {
      if self[keyPath: side].removeValue(forKey: units) == nil { strayDeletes += 1 }
    } else {
      if self[keyPath: side][units] == parts { repeats += 1 }
      self[keyPath: side][units] = parts
    }
    return true
  }

  var isCrossed: Bool {
    guard let bid = bids.keys.max(), let ask = asks.keys.min() else { return false }
    return bid >= ask
  }

  /// Levels of the larger side.
  var depth: Int { Swift.max(bids.count, asks.count) }

  /// CRC-32 as a signed number over the best 25 levels (docs/OKX.md OKX-059).
  var checksum: Int32 {
    let best = bids.keys.sorted(by: >).prefix(25).compactMap { bids[$0] }
    let other = asks.keys.sorted().prefix(25).compactMap { asks[$0] }
    var words: [String] = []
    for index in 0..<25 {
      if index < best.count { words += best[index].prefix(2) }
      if index < other.count { words += other[index].prefix(2) }
    }
    return Int32(bitPattern: ConformBook.crc32(words.joined(separator: ":")))
  }

  static func crc32(_ text: String) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in text.utf8 {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  /// What is different; nil where all levels have the same sizes and orders.
  func difference(from other: ConformBook) -> String? {
    for (mine, theirs, name) in [(bids, other.bids, "bid"), (asks, other.asks, "ask")] {
      for units in Set(mine.keys).union(theirs.keys) where mine[units] != theirs[units] {
        return "\(name) \(mine[units] ?? []) against \(theirs[units] ?? [])"
      }
    }
    return nil
  }
}
