// The one duty cycle: whatever stages a thread has, it polls them like this; hot plane, proved free of locks.

import Channels
import Quantities
import Transport

/// Who wakes whom. Stages of one thread share its waker.
package struct StageWakers: Sendable {
  package var feed: Waker
  package var builder: Waker
  package var gate: Waker
  package var sender: Waker

  package func wakeAll() {
    feed.wake()
    builder.wake()
    gate.wake()
    sender.wake()
  }

  /// Closes each once, however many stages share it: for tests, once no thread polls.
  package func close() {
    var closed: [Int32] = []
    for waker in [feed, builder, gate, sender] where !closed.contains(waker.descriptor) {
      waker.close()
      closed.append(waker.descriptor)
    }
  }
}

/// One thread's stages and how it waits.
///
/// ```
///  receive ── a completion, or none ─▶ read the clock ── a moment ─▶ poll every stage of the list ─▶ wake others
/// ```
/// Production runs `run`; a test calls `receive` and `poll` itself, with a moment of its own making.
@safe
package struct StageThread: @unchecked Sendable {
  // SAFETY: the StageSet owns the pointees and outlives the thread; each stage is in one thread's list, and
  // a reactor belongs to the thread whose stages hold it.
  package let list: StageList
  let feed: UnsafeMutablePointer<FeedStage>
  let builder: UnsafeMutablePointer<BuilderStage>
  let gate: UnsafeMutablePointer<GateStage>
  let sender: UnsafeMutablePointer<SenderStage>
  /// Nil where neither Feed nor Sender is in the list.
  let reactor: UnsafeMutablePointer<TransportReactor>?
  /// Slots below are Feed's, the one at it is Sender's.
  let feedSlots: Int
  let control: RunControl
  let wakers: StageWakers
  let wait: WaitStrategy

  /// A blocked thread looks at its timers this often even if nothing wakes it.
  static let blockedNanosecondsMax: Int64 = 2_000_000

  var waker: Waker {
    @_noLocks get {
      if list.contains(.feed) { return wakers.feed }
      if list.contains(.builder) { return wakers.builder }
      return list.contains(.gate) ? wakers.gate : wakers.sender
    }
  }

  /// Binds the reactor to the calling thread, which calls `run` next.
  package func start() {
    guard let reactor = unsafe reactor else { return }
    let result = unsafe reactor.pointee.start()
    precondition(result == 0, "Invariant: a reactor that was made can be started")
  }

  /// Polls until the core stops, then closes what the stages hold open.
  @_noLocks
  package func run(_ clock: inout MomentClock, _ probe: ThreadProbe) {
    var waiter = Waiter(wait)
    var isWarm = false
    let waker = waker
    while !control.isStopping {
      let work = turn(&clock)
      probe.noteMessages(messages)
      if !isWarm && control.isWarm {
        isWarm = true
        probe.noteWarm()
      }
      if waiter.shouldBlock(after: work) {
        waker.prepareToSleep()
        if turn(&clock) == 0 { sleep(waker) }
        waker.finishSleep()
      }
    }
    close(clock.read())
  }

  @_noLocks
  private func turn(_ clock: inout MomentClock) -> Int {
    let completion = receive()
    return poll(completion, clock.read())
  }

  @_noLocks
  private func sleep(_ waker: Waker) {
    if let reactor = unsafe reactor {
      _ = unsafe reactor.pointee.wait(timeoutNanoseconds: StageThread.blockedNanosecondsMax)
    } else {
      _ = waker.sleep(timeoutNanoseconds: StageThread.blockedNanosecondsMax)
    }
  }

  /// One completion, so that what it brought goes on before the next is taken; none while an inbox is full.
  @_noLocks
  package func receive() -> ReactorCompletion {
    guard let reactor = unsafe reactor else { return .idle }
    if list.contains(.feed), unsafe !feed.pointee.canTake { return .idle }
    if list.contains(.sender), unsafe !sender.pointee.canTake { return .idle }
    return unsafe reactor.pointee.poll()
  }

  /// Gives the completion to whom it belongs and polls every stage once. Returns the work done.
  @_noLocks
  package func poll(_ completion: ReactorCompletion, _ moment: Moment) -> Int {
    var fed = 0
    var sent = 0
    if completion.kind != .idle {
      if completion.slot < feedSlots {
        fed = unsafe feed.pointee.take(completion, moment) &+ 1
      } else {
        sent = unsafe sender.pointee.take(completion, moment) &+ 1
      }
    }
    var work = 0
    if list.contains(.feed) {
      fed &+= unsafe feed.pointee.poll(moment)
      work &+= fed
      if fed > 0 && !list.contains(.builder) { wakers.builder.wake() }
    }
    if list.contains(.builder) { work &+= pollBuilder(moment) }
    if list.contains(.gate) {
      let judged = unsafe gate.pointee.poll(moment)
      work &+= judged
      if judged > 0 {
        if !list.contains(.sender) { wakers.sender.wake() }
        if !list.contains(.builder) { wakers.builder.wake() }
      }
    }
    if list.contains(.sender) {
      sent &+= unsafe sender.pointee.poll(moment)
      work &+= sent
      if sent > 0 {
        if !list.contains(.gate) { wakers.gate.wake() }
        if !list.contains(.builder) { wakers.builder.wake() }
      }
    }
    return work
  }

  @_noLocks
  private func pollBuilder(_ moment: Moment) -> Int {
    let resyncs = unsafe builder.pointee.counters.resyncsAsked
    let intents = unsafe builder.pointee.counters.intents
    let work = unsafe builder.pointee.poll(moment)
    if unsafe builder.pointee.counters.resyncsAsked != resyncs, !list.contains(.feed) {
      wakers.feed.wake()
    }
    if unsafe builder.pointee.counters.intents != intents, !list.contains(.gate) {
      wakers.gate.wake()
    }
    return work
  }

  @_noLocks
  package func close(_ moment: Moment) {
    if list.contains(.feed) { unsafe feed.pointee.close(moment) }
    if list.contains(.sender) { unsafe sender.pointee.close(moment) }
  }

  /// What the first stage of the list has taken.
  private var messages: UInt64 {
    @_noLocks get {
      if list.contains(.feed) { return unsafe feed.pointee.counters.messages }
      if list.contains(.builder) { return unsafe builder.pointee.counters.messages }
      return unsafe list.contains(.gate)
        ? gate.pointee.messages : sender.pointee.counters.messages
    }
  }
}
