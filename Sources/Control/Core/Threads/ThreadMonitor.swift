// Watches the hot threads from outside: page faults since warm-up, and what they counted as faulty; housekeeping thread.

import CKernel
import Channels
import Pipeline
import Quantities
import State
import Synchronization

/// Reads each hot thread's minor faults from /proc, so that the thread itself makes no system call.
final class ThreadMonitor: @unchecked Sendable {
  // SAFETY: `watched` is set before the thread starts and read by others after it was joined.
  private let control: RunControl
  private let state: StateWriter
  private let report: @Sendable (CoreEvent) -> Void
  private var told: [FaultCode: (total: UInt64, at: Instant)] = [:]
  private var lookedAt = Instant.zero
  private let instruments: InstrumentTable
  private let isStopping = Atomic<Bool>(false)
  private(set) var watched: [Watched] = []

  struct Watched {
    var thread: HotThread
    var baseline: UInt64?
    var latest: UInt64?
  }

  private static let pollNanoseconds: Int64 = 1_000_000
  private static let lookNanoseconds: Int64 = 1_000_000_000
  private static let groupNanoseconds: Int64 = 60_000_000_000

  init(
    control: RunControl, state: StateWriter, instruments: InstrumentTable,
    report: @escaping @Sendable (CoreEvent) -> Void
  ) {
    self.control = control
    self.state = state
    self.instruments = instruments
    self.report = report
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
      tellFaults(.now())
      ck_sleep(ThreadMonitor.pollNanoseconds)
    }
    tellFaults(.now(), isLast: true)
  }

  /// Hot threads count, this one tells: the first of a code within a second, what comes again once a minute.
  private func tellFaults(_ now: Instant, isLast: Bool = false) {
    if !isLast && now.since(lookedAt) < ThreadMonitor.lookNanoseconds { return }
    lookedAt = now
    for fault in FaultCode.allCases where fault != .none {
      let total = state.faults(fault)
      let before = told[fault]
      if total == before?.total ?? 0 { continue }
      if !isLast, let before, now.since(before.at) < ThreadMonitor.groupNanoseconds { continue }
      told[fault] = (total, now)
      let detail = state.faultDetail(fault)
      let id = detail?.instrument ?? .none
      report(
        .faults(
          fault, more: total - (before?.total ?? 0), total: total,
          instrument: Int(id.index) < instruments.count ? "\(instruments[id].symbol)" : nil,
          code: detail?.code ?? 0))
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
