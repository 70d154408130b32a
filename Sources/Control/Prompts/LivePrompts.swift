// The library of prompts as tasks ask it: away from the threads that tasks share; control plane.
import Ledger
import Operations

/// The prompts in use, read for every call: what any process has saved acts on the next one.
public struct LivePrompts: Sendable {
  private let calls: LedgerCalls
  private let roles: [PromptRole]
  private let settings: Configuration.Prompts

  public init(_ calls: LedgerCalls, roles: [PromptRole], settings: Configuration.Prompts) {
    self.calls = calls
    self.roles = roles
    self.settings = settings
  }

  /// Throws what `body` throws, or `BlockingFault` where too many calls wait.
  public func call<Value: Sendable>(
    _ body: @escaping @Sendable (PromptLibrary) throws -> Value
  ) async throws -> Value {
    let roles = roles
    let settings = settings
    return try await calls.call { ledger in
      try body(PromptLibrary(ledger.prompts, roles: roles, settings: settings))
    }
  }

  public func live(role: String) async throws -> PromptVersion {
    try await call { try $0.live(role: role) }
  }

  /// The snapshot that a record names; nil: none has this hash.
  func snapshot(hash: String) async throws -> String? {
    try await calls.call { try $0.snapshot(hash: hash) }
  }
}
