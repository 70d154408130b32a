// The key of an account's API, for WebSocket and REST alike; control plane, and never in a log.

/// An API key as the exchange gave it. Never logged: it has no description of its own.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  public var key: String
  public var secret: String
  public var passphrase: String

  public init(key: String, secret: String, passphrase: String) {
    self.key = key
    self.secret = secret
    self.passphrase = passphrase
  }

  public var description: String { "APIKey(hidden)" }
  public var debugDescription: String { description }
}

extension APIKey: CustomReflectable {
  /// Empty: `dump` shows no key either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
