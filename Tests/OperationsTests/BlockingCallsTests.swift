// The fence: calls that block leave every task its thread, are bounded, and end in order.
import Foundation
import Operations
import Synchronization
import Testing

/// Holds calls until the test lets them go.
private final class Held: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  let begun = Atomic<Int>(0)
  /// How calls ended, in order; nil: well.
  let ended = Mutex<[BlockingFault?]>([])

  func wait() {
    begun.add(1, ordering: .relaxed)
    semaphore.wait()
  }
  func release(_ count: Int) { for _ in 0..<count { semaphore.signal() } }

  /// Until this many wait.
  func reach(_ count: Int) async throws {
    while begun.load(ordering: .relaxed) < count { try await Task.sleep(for: .milliseconds(1)) }
  }
}

@Suite struct BlockingCallsTests {
  /// Several times as many calls as there are threads for tasks, all of them blocked until the very end: a
  /// single one on a task's own thread would be one too many after the first few.
  @Test(.timeLimit(.minutes(1))) func tasksGoOnWhileCallsBlock() async throws {
    let width = ProcessInfo.processInfo.activeProcessorCount
    let count = 4 * width
    let calls = BlockingCalls("test", threads: count, openMax: count)
    let held = Held()
    let waiting = (0..<count).map { _ in Task { try await calls.call { held.wait() } } }
    try await held.reach(count)
    let steps = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<width {
        group.addTask {
          for _ in 0..<100 { await Task.yield() }
          return 100
        }
      }
      return await group.reduce(0, +)
    }
    #expect(steps == 100 * width)
    #expect(held.begun.load(ordering: .relaxed) == count, "all of them still block")
    held.release(count)
    for task in waiting { try await task.value }
    await calls.close()
  }

  @Test func knowsWhereItRuns() async throws {
    #expect(BlockingCalls.isOnSharedThread, "a test is a task")
    let calls = BlockingCalls("test")
    #expect(try await calls.call { BlockingCalls.isOnSharedThread } == false)
    let isShared = await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: BlockingCalls.isOnSharedThread) }.start()
    }
    #expect(!isShared, "a thread of nobody's tasks")
  }

  @Test(.timeLimit(.minutes(1))) func oneMoreThanMayWaitIsRefused() async throws {
    let calls = BlockingCalls("shelf", openMax: 2)
    let held = Held()
    let tasks = (0..<3).map { _ in
      Task {
        do {
          try await calls.call { held.wait() }
          held.ended.withLock { $0.append(nil) }
        } catch let fault as BlockingFault {
          held.ended.withLock { $0.append(fault) }
        }
      }
    }
    while held.ended.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
    #expect(held.ended.withLock { $0 } == [.full(resource: "shelf", openMax: 2)])
    held.release(2)
    for task in tasks { try await task.value }
    #expect(held.ended.withLock { $0.count } == 3)
    #expect(try await calls.call { 7 } == 7, "there is room again")
  }

  private final class Turns: Sendable {
    let inside = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    let made = Atomic<Int>(0)

    func take() {
      let count = inside.add(1, ordering: .relaxed).newValue
      most.max(count, ordering: .relaxed)
      Thread.sleep(forTimeInterval: 0.000_2)
      inside.subtract(1, ordering: .relaxed)
      made.add(1, ordering: .relaxed)
    }
  }

  @Test(arguments: [1, 3]) func noMoreCallsAtATimeThanThreads(_ threads: Int) async throws {
    let calls = BlockingCalls("test", threads: threads, openMax: 1_000)
    let turns = Turns()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<300 { group.addTask { try await calls.call { turns.take() } } }
      try await group.waitForAll()
    }
    #expect(turns.made.load(ordering: .relaxed) == 300)
    #expect((1...threads).contains(turns.most.load(ordering: .relaxed)))
  }

  @Test(.timeLimit(.minutes(1))) func closingWaitsForWhatIsOpenAndRefusesTheRest() async throws {
    let calls = BlockingCalls("shelf", threads: 2)
    let held = Held()
    let open = Task { try await calls.call { held.wait() } }
    try await held.reach(1)
    let closing = Task { await calls.close() }
    var fault: BlockingFault?
    while fault == nil {
      do { try await calls.call {} } catch let found as BlockingFault { fault = found }
    }
    #expect(fault == .closed(resource: "shelf"))
    held.release(1)
    try await open.value
    await closing.value
  }

  @Test func whatThrowsThrowsThrough() async throws {
    struct Fault: Error {}
    let calls = BlockingCalls("test")
    await #expect(throws: Fault.self) { try await calls.call { throw Fault() } }
  }

  private actor Reader {
    private let executor = BlockingExecutor("reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      // SAFETY: the executor lives as long as its actor.
      unsafe executor.asUnownedSerialExecutor()
    }

    func look() async throws -> [Bool] {
      var found = [BlockingCalls.isOnSharedThread]
      try await Task.sleep(for: .milliseconds(5))
      found.append(BlockingCalls.isOnSharedThread)
      return found
    }
  }

  @Test func anActorOfItsOwnThreadMayBlockBeforeAndAfterItWaits() async throws {
    #expect(try await Reader().look() == [false, false])
    #expect(BlockingCalls.isOnSharedThread)
  }
}
