// One side of the product's book: a ladder indexed by tick, or a sorted array where prices lie too far apart; hot plane.

import Quantities

/// `windowTicks` consecutive prices, each with a slot; a bit says whether a slot holds a level and a bit of
/// a summary word whether 64 slots do. Setting a level and finding the next better or worse one are O(1).
/// The window is a ring: moving it moves nothing. Prices that no window holds (options, stray levels far
/// out) turn the side into a `SortedSide`, which is right for any prices; it turns back at a snapshot, or
/// when one of the checks every `checkInterval` messages finds that all levels fit again.
@safe
struct LadderSide: ~Copyable {
  @inline(__always) static var windowTicks: Int64 { 4096 }
  @inline(__always) static var slotMask: Int { 4095 }
  @inline(__always) static var wordMask: Int { 63 }
  static var checkInterval: UInt32 { 1024 }

  // SAFETY: `lots` and `digits` hold `windowTicks` entries, `words` 64; made by `init`, freed by `deinit`,
  // reached by no one else; every index is masked.
  private let lots: UnsafeMutablePointer<Int64>
  private let digits: UnsafeMutablePointer<LevelDigits>
  private let words: UnsafeMutablePointer<UInt64>
  private var summary: UInt64 = 0
  /// Lowest key of the window.
  private var base: Int64 = 0
  /// Greatest key with a level; meaningless while `ladderCount` is 0.
  private var best: Int64 = 0
  private var ladderCount = 0
  private var sorted: SortedSide
  private(set) var isSorted = false
  private var messages: UInt32 = 0
  /// +1 for bids, -1 for asks.
  let sign: Int64

  init(_ side: Side) {
    sign = side.sign
    sorted = SortedSide(side)
    let slots = Int(LadderSide.windowTicks)
    unsafe lots = .allocate(capacity: slots)
    unsafe digits = .allocate(capacity: slots)
    unsafe words = .allocate(capacity: LadderSide.wordMask + 1)
    unsafe lots.initialize(repeating: 0, count: slots)
    unsafe digits.initialize(repeating: LevelDigits(price: 0, quantity: 0), count: slots)
    unsafe words.initialize(repeating: 0, count: LadderSide.wordMask + 1)
  }

  deinit {
    unsafe lots.deallocate()
    unsafe digits.deallocate()
    unsafe words.deallocate()
  }

  @inline(__always)
  var count: Int { isSorted ? sorted.count : ladderCount }

  mutating func removeAll() {
    clearLadder()
    sorted.removeAll()
    isSorted = false
  }

  private mutating func clearLadder() {
    while summary != 0 {
      let word = summary.trailingZeroBitCount
      summary &= summary &- 1
      var bits = unsafe words[word]
      unsafe words[word] = 0
      while bits != 0 {
        unsafe lots[word &* 64 &+ bits.trailingZeroBitCount] = 0
        bits &= bits &- 1
      }
    }
    ladderCount = 0
  }

  // MARK: Changing levels

  /// Sets, inserts or deletes one level. False when the memory is full.
  @inline(__always)
  mutating func set(_ level: MarketLevel, _ written: LevelDigits) -> Bool {
    let key = level.price.ticks &* sign
    if isSorted { return sorted.set(level, written) }
    // Below the base wraps to a huge number: one comparison for both ends.
    if UInt64(bitPattern: key &- base) >= UInt64(LadderSide.windowTicks) {
      // No level lies outside of the window, so there is nothing to delete there.
      if level.quantity.lots == 0 { return true }
      if !moveWindow(toHold: key) { return sorted.set(level, written) }
    }
    place(key, level.quantity.lots, written)
    return true
  }

  /// Writes one slot of the window.
  @inline(__always)
  private mutating func place(_ key: Int64, _ quantity: Int64, _ written: LevelDigits) {
    let slot = Int(truncatingIfNeeded: key) & LadderSide.slotMask
    let before = unsafe lots[slot]
    unsafe lots[slot] = quantity
    unsafe digits[slot] = written
    if (before == 0) == (quantity == 0) { return }
    let word = slot >> 6
    let bit = UInt64(1) << UInt64(slot & 63)
    if quantity != 0 {
      unsafe words[word] |= bit
      summary |= 1 << UInt64(word)
      if ladderCount == 0 || key > best { best = key }
      ladderCount &+= 1
      return
    }
    let left = unsafe words[word] & ~bit
    unsafe words[word] = left
    if left == 0 { summary &= ~(1 << UInt64(word)) }
    ladderCount &-= 1
    if key == best && ladderCount > 0 { best = next(below: key) }
  }

  /// The greatest key with a level below `key`, which lies in the window; there must be one.
  @inline(__always)
  private func next(below key: Int64) -> Int64 {
    let slot = Int(truncatingIfNeeded: key) & LadderSide.slotMask
    let word = slot >> 6
    let lower = unsafe words[word] & ((1 << UInt64(slot & 63)) &- 1)
    if lower != 0 { return key &- Int64((slot & 63) &- (63 &- lower.leadingZeroBitCount)) }
    // Rotated so that the words below this one, going round, are the high bits. Then this word itself
    // comes last: what of it lies above `key` in the slots lies below it in the ring.
    let turn = UInt64(word)
    let rotated = (summary >> turn) | (turn == 0 ? 0 : summary << (64 &- turn))
    let others = rotated & ~1
    let distance = others != 0 ? others.leadingZeroBitCount &+ 1 : 64
    let found = (word &- distance) & LadderSide.wordMask
    let top = unsafe 63 &- words[found].leadingZeroBitCount
    return key &- Int64((slot & 63) &+ distance &* 64 &- top)
  }

  /// The lowest key with a level: from the base upwards, in ring order. Rare; there must be one.
  private func worst() -> Int64 {
    var offset: Int64 = 0
    while offset < LadderSide.windowTicks {
      let slot = Int(truncatingIfNeeded: base &+ offset) & LadderSide.slotMask
      let bits = unsafe words[slot >> 6] >> UInt64(slot & 63)
      if bits != 0 {
        let found = base &+ offset &+ Int64(bits.trailingZeroBitCount)
        if found &- base < LadderSide.windowTicks { return found }
      }
      offset &+= 64 &- Int64(slot & 63)
    }
    return best
  }

  /// Moves the window so that it holds all levels and `key`; without one that does, the side turns sorted
  /// and the answer is false.
  private mutating func moveWindow(toHold key: Int64) -> Bool {
    var low = key
    var high = key
    if ladderCount > 0 {
      low = min(key, worst())
      high = max(key, best)
    }
    if frame(low, high) { return true }
    sorted.removeAll()
    var rank = 0
    var at = best
    let total = ladderCount
    while rank < total {
      let slot = Int(truncatingIfNeeded: at) & LadderSide.slotMask
      unsafe sorted.write(
        BookEntry(key: at, lots: lots[slot], digits: digits[slot]), rank: rank, of: total)
      rank &+= 1
      if rank < total { at = next(below: at) }
    }
    clearLadder()
    isSorted = true
    return false
  }

  /// Puts the window around `low…high`, with a quarter of it free above where there is room: a better price
  /// is what comes most. False, and nothing changed, when they do not fit.
  private mutating func frame(_ low: Int64, _ high: Int64) -> Bool {
    let span = high &- low
    if span < 0 || span >= LadderSide.windowTicks { return false }
    let room = min(LadderSide.windowTicks / 4, LadderSide.windowTicks &- 1 &- span)
    base = high &+ room &- LadderSide.windowTicks &+ 1
    return true
  }

  /// Called once a message: a sorted side looks now and then whether it can be a ladder again.
  @inline(__always)
  mutating func settle() {
    if !isSorted { return }
    messages &+= 1
    if messages & (LadderSide.checkInterval &- 1) == 0 { returnToLadder() }
  }

  private mutating func returnToLadder() {
    let total = sorted.count
    if total == 0 {
      isSorted = false
      return
    }
    if total > BookLimits.levelsMax { return }
    let high = sorted.entry(rank: 0).key
    let low = sorted.entry(rank: total &- 1).key
    // Half a window: not at the edge of turning sorted again.
    if high &- low >= LadderSide.windowTicks / 2 || !frame(low, high) { return }
    isSorted = false
    var rank = 0
    while rank < total {
      let entry = sorted.entry(rank: rank)
      place(entry.key, entry.lots, entry.digits)
      rank &+= 1
    }
    sorted.removeAll()
  }

  /// Replaces everything by `levels[0..<total]`, in any order, repetitions and empty levels allowed.
  mutating func fill(
    _ levels: UnsafePointer<MarketLevel>, _ written: UnsafePointer<LevelDigits>?, total: Int
  ) -> Bool {
    removeAll()
    let none = LevelDigits(price: 0, quantity: 0)
    var low = Int64.max
    var high = Int64.min
    var index = 0
    while index < total {
      let level = unsafe levels[index]
      let key = level.price.ticks &* sign
      if level.quantity.lots != 0 {
        low = min(low, key)
        high = max(high, key)
      }
      index &+= 1
    }
    if low > high { return true }
    isSorted = !frame(low, high)
    index = 0
    while index < total {
      if unsafe !set(levels[index], written?[index] ?? none) { return false }
      index &+= 1
    }
    return true
  }
}

extension LadderSide {
  // MARK: Reading levels

  /// The best level; `count` must not be 0. O(1).
  @inline(__always)
  var first: BookEntry {
    if isSorted { return sorted.entry(rank: 0) }
    return entry(key: best)
  }

  @inline(__always)
  private func entry(key: Int64) -> BookEntry {
    let slot = Int(truncatingIfNeeded: key) & LadderSide.slotMask
    return unsafe BookEntry(key: key, lots: lots[slot], digits: digits[slot])
  }

  /// The level at `rank` < `count`, 0 the best. O(rank).
  func entry(rank: Int) -> BookEntry {
    if isSorted { return sorted.entry(rank: rank) }
    var key = best
    var left = rank
    while left > 0 {
      key = next(below: key)
      left &-= 1
    }
    return entry(key: key)
  }

  /// The level behind `entry` in the order of price; there must be one. `rank` is the rank of the answer.
  @inline(__always)
  func following(_ entry: BookEntry, rank: Int) -> BookEntry {
    isSorted ? sorted.entry(rank: rank) : self.entry(key: next(below: entry.key))
  }

  /// The size at `ticks`, 0 when there is none.
  func lots(ticks: Int64) -> Int64 {
    if isSorted { return sorted.lots(ticks: ticks) }
    let key = ticks &* sign
    if UInt64(bitPattern: key &- base) >= UInt64(LadderSide.windowTicks) { return 0 }
    return unsafe lots[Int(truncatingIfNeeded: key) & LadderSide.slotMask]
  }
}
