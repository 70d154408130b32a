// How far the exchange's clock lies ahead of ours, from whoever measures it to whoever stamps by it; both planes.

import CKernel
import Quantities
import Synchronization

/// A Copyable handle over atomics that live until the process ends. One writer; all accesses are relaxed: the words publish
/// no other memory, and a reader that pairs an old offset with a new uncertainty is off by what both differ.
@safe
public struct VenueClock: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; every access is atomic.
  private let words: UnsafeMutablePointer<Atomic<Int64>>

  private enum Word: Int, CaseIterable { case offset, uncertainty, measuredAt }

  private static var unknown: Int64 { .min }

  public init() {
    unsafe words = .allocate(capacity: Word.allCases.count)
    for word in Word.allCases {
      unsafe (words + word.rawValue).initialize(to: Atomic(VenueClock.unknown))
    }
  }

  /// What one measurement, or many, say of the two clocks.
  @frozen
  public struct Offset: Hashable, Sendable, BitwiseCopyable {
    /// The exchange's time since 1970 less CLOCK_BOOTTIME, nanoseconds: a step of our wall clock does not touch it, nor
    /// does a suspended machine.
    public var nanoseconds: Int64
    /// The true one lies at most so far from it.
    public var uncertainty: Int64
    public var measuredAt: BootInstant

    public init(nanoseconds: Int64, uncertainty: Int64, measuredAt: BootInstant) {
      self.nanoseconds = nanoseconds
      self.uncertainty = uncertainty
      self.measuredAt = measuredAt
    }

    /// The exchange's clock less our wall clock as it stands now, nanoseconds.
    public var aheadOfWall: Int64 {
      nanoseconds &+ ck_now_boottime() &- ck_now_wall_ns()
    }
  }

  public func set(_ offset: Offset) {
    store(.uncertainty, offset.uncertainty)
    store(.measuredAt, offset.measuredAt.nanoseconds)
    store(.offset, offset.nanoseconds)
  }

  /// Nil until it was measured.
  public var offset: Offset? {
    let nanoseconds = load(.offset)
    if nanoseconds == VenueClock.unknown { return nil }
    return Offset(
      nanoseconds: nanoseconds, uncertainty: load(.uncertainty),
      measuredAt: BootInstant(nanoseconds: load(.measuredAt)))
  }

  /// What the exchange's clock shows now; ours where nobody measured.
  public func now() -> WallMilliseconds {
    let nanoseconds = load(.offset)
    if nanoseconds == VenueClock.unknown { return .now() }
    return WallMilliseconds(milliseconds: (ck_now_boottime() &+ nanoseconds) / 1_000_000)
  }

  /// The exchange's time less boot time; `wall`, which is our own, where nobody measured.
  @_noLocks
  func offset(orElse wall: Int64) -> Int64 {
    let nanoseconds = load(.offset)
    return nanoseconds == VenueClock.unknown ? wall : nanoseconds
  }

  @_noLocks
  private func load(_ word: Word) -> Int64 { unsafe words[word.rawValue].load(ordering: .relaxed) }
  private func store(_ word: Word, _ value: Int64) {
    unsafe words[word.rawValue].store(value, ordering: .relaxed)
  }
}
