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

  public init(
    name: String, executable: String = ChildSpecification.ownExecutable, arguments: [String],
    environment: [String: String], policy: RestartPolicy,
    graceNanoseconds: Int64 = 10_000_000_000
  ) {
    self.name = name
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.policy = policy
    self.graceNanoseconds = graceNanoseconds
  }

  /// The running binary, even when its file was replaced on disk since.
  public static let ownExecutable = "/proc/self/exe"
}

/// Scrubbed environments: a child sees what is named here and nothing else.
public enum ChildEnvironment {
  /// What any of our processes may need of its user's environment.
  static let common = [
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "SWIFT_BACKTRACE", "MALLOC_CONF",
  ]
  /// Variables whose names begin so are keys of language models.
  static let modelPrefixes = ["LLM_", "ANTHROPIC_", "OPENAI_"]

  /// The core's: the exchange keys' variables, no model's.
  public static func core(
    _ configuration: Configuration,
    from environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String: String] {
    let names = Set(common + configuration.okx.credentials.variables)
    return environment.filter { names.contains($0.key) }
  }

  /// The console's: the models' keys, none of the exchange's.
  public static func console(
    _ configuration: Configuration,
    from environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String: String] {
    let forbidden = Set(configuration.okx.credentials.variables)
    return environment.filter { name, _ in
      if forbidden.contains(name) { return false }
      return common.contains(name) || modelPrefixes.contains { name.hasPrefix($0) }
    }
  }
}
