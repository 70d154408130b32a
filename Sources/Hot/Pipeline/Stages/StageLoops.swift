// How stages run: each on a thread of its own, or all on one; concrete loops, proved free of locks; hot plane.

import Channels
import Quantities
import Transport

/// Which threads run the stages.
public enum Topology: String, Sendable, CaseIterable {
  /// A thread for each stage.
  case split
  /// All stages on one thread.
  case fused
}

/// The stages of one core and what their loops share. Made by `StageRings`, owned by the core, used by its
/// hot threads.
@safe
public struct StageSet: @unchecked Sendable {
  // SAFETY: the core owns the pointees, outlives the threads and calls `free` once; each stage is polled by one thread, and
  // a reactor by the thread of the stage that holds it.
  public let feed: UnsafeMutablePointer<FeedStage>
  public let builder: UnsafeMutablePointer<BuilderStage>
  public let gate: UnsafeMutablePointer<GateStage>
  public let sender: UnsafeMutablePointer<SenderStage>
  let feedReactor: UnsafeMutablePointer<TransportReactor>
  /// The same as `feedReactor` in `fused`.
  let senderReactor: UnsafeMutablePointer<TransportReactor>
  let feedSlots: Int
  let control: RunControl
  public let wakers: StageWakers
  let wait: WaitStrategy
}

/// Who wakes whom. In `fused` all four are one.
public struct StageWakers: Sendable {
  public let feed: Waker
  public let builder: Waker
  public let gate: Waker
  public let sender: Waker

  public func wakeAll() {
    feed.wake()
    builder.wake()
    gate.wake()
    sender.wake()
  }
}

/// A blocked thread looks at its timers this often even if nothing wakes it.
let blockedNanosecondsMax: Int64 = 2_000_000

extension StageSet {
  /// On the thread that polls it, before its loop.
  public func startFeedReactor() {
    let result = unsafe feedReactor.pointee.start()
    precondition(result == 0, "Invariant: a reactor that was made can be started")
  }

  /// In `split` only: in `fused` both are one.
  public func startSenderReactor() {
    let result = unsafe senderReactor.pointee.start()
    precondition(result == 0, "Invariant: a reactor that was made can be started")
  }

  /// After every thread has ended.
  public func free() {
    unsafe feed.deinitialize(count: 1)
    unsafe feed.deallocate()
    unsafe builder.deinitialize(count: 1)
    unsafe builder.deallocate()
    unsafe gate.deinitialize(count: 1)
    unsafe gate.deallocate()
    unsafe sender.deinitialize(count: 1)
    unsafe sender.deallocate()
    if unsafe senderReactor != feedReactor {
      unsafe senderReactor.deinitialize(count: 1)
      unsafe senderReactor.deallocate()
    }
    unsafe feedReactor.deinitialize(count: 1)
    unsafe feedReactor.deallocate()
  }
}

extension StageSet {
  /// All stages on the calling thread.
  @_noLocks
  public func runFused(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      let work = pollFused(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        wakers.feed.prepareToSleep()
        if pollFused(probe) == 0 {
          _ = unsafe feedReactor.pointee.wait(timeoutNanoseconds: blockedNanosecondsMax)
        }
        wakers.feed.finishSleep()
      }
    }
    unsafe feed.pointee.close(.now())
    unsafe sender.pointee.close(.now())
  }

  @_noLocks
  private func pollFused(_ probe: ThreadProbe) -> Int {
    var work = 0
    if unsafe feed.pointee.canTake && sender.pointee.canTake {
      let completion = unsafe feedReactor.pointee.poll()
      if completion.kind != .idle {
        work &+= 1
        if completion.slot < feedSlots {
          work &+= unsafe feed.pointee.take(completion)
        } else {
          work &+= unsafe sender.pointee.take(completion)
        }
      }
    }
    let now: Instant = .now()
    work &+= unsafe feed.pointee.poll(now)
    work &+= unsafe builder.pointee.poll(now)
    work &+= unsafe gate.pointee.poll(now)
    work &+= unsafe sender.pointee.poll(now)
    unsafe probe.noteMessages(feed.pointee.counters.messages)
    return work
  }

  /// Feed on a thread of its own.
  @_noLocks
  public func runFeed(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      let work = pollFeed(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        wakers.feed.prepareToSleep()
        if pollFeed(probe) == 0 {
          _ = unsafe feedReactor.pointee.wait(timeoutNanoseconds: blockedNanosecondsMax)
        }
        wakers.feed.finishSleep()
      }
    }
    unsafe feed.pointee.close(.now())
  }

  /// One completion, so that what it brought goes on before the next is taken.
  @_noLocks
  private func pollFeed(_ probe: ThreadProbe) -> Int {
    var work = 0
    if unsafe feed.pointee.canTake {
      let completion = unsafe feedReactor.pointee.poll()
      if completion.kind != .idle { work = unsafe feed.pointee.take(completion) &+ 1 }
    }
    work &+= unsafe feed.pointee.poll(.now())
    if work > 0 { wakers.builder.wake() }
    unsafe probe.noteMessages(feed.pointee.counters.messages)
    return work
  }

  /// Builder on a thread of its own.
  @_noLocks
  public func runBuilder(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      let work = pollBuilder(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        wakers.builder.prepareToSleep()
        if pollBuilder(probe) == 0 {
          _ = wakers.builder.sleep(timeoutNanoseconds: blockedNanosecondsMax)
        }
        wakers.builder.finishSleep()
      }
    }
  }

  @_noLocks
  private func pollBuilder(_ probe: ThreadProbe) -> Int {
    let before = unsafe builder.pointee.counters
    let work = unsafe builder.pointee.poll(.now())
    let after = unsafe builder.pointee.counters
    if after.resyncsAsked != before.resyncsAsked { wakers.feed.wake() }
    if after.intents != before.intents { wakers.gate.wake() }
    probe.noteMessages(after.messages)
    return work
  }

  /// Gate on a thread of its own.
  @_noLocks
  public func runGate(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      let work = pollGate(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        wakers.gate.prepareToSleep()
        if pollGate(probe) == 0 {
          _ = wakers.gate.sleep(timeoutNanoseconds: blockedNanosecondsMax)
        }
        wakers.gate.finishSleep()
      }
    }
  }

  @_noLocks
  private func pollGate(_ probe: ThreadProbe) -> Int {
    let work = unsafe gate.pointee.poll(.now())
    if work > 0 {
      wakers.sender.wake()
      wakers.builder.wake()
    }
    unsafe probe.noteMessages(gate.pointee.messages)
    return work
  }

  /// Sender on a thread of its own.
  @_noLocks
  public func runSender(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      let work = pollSender(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        wakers.sender.prepareToSleep()
        if pollSender(probe) == 0 {
          _ = unsafe senderReactor.pointee.wait(timeoutNanoseconds: blockedNanosecondsMax)
        }
        wakers.sender.finishSleep()
      }
    }
    unsafe sender.pointee.close(.now())
  }

  @_noLocks
  private func pollSender(_ probe: ThreadProbe) -> Int {
    var work = 0
    if unsafe sender.pointee.canTake {
      let completion = unsafe senderReactor.pointee.poll()
      if completion.kind != .idle { work = unsafe sender.pointee.take(completion) &+ 1 }
    }
    work &+= unsafe sender.pointee.poll(.now())
    if work > 0 {
      wakers.gate.wake()
      wakers.builder.wake()
    }
    unsafe probe.noteMessages(sender.pointee.counters.messages)
    return work
  }
}
