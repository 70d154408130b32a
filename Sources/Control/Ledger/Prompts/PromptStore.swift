// Prompts in the database: immutable versions, and a list of which one came into use when; control plane.
import Crypto
import Foundation
import GRDB

/// What somebody wants to become the next version.
public struct PromptDraft: Sendable, Hashable {
  public var role: String
  public var text: String
  public var format: PromptFormat
  public var author: String
  public var note: String
  public var origin: PromptOrigin
  /// The version in use that the draft was made from; nil: whatever is.
  public var expectedVersion: Int?

  public init(
    role: String, text: String, format: PromptFormat, author: String, note: String,
    origin: PromptOrigin = .edit, expectedVersion: Int? = nil
  ) {
    self.role = role
    self.text = text
    self.format = format
    self.author = author
    self.note = note
    self.origin = origin
    self.expectedVersion = expectedVersion
  }
}

/// Every read asks the file, so what any process has saved acts on the next call. Errors: `PromptRefusal`
/// for what was asked wrongly, `LedgerError` for the database's own.
public struct PromptStore: Sendable {
  private let ledger: Ledger

  public static let textBytesMax = 1 << 20
  public static let noteBytesMax = 2_000
  public static let authorBytesMax = 128

  init(_ ledger: Ledger) { self.ledger = ledger }

  /// The version in use; nil: nothing was saved, the shipped prompt is.
  public func live(role: String) throws -> PromptVersion? {
    try read { try PromptStore.live(role, $0) }
  }

  /// Nil for one that was never saved.
  public func version(role: String, version: Int) throws -> PromptVersion? {
    try read { try PromptStore.version(role, version, $0) }
  }

  /// Newest first; `before`: only versions below it.
  public func versions(role: String, limit: Int, before: Int? = nil) throws -> [PromptVersion] {
    try read { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT * FROM prompt_versions WHERE role = ? AND version < ?
            ORDER BY version DESC LIMIT ?
            """), arguments: [role, before ?? Int.max, limit]
      ).compactMap(PromptStore.version)
    }
  }

  /// Roles of which something was saved, in alphabetical order.
  public func roles() throws -> [String] {
    try read {
      try String.fetchAll($0, sql: "SELECT DISTINCT role FROM prompt_versions ORDER BY role")
    }
  }

  /// Appends a version; durable when it returns. `promoted`: it is in use from the next call on.
  /// - Parameter shipped: the text in use while nothing is saved; a draft equal to it is refused.
  /// - Returns: the version, its number one above the role's largest.
  public func save(
    _ draft: PromptDraft, promoted: Bool, shipped: String?, at: Int64
  ) throws -> PromptVersion {
    try PromptStore.check(draft)
    return try write { db in
      let live = try PromptStore.live(draft.role, db)
      let inUse = live?.version ?? 0
      if let expected = draft.expectedVersion, expected != inUse {
        throw PromptRefusal.conflict(expected: expected, live: inUse)
      }
      if (live?.text ?? shipped) == draft.text {
        throw PromptRefusal.identical(version: inUse)
      }
      let newest = try Int.fetchOne(
        db, sql: "SELECT max(version) FROM prompt_versions WHERE role = ?",
        arguments: [draft.role])
      let made = PromptVersion(
        role: draft.role, version: (newest ?? 0) + 1, text: draft.text, format: draft.format,
        sha256: PromptStore.sha256(draft.text), author: draft.author, note: draft.note,
        createdAt: at, origin: draft.origin)
      try db.execute(
        sql: """
          INSERT INTO prompt_versions (role, version, parent, text, format, sha256, author, note,
            created_at, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          made.role, made.version, inUse, made.text, made.format.rawValue, made.sha256,
          made.author, made.note, made.createdAt, made.origin.rawValue,
        ])
      if promoted {
        try PromptStore.promote(made.role, made.version, draft.author, at, db)
      }
      return made
    }
  }

  /// Whether the version was in use at any time.
  public func wasLive(role: String, version: Int) throws -> Bool {
    try read { db in
      try Int.fetchOne(
        db, sql: "SELECT 1 FROM prompt_promotions WHERE role = ? AND version = ? LIMIT 1",
        arguments: [role, version]) != nil
    }
  }

  // ---- Pieces ----

  static func promote(
    _ role: String, _ version: Int, _ person: String, _ at: Int64, _ db: Database
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO prompt_promotions (role, version, person, promoted_at) VALUES (?, ?, ?, ?)
        """, arguments: [role, version, person, at])
  }

  static func live(_ role: String, _ db: Database) throws -> PromptVersion? {
    try Row.fetchOne(db.cachedStatement(sql: liveQuery), arguments: [role, role])
      .flatMap(version)
  }

  static let liveQuery = """
    SELECT * FROM prompt_versions WHERE role = ? AND version =
      (SELECT version FROM prompt_promotions WHERE role = ? ORDER BY id DESC LIMIT 1)
    """

  static func version(_ role: String, _ version: Int, _ db: Database) throws -> PromptVersion? {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT * FROM prompt_versions WHERE role = ? AND version = ?"),
      arguments: [role, version]
    ).flatMap(PromptStore.version)
  }

  private static func version(_ row: Row) -> PromptVersion? {
    guard let format = PromptFormat(rawValue: row["format"]),
      let origin = PromptOrigin(rawValue: row["origin"])
    else { return nil }
    return PromptVersion(
      role: row["role"], version: row["version"], text: row["text"], format: format,
      sha256: row["sha256"], author: row["author"], note: row["note"],
      createdAt: row["created_at"], origin: origin)
  }

  public static func sha256(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8))
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Letters that a role's id may have.
  public static func isRole(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 40
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
      }
  }

  private static func check(_ draft: PromptDraft) throws {
    if !isRole(draft.role) {
      throw PromptRefusal.invalid(
        field: "role", "takes at most 40 lower-case letters, digits and _")
    }
    let bytes = draft.text.utf8.count
    if bytes > textBytesMax { throw PromptRefusal.tooLarge(bytes: bytes) }
    for (field, text, bytesMax) in [
      ("author", draft.author, authorBytesMax), ("note", draft.note, noteBytesMax),
    ] {
      if text.allSatisfy(\.isWhitespace) {
        throw PromptRefusal.invalid(field: field, "must say something")
      }
      if text.utf8.count > bytesMax {
        throw PromptRefusal.invalid(field: field, "takes at most \(bytesMax) bytes")
      }
      if text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }) {
        throw PromptRefusal.invalid(field: field, "takes no control characters")
      }
    }
  }

  /// The query plan of the read that each call makes: it must walk an index.
  public func livePlan() throws -> [String] {
    try read { db in
      try Row.fetchAll(
        db, sql: "EXPLAIN QUERY PLAN " + PromptStore.liveQuery, arguments: ["a", "a"]
      )
      .map { $0["detail"] }
    }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    ledger.counts.noteThread()
    do { return try ledger.pool.read(body) } catch let refusal as PromptRefusal {
      throw refusal
    } catch { throw LedgerError(error) }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    ledger.counts.noteThread()
    do { return try ledger.pool.write(body) } catch let refusal as PromptRefusal {
      throw refusal
    } catch { throw LedgerError(error) }
  }
}

extension Ledger {
  public var prompts: PromptStore { PromptStore(self) }
}
