// The few words by which threads of the core tell each other to mute, to stop, and that warm-up is over; hot plane.

import Quantities
import Synchronization

/// A Copyable handle over atomics that live until the process ends. All accesses are relaxed unless
/// said otherwise: the words are flags and counters, they publish no other memory.
@safe
public struct RunControl: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; every access is atomic.
  @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// Words lie a pair of cache lines apart: Feed counts in one that others poll.
  @usableFromInline static var stride: Int { 16 }

  @usableFromInline
  enum Word: Int, CaseIterable {
    case stop, muted, warm, feedMessages, workingOrders
  }

  /// Messages that Feed takes before warm-up ends for every thread.
  public static let warmupMessages: UInt64 = 10_000

  public init() {
    let count = Word.allCases.count * RunControl.stride
    unsafe words = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 128)
      .bindMemory(to: Atomic<UInt64>.self, capacity: count)
    for index in 0..<count { unsafe (words + index).initialize(to: Atomic(0)) }
  }

  @inlinable
  func load(_ word: Word) -> UInt64 {
    unsafe words[word.rawValue * RunControl.stride].load(ordering: .relaxed)
  }
  @inlinable
  func store(_ word: Word, _ value: UInt64) {
    unsafe words[word.rawValue * RunControl.stride].store(value, ordering: .relaxed)
  }

  /// Hot threads leave their loops.
  @inlinable public var isStopping: Bool { load(.stop) != 0 }
  public func requestStop() { store(.stop, 1) }

  /// The strategy makes no new order; it still cancels.
  @inlinable public var isMuted: Bool { load(.muted) != 0 }
  public func setMuted(_ muted: Bool) { store(.muted, muted ? 1 : 0) }

  @inlinable public var isWarm: Bool { load(.warm) != 0 }
  @inlinable public var feedMessages: UInt64 { load(.feedMessages) }

  /// Orders of ours at work, as the Sender last counted.
  @inlinable public var workingOrders: UInt64 { load(.workingOrders) }
  /// The Sender alone calls this.
  @inlinable public func noteWorkingOrders(_ count: Int) {
    store(.workingOrders, UInt64(truncatingIfNeeded: count))
  }

  /// Feed alone calls this, with its running count of messages.
  @inlinable
  public func noteFeedMessages(_ count: UInt64) {
    store(.feedMessages, count)
    if count >= RunControl.warmupMessages && !isWarm { store(.warm, 1) }
  }
}
