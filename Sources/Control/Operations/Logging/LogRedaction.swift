// What logs must never show, whoever hands it to them; control plane.

import Synchronization

public enum LogRedaction {
  private static let secrets = Mutex<[String]>([])
  static let placeholder = "[redacted]"

  /// From now on no line shows this text. Texts shorter than 4 bytes would blot out everything.
  public static func register(_ secret: Secret) {
    let text = secret.reveal()
    if text.utf8.count < 4 { return }
    secrets.withLock { held in
      if !held.contains(text) { held.append(text) }
    }
  }

  /// Metadata under such a name is never printed.
  static func isSecret(key: String) -> Bool {
    let name = key.lowercased()
    return [
      "secret", "passphrase", "token", "api_key", "apikey", "authorization", "sign", "cookie",
    ]
    .contains { name == $0 || name.hasSuffix("_" + $0) || name.hasSuffix("-" + $0) }
  }

  static func clean(_ line: String) -> String {
    secrets.withLock { held in
      var line = line
      for secret in held where line.contains(secret) {
        line = line.split(separator: secret, omittingEmptySubsequences: false)
          .joined(separator: placeholder)
      }
      return line
    }
  }
}
