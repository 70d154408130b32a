// A fixed log-linear histogram of nanoseconds in raw memory that another process may read; hot plane.
import Synchronization

/// HDR-style buckets: 32 per power of two, so a value is known to 1 part in 32; exact below 64 ns.
///
/// Covers 1 ns to 137 s; longer times count in the last bucket, and `max` stays exact. Negative times
/// count as 0. Recording is O(1), allocates nothing, and has one writer (loads and stores, no locked
/// instruction). Readers take a snapshot at any time; counts recorded meanwhile may or may not be in it.
@safe @frozen
public struct LatencyHistogram: @unchecked Sendable {
  // SAFETY: the memory outlives the handle and is only accessed as Atomics; the bucket index is bounded
  // by construction (`bucket(of:)` returns less than `bucketCount`).
  @usableFromInline let base: UnsafeMutableRawPointer

  /// 2^5 sub-buckets a power of two; values below 2^37 ns have buckets of their own.
  @inlinable public static var subBucketBits: Int { 5 }
  @inlinable public static var valueBits: Int { 37 }
  @inlinable public static var bucketCount: Int {
    (valueBits - subBucketBits + 1) << subBucketBits
  }
  /// max and sum in the first line, then the buckets; a multiple of 64.
  @inlinable public static var byteCount: Int { 64 + bucketCount * 8 }

  /// Over `byteCount` bytes, 8-byte aligned, zero or already recorded into.
  @inlinable public init(at base: UnsafeMutableRawPointer) { unsafe self.base = unsafe base }

  /// In private memory of its own. Lives until the process ends.
  public init() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.byteCount, alignment: 128)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
    unsafe base = unsafe memory
  }

  /// The bucket that counts `nanoseconds`.
  @inlinable
  public static func bucket(of nanoseconds: UInt64) -> Int {
    if nanoseconds >= 1 << UInt64(valueBits) { return bucketCount - 1 }
    let exponent = 63 - (nanoseconds | 31).leadingZeroBitCount
    let shift = exponent > subBucketBits ? exponent &- subBucketBits : 0
    return shift << subBucketBits &+ Int(truncatingIfNeeded: nanoseconds >> UInt64(shift))
  }

  /// The largest value that `bucket` counts, nanoseconds.
  public static func highest(in bucket: Int) -> UInt64 {
    let shift = max(0, (bucket >> subBucketBits) - 1)
    let top = UInt64(bucket - shift << subBucketBits)
    return (top + 1) << UInt64(shift) - 1
  }

  /// Counts one time. For the histogram's only writer.
  @inlinable
  public func record(nanoseconds: Int64) {
    let value = nanoseconds < 0 ? 0 : UInt64(nanoseconds)
    bump(64 &+ Self.bucket(of: value) &* 8, by: 1)
    bump(8, by: value)
    let maximum = unsafe word(base, 0).pointee.load(ordering: .relaxed)
    if value > maximum {
      unsafe word(base, 0).pointee.store(value, ordering: .relaxed)
    }
  }

  @inlinable
  func bump(_ offset: Int, by amount: UInt64) {
    let held = unsafe word(base, offset).pointee.load(ordering: .relaxed)
    unsafe word(base, offset).pointee.store(held &+ amount, ordering: .relaxed)
  }

  /// What was counted so far. Control plane: allocates.
  public func snapshot() -> LatencySnapshot {
    var buckets = [UInt64](repeating: 0, count: Self.bucketCount)
    for index in buckets.indices {
      buckets[index] = unsafe word(base, 64 + index * 8).pointee.load(ordering: .relaxed)
    }
    return unsafe LatencySnapshot(
      buckets: buckets, maximum: word(base, 0).pointee.load(ordering: .relaxed),
      sum: word(base, 8).pointee.load(ordering: .relaxed))
  }
}
