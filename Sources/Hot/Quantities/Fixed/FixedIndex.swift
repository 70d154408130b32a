// An open-addressing map from 64-bit ids to slot numbers in memory fixed at start; hot plane.

/// Maps non-zero 64-bit keys to slot numbers: O(1) expected, linear probing at most half full,
/// backward-shift deletion, no allocation after `init`.
@safe @frozen
public struct FixedIndex: ~Copyable, @unchecked Sendable {
  @frozen
  @usableFromInline
  struct Bucket: BitwiseCopyable {
    /// 0 marks an empty bucket.
    @usableFromInline var key: UInt64
    @usableFromInline var value: UInt64
    @inlinable init(key: UInt64, value: UInt64) {
      self.key = key
      self.value = value
    }
  }

  // SAFETY: allocated by `init`, freed by `deinit`, reached through this sole owner alone;
  // every index is masked by `mask`, one less than the allocated power of two.
  @usableFromInline let buckets: UnsafeMutablePointer<Bucket>
  @usableFromInline let mask: Int
  public let capacity: Int
  public private(set) var count: Int

  /// Most keys one index may hold.
  @inlinable public static var capacityMax: Int { 1 << 20 }

  public init(capacity: Int) {
    precondition(capacity > 0 && capacity <= FixedIndex.capacityMax, "Invariant: 1…capacityMax")
    var size = 8
    while size < capacity * 2 { size *= 2 }
    mask = size - 1
    self.capacity = capacity
    count = 0
    unsafe buckets = .allocate(capacity: size)
    unsafe buckets.initialize(repeating: Bucket(key: 0, value: 0), count: size)
  }

  deinit { unsafe buckets.deallocate() }

  @inlinable
  func home(_ key: UInt64) -> Int {
    var mixed = key &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 32
    return Int(truncatingIfNeeded: mixed) & mask
  }

  /// The slot stored for `key`, or nil.
  @_noLocks
  public func find(_ key: UInt64) -> Int? {
    if key == 0 { return nil }
    var at = home(key)
    while true {
      let bucket = unsafe buckets[at]
      if bucket.key == key { return Int(truncatingIfNeeded: bucket.value) }
      if bucket.key == 0 { return nil }
      at = (at &+ 1) & mask
    }
  }

  /// False when the key is 0 or already held, or the index is full.
  @_noLocks
  public mutating func insert(_ key: UInt64, slot: Int) -> Bool {
    if key == 0 || count >= capacity { return false }
    var at = home(key)
    while true {
      let held = unsafe buckets[at].key
      if held == key { return false }
      if held == 0 { break }
      at = (at &+ 1) & mask
    }
    unsafe buckets[at] = Bucket(key: key, value: UInt64(truncatingIfNeeded: slot))
    count &+= 1
    return true
  }

  /// The slot that was stored for `key`, or nil.
  @_noLocks
  public mutating func remove(_ key: UInt64) -> Int? {
    if key == 0 { return nil }
    var at = home(key)
    while true {
      let held = unsafe buckets[at].key
      if held == 0 { return nil }
      if held == key { break }
      at = (at &+ 1) & mask
    }
    let slot = unsafe Int(truncatingIfNeeded: buckets[at].value)
    var hole = at
    var next = (at &+ 1) & mask
    while true {
      let bucket = unsafe buckets[next]
      if bucket.key == 0 { break }
      // The bucket may move into the hole unless its home lies between the hole and itself.
      let distanceFromHome = (next &- home(bucket.key)) & mask
      let distanceFromHole = (next &- hole) & mask
      if distanceFromHome >= distanceFromHole {
        unsafe buckets[hole] = bucket
        hole = next
      }
      next = (next &+ 1) & mask
    }
    unsafe buckets[hole] = Bucket(key: 0, value: 0)
    count &-= 1
    return slot
  }
}
