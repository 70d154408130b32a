// The latest fills seen, so that a repeated push is told from a new fill; hot plane.

import Quantities

/// Remembers the latest `capacity` (order, tradeId) pairs: "a fill is the first push per tradeId".
@safe
struct SeenFills: ~Copyable, @unchecked Sendable {
  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone; `at` stays
  // below `capacity`, and the index holds slots below it.
  let pairs: UnsafeMutablePointer<TradePair>
  var index: FixedIndex
  var at = 0
  let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    index = FixedIndex(capacity: capacity)
    unsafe pairs = .allocate(capacity: capacity)
    unsafe pairs.initialize(repeating: TradePair(order: 0, trade: 0), count: capacity)
  }

  deinit { unsafe pairs.deallocate() }

  @_noLocks
  func contains(_ pair: TradePair) -> Bool {
    guard let slot = index.find(pair.key) else { return false }
    return unsafe pairs[slot] == pair
  }

  /// Forgets the oldest pair for the new one. Of two pairs with one key (2⁻⁶⁴) the first is kept.
  @_noLocks
  mutating func insert(_ pair: TradePair) {
    let old = unsafe pairs[at]
    if old.key != 0, let slot = index.find(old.key), slot == at { _ = index.remove(old.key) }
    unsafe pairs[at] = pair
    if !index.insert(pair.key, slot: at) { unsafe pairs[at] = TradePair(order: 0, trade: 0) }
    at = at &+ 1 == capacity ? 0 : at &+ 1
  }
}

/// An order's id (the exchange's) and a trade's.
struct TradePair: Hashable, BitwiseCopyable {
  var order: UInt64
  var trade: UInt64

  /// Never 0 for a real pair.
  var key: UInt64 {
    if order == 0 && trade == 0 { return 0 }
    var mixed = order &* 0x9E37_79B9_7F4A_7C15
    mixed ^= (mixed >> 29) ^ (trade &* 0xC2B2_AE3D_27D4_EB4F)
    mixed ^= mixed >> 31
    return mixed == 0 ? 1 : mixed
  }
}
