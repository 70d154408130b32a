// One immutable version of a role's prompt; control plane.

public enum PromptFormat: String, Sendable, Hashable, Codable, CaseIterable { case yaml, json }

/// How a version came to be.
public enum PromptOrigin: String, Sendable, Hashable, Codable, CaseIterable {
  case shipped, edit, rollback, `import`
}

public struct PromptVersion: Sendable, Hashable, Codable {
  public var role: String
  /// 1 upwards per role; 0: shipped and not stored.
  public var version: Int
  /// The document as it was saved.
  public var text: String
  public var format: PromptFormat
  /// Of the text, 64 hex digits.
  public var sha256: String
  public var author: String
  public var note: String
  /// Unix milliseconds.
  public var createdAt: Int64
  public var origin: PromptOrigin

  public init(
    role: String, version: Int, text: String, format: PromptFormat, sha256: String,
    author: String, note: String, createdAt: Int64, origin: PromptOrigin
  ) {
    self.role = role
    self.version = version
    self.text = text
    self.format = format
    self.sha256 = sha256
    self.author = author
    self.note = note
    self.createdAt = createdAt
    self.origin = origin
  }
}
