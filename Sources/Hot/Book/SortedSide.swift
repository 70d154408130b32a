// A side as a sorted array in fixed memory, the best level at its end: right for any prices; hot plane.

import Quantities

/// One level inside a side. `key` is the price in ticks for bids and its negative for asks,
/// so that on both sides a better price has the greater key.
struct BookEntry: BitwiseCopyable {
  var key: Int64
  var lots: Int64
  var digits: LevelDigits

  @inline(__always)
  func ticks(sign: Int64) -> Int64 { key &* sign }
}

/// Levels in ascending key order: updates happen near the best price, which lies at the end, so that
/// an insert or delete there moves few entries.
@safe
struct SortedSide: ~Copyable {
  // SAFETY: `entries` holds `BookLimits.capacity` initialised entries, allocated by `init`, freed by
  // `deinit`, and reached by no one else; every index is below `count`, which stays in the capacity.
  private let entries: UnsafeMutablePointer<BookEntry>
  private(set) var count: Int = 0
  /// +1 for bids, -1 for asks.
  let sign: Int64

  init(_ side: Side) {
    sign = side.sign
    unsafe entries = .allocate(capacity: BookLimits.capacity)
    let empty = BookEntry(key: 0, lots: 0, digits: LevelDigits(price: 0, quantity: 0))
    // Touches every page, so that the hot path takes no fault.
    unsafe entries.initialize(repeating: empty, count: BookLimits.capacity)
  }

  deinit { unsafe entries.deallocate() }

  mutating func removeAll() { count = 0 }

  /// The entry at `rank` < `count`, 0 the best.
  @inline(__always)
  func entry(rank: Int) -> BookEntry {
    assert(rank < count)
    return unsafe entries[count &- 1 &- rank]
  }

  /// The first index whose key is not below `key`; `count` when there is none.
  @inline(__always)
  func lowerBound(_ key: Int64) -> Int {
    var index = count
    let near = index > 8 ? index &- 8 : 0
    while index > near {
      if unsafe entries[index &- 1].key < key { return index }
      index &-= 1
    }
    var base = 0
    var length = index
    while length > 0 {
      let half = length >> 1
      let isBelow = unsafe entries[base &+ half].key < key
      base = isBelow ? base &+ half &+ 1 : base
      length = isBelow ? length &- half &- 1 : half
    }
    return base
  }

  /// The size at `ticks`, 0 when there is none.
  func lots(ticks: Int64) -> Int64 {
    let key = ticks &* sign
    let index = lowerBound(key)
    return unsafe index < count && entries[index].key == key ? entries[index].lots : 0
  }

  /// Sets, inserts or deletes one level. False when the memory is full.
  @inline(__always)
  mutating func set(_ level: MarketLevel, _ digits: LevelDigits) -> Bool {
    let key = level.price.ticks &* sign
    let lots = level.quantity.lots
    let index = lowerBound(key)
    if unsafe index < count && entries[index].key == key {
      if lots == 0 {
        count &-= 1
        unsafe move(entries + index + 1, to: entries + index, count: count &- index)
      } else {
        unsafe entries[index].lots = lots
        unsafe entries[index].digits = digits
      }
      return true
    }
    if lots == 0 { return true }
    if count == BookLimits.capacity { return false }
    unsafe move(entries + index, to: entries + index + 1, count: count &- index)
    unsafe entries[index] = BookEntry(key: key, lots: lots, digits: digits)
    count &+= 1
    return true
  }

  /// An overlapping copy. (`update(from:count:)` may release, says `@_noLocks`; raw memory cannot.)
  @inline(__always)
  private func move(
    _ source: UnsafeMutablePointer<BookEntry>, to target: UnsafeMutablePointer<BookEntry>,
    count: Int
  ) {
    unsafe UnsafeMutableRawPointer(target).copyMemory(
      from: source, byteCount: count &* MemoryLayout<BookEntry>.stride)
  }

  /// Writes one of `total` levels; the caller writes every rank once, keys falling.
  @inline(__always)
  mutating func write(_ entry: BookEntry, rank: Int, of total: Int) {
    assert(rank < total && total <= BookLimits.capacity)
    unsafe entries[total &- 1 &- rank] = entry
    count = total
  }
}
