// The exchange keys: from 0600 files or the environment, never from the command line; control plane of the core alone.

import Foundation

public struct Credentials: Sendable, Equatable {
  public var apiKey: Secret
  public var secret: Secret
  public var passphrase: Secret

  public init(apiKey: Secret, secret: Secret, passphrase: Secret) {
    self.apiKey = apiKey
    self.secret = secret
    self.passphrase = passphrase
  }

  /// Reads what the configuration names; nil when it names nothing. Each text is registered with the
  /// logs, which then never print it.
  public static func load(
    _ sources: Configuration.CredentialSources,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(OperationsError) -> Credentials? {
    if sources.isEmpty { return nil }
    let credentials = Credentials(
      apiKey: try one("api_key", sources.apiKeyFile, sources.apiKeyVariable, environment),
      secret: try one("secret", sources.secretFile, sources.secretVariable, environment),
      passphrase: try one(
        "passphrase", sources.passphraseFile, sources.passphraseVariable, environment))
    for secret in [credentials.apiKey, credentials.secret, credentials.passphrase] {
      LogRedaction.register(secret)
    }
    return credentials
  }

  private static func one(
    _ name: String, _ file: String?, _ variable: String?, _ environment: [String: String]
  ) throws(OperationsError) -> Secret {
    let text: String
    if let file {
      text = String(decoding: try PrivateFile.read(file), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    } else if let variable {
      guard let value = environment[variable] else {
        throw .credentials("environment variable \(variable) is not set")
      }
      text = value
    } else {
      throw .credentials("\(name)_file is missing")
    }
    // Header values and signatures: printable ASCII.
    guard !text.isEmpty, text.utf8.count <= 256,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw .credentials("\(name) is empty or not printable ASCII") }
    return Secret(text)
  }
}
