// Prompts as people and calls use them: the store, the shipped texts, and the rule of promotion; control plane.
import Channels
import Ledger
import Operations
import Quantities
import Roles

/// A role as far as its prompt is concerned.
public struct PromptRole: Sendable, Hashable {
  public var id: String
  public var title: String
  public var tags: [String]
  /// What placeholders are held against; nil: they are not.
  public var inputs: Set<InputKind>?
  /// The text in use while nothing is saved.
  public var shipped: String

  public init(
    id: String, title: String, tags: [String] = [], inputs: Set<InputKind>? = nil, shipped: String
  ) {
    self.id = id
    self.title = title
    self.tags = tags
    self.inputs = inputs
    self.shipped = shipped
  }

  public init(_ role: Role) {
    self.init(
      id: role.id, title: role.title, tags: role.tags, inputs: role.inputs,
      shipped: role.defaultPrompt)
  }
}

/// Asks the database: call it from a thread that may block, or through `LivePrompts`.
/// Errors: `PromptProblems` for a text that no call could use, `PromptRefusal`, `LedgerError`.
public struct PromptLibrary: Sendable {
  public let store: PromptStore
  public let roles: [PromptRole]
  public let settings: Configuration.Prompts

  public init(_ store: PromptStore, roles: [PromptRole], settings: Configuration.Prompts) {
    self.store = store
    self.roles = roles
    self.settings = settings
  }

  /// Read for every call: what any process has saved acts on the next one.
  public func live(role: String) throws -> PromptVersion {
    try store.live(role: role) ?? shipped(role)
  }

  /// Version 0 is the shipped text.
  public func version(role: String, _ version: Int) throws -> PromptVersion {
    if version == 0 { return try shipped(role) }
    _ = try known(role)
    guard let found = try store.version(role: role, version: version) else {
      throw PromptRefusal.unknownVersion(role: role, version: version)
    }
    return found
  }

  /// Newest first, the shipped text last.
  public func versions(role: String, limit: Int, before: Int? = nil) throws -> [PromptVersion] {
    var found = try store.versions(role: role, limit: limit, before: before)
    let last = try shipped(role)
    if found.count < limit && before != 0 { found.append(last) }
    return found
  }

  public func known(_ role: String) throws -> PromptRole {
    guard let found = roles.first(where: { $0.id == role }) else {
      throw PromptRefusal.unknownRole(role)
    }
    return found
  }

  @discardableResult
  public func validate(role: String, text: String, format: PromptFormat) throws -> PromptDocument {
    let known = try known(role)
    return try PromptDocument(parsing: text, format: format, role: role, inputs: known.inputs)
  }

  /// - Returns: the version, and whether the next call uses it.
  public func save(_ draft: PromptDraft) throws -> (version: PromptVersion, isLive: Bool) {
    try validate(role: draft.role, text: draft.text, format: draft.format)
    let isLive = settings.promotion == .immediate
    let made = try store.save(
      draft, promoted: isLive, shipped: try known(draft.role).shipped, at: PromptLibrary.now())
    return (made, isLive)
  }

  /// A new version with an earlier one's text, in use at once. What was never in use is no way back: where
  /// promotion waits for a shadow, so does it.
  public func rollBack(
    role: String, to version: Int, author: String, note: String, expected: Int?
  ) throws -> PromptVersion {
    let old = try self.version(role: role, version)
    if settings.promotion == .shadow, version != 0,
      try !store.wasLive(role: role, version: version)
    {
      throw PromptRefusal.noShadow(role: role)
    }
    try validate(role: role, text: old.text, format: old.format)
    return try store.save(
      PromptDraft(
        role: role, text: old.text, format: old.format, author: author, note: note,
        origin: .rollback, expectedVersion: expected),
      promoted: true, shipped: try known(role).shipped, at: PromptLibrary.now())
  }

  /// Unified, by line; empty for equal texts.
  public func diff(role: String, from: Int, to: Int) throws -> String {
    let old = try version(role: role, from)
    let new = try version(role: role, to)
    return PromptDiff.unified(
      old.text, new.text, from: "\(role) v\(from)", to: "\(role) v\(to)")
  }

  private func shipped(_ role: String) throws -> PromptVersion {
    let text = try known(role).shipped
    return PromptVersion(
      role: role, version: 0, text: text, format: .yaml, sha256: PromptStore.sha256(text),
      author: "llmtrading", note: "as shipped", createdAt: 0, origin: .shipped)
  }

  static func now() -> Int64 { WallMilliseconds.now().milliseconds }
}
