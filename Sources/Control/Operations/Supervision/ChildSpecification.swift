// What a supervised child is: a program, its arguments and the few variables it may see; control plane.

import Foundation

public struct ChildSpecification: Sendable {
  /// `core` or `console`: stands in events and in `LLMTRADING_CHILD`.
  public var name: String
  /// Path of the executable; `ChildSpecification.ownExecutable` is this very binary.
  public var executable: String
  /// Without the program's name.
  public var arguments: [String]
  /// All of the environment, made by `ChildEnvironment`.
  public var environment: [String: String]
  public var policy: RestartPolicy
  /// How long SIGTERM may take before SIGKILL.
  public var graceNanoseconds: Int64
  /// Started only when this other child is down for good, and again until it ends with status 0; nil: started first.
  public var startsWhenDown: String?

  public init(
    name: String, executable: String = ChildSpecification.ownExecutable, arguments: [String],
    environment: [String: String], policy: RestartPolicy,
    graceNanoseconds: Int64 = 10_000_000_000, startsWhenDown: String? = nil
  ) {
    self.name = name
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.policy = policy
    self.graceNanoseconds = graceNanoseconds
    self.startsWhenDown = startsWhenDown
  }

  /// The running binary, even when its file was replaced on disk since.
  public static let ownExecutable = "/proc/self/exe"
}
