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

/// The stages of one core and what their loops share. Built by `Core`, used by its hot threads.
@safe
struct StageSet: @unchecked Sendable {
  // SAFETY: `Core` owns the pointees and outlives the threads; each stage is polled by one thread, and
  // a reactor by the thread of the stage that holds it.
  var feed: UnsafeMutablePointer<FeedStage>
  var builder: UnsafeMutablePointer<BuilderStage>
  var gate: UnsafeMutablePointer<GateStage>
  var sender: UnsafeMutablePointer<SenderStage>
  var feedReactor: UnsafeMutablePointer<TransportReactor>
  /// The same as `feedReactor` in `fused`.
  var senderReactor: UnsafeMutablePointer<TransportReactor>
  var feedSlots: Int
  var control: RunControl
  var wakers: StageWakers
  var wait: WaitStrategy
}

/// Who wakes whom. In `fused` all four are one.
struct StageWakers: Sendable {
  var feed: Waker
  var builder: Waker
  var gate: Waker
  var sender: Waker

  func wakeAll() {
    feed.wake()
    builder.wake()
    gate.wake()
    sender.wake()
  }
}

/// A blocked thread looks at its timers this often even if nothing wakes it.
let blockedNanosecondsMax: Int64 = 2_000_000

extension StageSet {
  /// All stages on the calling thread.
  @_noLocks
  func runFused(_ probe: ThreadProbe) {
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
  func runFeed(_ probe: ThreadProbe) {
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
  func runBuilder(_ probe: ThreadProbe) {
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
  func runGate(_ probe: ThreadProbe) {
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
  func runSender(_ probe: ThreadProbe) {
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
