// A thread for an actor that reads files or SQLite between its awaits; control plane.

/// An actor that gives this as its executor never holds up a thread that tasks share.
public final class BlockingExecutor: SerialExecutor {
  private let threads: BlockingThreads

  public init(_ resource: String) { threads = BlockingThreads(name: resource, threads: 1) }

  deinit { threads.close() }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // A job of an actor that lives is never refused.
    _ = threads.add(openMax: nil) {
      // SAFETY: this closure keeps the executor while the job runs on its one thread.
      unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
    }
  }
}
