// An answer against its deadline: the first of the two is taken, the other still arrives somewhere; control plane.
import Roles
import Synchronization

/// Resumes its waiter once.
final class AnswerRace: Sendable {
  private let waiter: Mutex<CheckedContinuation<RoleAnswer?, Never>?>

  init(_ waiter: CheckedContinuation<RoleAnswer?, Never>) { self.waiter = Mutex(waiter) }

  /// True: this was the first, and is what the waiter gets. Nil: the deadline.
  func finish(_ answer: RoleAnswer?) -> Bool {
    let taken = waiter.withLock { held -> CheckedContinuation<RoleAnswer?, Never>? in
      defer { held = nil }
      return held
    }
    taken?.resume(returning: answer)
    return taken != nil
  }
}

/// Asks an analyst and waits no longer than the call's deadline.
struct Asking: Sendable {
  let analyst: any Analyst
  let tasks: TaskShelf

  /// A late answer is waited for so much longer, to be put on record; then its task is cancelled.
  static let graceSeconds: Int64 = 60

  /// Nil: the deadline has passed; `late` is called with what comes after it.
  func ask(_ call: RoleCall, late: @escaping @Sendable (RoleAnswer) async -> Void) async
    -> RoleAnswer?
  {
    await withCheckedContinuation { continuation in
      let race = AnswerRace(continuation)
      let analyst = analyst
      let answering = tasks.run {
        let answer = await analyst.answer(call)
        let isLate = ContinuousClock.now > call.deadline
        if isLate || !race.finish(answer) {
          _ = race.finish(nil)
          await late(answer)
        }
      }
      _ = tasks.run {
        try? await Task.sleep(until: call.deadline, clock: .continuous)
        if !race.finish(nil) { return }
        try? await Task.sleep(for: .seconds(Asking.graceSeconds))
        answering.cancel()
      }
    }
  }
}

/// Tasks that outlive a cycle and end with the desk.
final class TaskShelf: Sendable {
  private struct Held {
    var next = 0
    var isClosed = false
    var tasks: [Int: Task<Void, Never>] = [:]
  }
  private let held = Mutex(Held())

  @discardableResult
  func run(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    held.withLock { held in
      let number = held.next
      held.next += 1
      let task = Task {
        await body()
        self.drop(number)
      }
      if held.isClosed { task.cancel() }
      held.tasks[number] = task
      return task
    }
  }

  private func drop(_ number: Int) { held.withLock { _ = $0.tasks.removeValue(forKey: number) } }

  /// Cancels all, and whatever comes later.
  func cancel() {
    let tasks = held.withLock { held in
      held.isClosed = true
      return Array(held.tasks.values)
    }
    for task in tasks { task.cancel() }
  }

  /// Cancels all and waits for them.
  func close() async {
    cancel()
    let tasks = held.withLock { Array($0.tasks.values) }
    for task in tasks { await task.value }
  }
}
