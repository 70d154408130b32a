// A fixed number of threads that may block, and the work that waits for them; control plane.
import Foundation
import Synchronization

/// Threads are made when they are first needed and end with `close`. Work is begun in the order it came.
final class BlockingThreads: Sendable {
  typealias Work = @Sendable () -> Void

  /// What became of work that was offered.
  enum Admission { case taken, full, closed }

  private struct Held {
    var waiting: [Work?] = []
    /// Of `waiting`: what was begun already.
    var begun = 0
    var threads = 0
    var busy = 0
    var isClosed = false
    var closers: [CheckedContinuation<Void, Never>] = []

    var waitingCount: Int { waiting.count - begun }
  }

  private let held = Mutex(Held())
  /// One signal for each work that was taken, and one for each thread at the end.
  private let signals = DispatchSemaphore(value: 0)
  private let name: String
  private let threadsMax: Int

  init(name: String, threads: Int) {
    precondition(threads > 0, "Invariant: blocking work has a thread")
    self.name = name
    threadsMax = threads
  }

  /// - Parameter openMax: works that wait or run; nil: any number.
  func add(openMax: Int?, _ work: @escaping Work) -> Admission {
    let admission = held.withLock { held -> Admission in
      if held.isClosed { return .closed }
      if let openMax, held.waitingCount + held.busy >= openMax { return .full }
      held.waiting.append(work)
      if held.threads < threadsMax, held.threads < held.waitingCount + held.busy {
        held.threads += 1
        start()
      }
      return .taken
    }
    if admission == .taken { signals.signal() }
    return admission
  }

  private func start() {
    let thread = Thread { self.run() }
    thread.name = name
    thread.start()
  }

  /// In the dictionary of each thread that may block, so that it is told apart from those that tasks share.
  private static let mark = "may block"

  static var isCurrent: Bool { Thread.current.threadDictionary[mark] != nil }

  private func run() {
    Thread.current.threadDictionary[BlockingThreads.mark] = true
    while true {
      signals.wait()
      switch next() {
      case .work(let work):
        work()
        held.withLock { $0.busy -= 1 }
      case .nothing: continue
      case .end: return
      }
    }
  }

  private enum Next {
    case work(Work)
    case nothing, end
  }

  private func next() -> Next {
    let (next, closers) = held.withLock {
      held -> (Next, [CheckedContinuation<Void, Never>]) in
      if held.waitingCount > 0, let work = held.waiting[held.begun] {
        held.waiting[held.begun] = nil
        held.begun += 1
        if held.begun == held.waiting.count {
          held.waiting.removeAll(keepingCapacity: true)
          held.begun = 0
        }
        held.busy += 1
        return (.work(work), [])
      }
      if !held.isClosed { return (.nothing, []) }
      held.threads -= 1
      if held.threads > 0 { return (.end, []) }
      defer { held.closers = [] }
      return (.end, held.closers)
    }
    for closer in closers { closer.resume() }
    return next
  }

  /// No more work is taken; what waits is still done, then the threads end.
  func close() {
    let threads = held.withLock { held in
      defer { held.isClosed = true }
      return held.isClosed ? 0 : held.threads
    }
    for _ in 0..<threads { signals.signal() }
  }

  /// The same, and waits for the threads' end.
  func closed() async {
    close()
    await withCheckedContinuation { continuation in
      let isOver = held.withLock { held in
        if held.threads > 0 { held.closers.append(continuation) }
        return held.threads == 0
      }
      if isOver { continuation.resume() }
    }
  }
}
