// The fence between tasks and calls that block (SQLite, files, the door's socket): a few threads of each resource's own; control plane.
import Foundation

/// Why a call was not made. Nothing of it was begun.
public enum BlockingFault: Error, Sendable, Hashable {
  /// As many calls as may be are open already.
  case full(resource: String, openMax: Int)
  case closed(resource: String)
}

extension BlockingFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .full(let resource, let openMax): "\(openMax) calls wait for the \(resource) already"
    case .closed(let resource): "the \(resource) was closed"
    }
  }
}

/// Tasks run on as many threads as there are CPUs. One that waits for a disk takes a thread from all of them, so
/// whatever may wait is called through here: the task is suspended, a thread of this resource does the waiting.
public final class BlockingCalls: Sendable {
  public let resource: String
  public let openMax: Int
  private let threads: BlockingThreads

  /// - Parameters:
  ///   - resource: names the threads, and stands in faults.
  ///   - threads: calls at the same time; with one, calls are made in the order they came.
  ///   - openMax: calls that wait or run; one more is refused.
  public init(_ resource: String, threads: Int = 1, openMax: Int = 64) {
    self.resource = resource
    self.openMax = openMax
    self.threads = BlockingThreads(name: resource, threads: threads)
  }

  deinit { threads.close() }

  /// Throws `BlockingFault`, or what `body` throws.
  public func call<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      switch threads.add(openMax: openMax, { continuation.resume(with: Result { try body() }) }) {
      case .taken: break
      case .full:
        continuation.resume(throwing: BlockingFault.full(resource: resource, openMax: openMax))
      case .closed: continuation.resume(throwing: BlockingFault.closed(resource: resource))
      }
    }
  }

  /// Refuses later calls, and waits for those that are open and for the threads' end.
  public func close() async { await threads.closed() }

  /// True in code that runs as a part of a task on a thread that all tasks share: it must not block there.
  public static var isOnSharedThread: Bool {
    if BlockingThreads.isCurrent { return false }
    // SAFETY: the task is compared with nil and not kept.
    return unsafe withUnsafeCurrentTask { unsafe $0 != nil }
  }
}
