// Watches the hot threads from outside: page faults since warm-up; housekeeping thread.

import CKernel
import Quantities
import State
import Synchronization

/// Reads each hot thread's minor faults from /proc, so that the thread itself makes no system call.
final class ThreadMonitor: @unchecked Sendable {
  // SAFETY: `watched` is set before the thread starts and read by others after it was joined.
  private let control: RunControl
  private let state: StateWriter
  private let isStopping = Atomic<Bool>(false)
  private(set) var watched: [Watched] = []

  struct Watched {
    var thread: HotThread
    var baseline: UInt64?
    var latest: UInt64?
  }

  private static let pollNanoseconds: Int64 = 1_000_000

  init(control: RunControl, state: StateWriter) {
    self.control = control
    self.state = state
  }

  func watch(_ threads: [HotThread]) {
    watched = threads.map { Watched(thread: $0) }
    for (index, thread) in threads.enumerated() {
      state.defineThread(index, name: thread.name)
    }
  }

  func run() {
    while !isStopping.load(ordering: .relaxed) {
      sample()
      ck_sleep(ThreadMonitor.pollNanoseconds)
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// A thread that has gone keeps its last figure.
  func sample() {
    for (index, one) in watched.enumerated() {
      state.setThread(index, messages: one.thread.probe.messages)
      state.setThread(
        index, allocatedBytesAfterWarmup: one.thread.probe.allocatedAfterWarmup)
      state.setThread(
        index,
        minorFaultsAfterWarmup: one.latest.flatMap { latest in
          one.baseline.map { latest - $0 }
        })
    }
    guard control.isWarm else { return }
    for index in watched.indices where watched[index].thread.probe.isWarm {
      guard let faults = watched[index].thread.minorFaults else { continue }
      if watched[index].baseline == nil { watched[index].baseline = faults }
      watched[index].latest = faults
    }
  }
}
