// The Ledger as tasks ask it: every call on a thread that may wait for the disk; control plane.
import Operations

/// Holds the Ledger so that a task can only reach it through the fence.
public struct LedgerCalls: Sendable {
  private let ledger: Ledger
  private let calls: BlockingCalls

  /// - Parameters:
  ///   - threads: calls at the same time; with one they are made in the order they came.
  ///   - openMax: calls that wait or run; one more is refused.
  public init(_ ledger: Ledger, threads: Int = 1, openMax: Int = 64) {
    self.ledger = ledger
    calls = BlockingCalls("ledger", threads: threads, openMax: openMax)
  }

  /// Throws `BlockingFault` where it was not called, else what `body` throws.
  public func call<Value: Sendable>(
    _ body: @escaping @Sendable (Ledger) throws -> Value
  ) async throws -> Value {
    let ledger = ledger
    return try await calls.call { try body(ledger) }
  }
}
