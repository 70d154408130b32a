// Which variables of its user's environment a supervised child gets to see; control plane.

import Foundation

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
