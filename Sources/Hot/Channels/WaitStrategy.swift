// How a thread waits when its stages had nothing to do, apart from what they do; hot plane.
import CKernel

/// What a duty cycle does after a poll without work.
@frozen
public enum WaitStrategy: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// `pause` and poll again, for ever: the thread owns its CPU.
  case spin = 0
  /// `pause` for a while, then give the CPU away between polls.
  case spinThenYield = 1
  /// `pause` for a while, then block until a `Waker` or the reactor wakes the thread.
  case block = 2
}

/// The state of one thread's waiting.
///
/// ```
/// let work = stage.poll(now)
/// if waiter.shouldBlock(after: work) {
///   waker.prepareToSleep()
///   if stage.poll(.now()) == 0 { _ = waker.sleep(timeoutNanoseconds: …) }
///   waker.finishSleep()
/// }
/// ```
@frozen
public struct Waiter: ~Copyable, Sendable {
  public let strategy: WaitStrategy
  /// Polls without work before the thread yields or blocks.
  public let spinsMax: UInt32
  @usableFromInline var idlePolls: UInt32 = 0

  @inlinable
  public init(_ strategy: WaitStrategy, spinsMax: UInt32 = 2_000) {
    self.strategy = strategy
    self.spinsMax = spinsMax
  }

  /// Waits as the strategy says after a poll that did `work` units. True: the caller should block now.
  @inlinable
  public mutating func shouldBlock(after work: Int) -> Bool {
    if work > 0 {
      idlePolls = 0
      return false
    }
    if strategy == .spin || idlePolls < spinsMax {
      idlePolls &+= strategy == .spin ? 0 : 1
      ck_pause()
      return false
    }
    if strategy == .spinThenYield {
      ck_yield()
      return false
    }
    return true
  }
}
