// How stages run: each on a thread of its own, or all on one; the loops are concrete and proved free of locks; hot plane.

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
  // SAFETY: `Core` owns the pointees and outlives the threads; each stage is polled by one thread.
  var feed: UnsafeMutablePointer<FeedStage>
  var builder: UnsafeMutablePointer<BuilderStage>
  var feedReactor: UnsafeMutablePointer<TransportReactor>
  var control: RunControl
  var feedWaker: Waker
  var builderWaker: Waker
  var wait: WaitStrategy
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
      var work = pollFused(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        feedWaker.prepareToSleep()
        work = pollFused(probe)
        if work == 0 {
          _ = unsafe feedReactor.pointee.wait(timeoutNanoseconds: blockedNanosecondsMax)
        }
        feedWaker.finishSleep()
      }
    }
    unsafe feed.pointee.close(.now())
  }

  @_noLocks
  private func pollFused(_ probe: ThreadProbe) -> Int {
    let now: Instant = .now()
    var work = receive()
    work &+= unsafe feed.pointee.poll(now)
    work &+= unsafe builder.pointee.poll(now)
    unsafe probe.noteMessages(feed.pointee.counters.messages)
    return work
  }

  /// One completion, so that what it brought goes all the way before the next is taken.
  @_noLocks
  private func receive() -> Int {
    guard unsafe feed.pointee.canTake else { return 0 }
    let completion = unsafe feedReactor.pointee.poll()
    if completion.kind == .idle { return 0 }
    return unsafe feed.pointee.take(completion) &+ 1
  }

  /// Feed on a thread of its own.
  @_noLocks
  func runFeed(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      var work = pollFeed(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        feedWaker.prepareToSleep()
        work = pollFeed(probe)
        if work == 0 {
          _ = unsafe feedReactor.pointee.wait(timeoutNanoseconds: blockedNanosecondsMax)
        }
        feedWaker.finishSleep()
      }
    }
    unsafe feed.pointee.close(.now())
  }

  @_noLocks
  private func pollFeed(_ probe: ThreadProbe) -> Int {
    var work = receive()
    work &+= unsafe feed.pointee.poll(.now())
    if work > 0 { builderWaker.wake() }
    unsafe probe.noteMessages(feed.pointee.counters.messages)
    return work
  }

  /// Builder on a thread of its own.
  @_noLocks
  func runBuilder(_ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    while !control.isStopping {
      var work = pollBuilder(probe)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        builderWaker.prepareToSleep()
        work = pollBuilder(probe)
        if work == 0 { _ = builderWaker.sleep(timeoutNanoseconds: blockedNanosecondsMax) }
        builderWaker.finishSleep()
      }
    }
  }

  @_noLocks
  private func pollBuilder(_ probe: ThreadProbe) -> Int {
    let resyncs = unsafe builder.pointee.counters.resyncsAsked
    let work = unsafe builder.pointee.poll(.now())
    if unsafe builder.pointee.counters.resyncsAsked != resyncs { feedWaker.wake() }
    unsafe probe.noteMessages(builder.pointee.counters.messages)
    return work
  }
}
