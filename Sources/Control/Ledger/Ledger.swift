// The console's database: decisions, prompts, and the trade journal as rows; control plane.
import CKernel
import Foundation
import GRDB
import Glibc
import Synchronization

/// One SQLite file in WAL mode. A write is on disk when its call returns (`synchronous=FULL`); readers
/// never wait for the writer. Rows are added and never updated.
///
/// Any number of threads may call; writes take turns. One process opens it to write, others to read.
public final class Ledger: Sendable {
  public let path: String
  let pool: DatabasePool
  let counts = LedgerCounters()
  let portfolioFold = Mutex(PositionFold())

  /// How long a write waits for another process's.
  public static let busySeconds: Double = 5
  static let readersMax = 6

  /// Opens or makes the file (0600) and brings its schema up to this build's.
  public init(path: String) throws(LedgerError) {
    self.path = path
    try Ledger.makePrivate(path)
    do {
      pool = try DatabasePool(path: path, configuration: Ledger.configuration())
      // GRDB sets NORMAL for WAL once the connection is prepared: that loses the last commits with the power.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let migrator = LedgerMigration.migrator()
      let unknown = try pool.read { db in
        try migrator.appliedIdentifiers(db).subtracting(migrator.migrations)
      }
      if !unknown.isEmpty { throw LedgerError.newerSchema(path: path, unknown: unknown.sorted()) }
      try migrator.migrate(pool)
    } catch let error as LedgerError {
      throw error
    } catch {
      throw Ledger.opening(path, error)
    }
  }

  /// Opens an existing file to read it: nothing is made, nothing migrated, every write throws.
  public init(reading path: String) throws(LedgerError) {
    self.path = path
    if unsafe access(path, R_OK) != 0 { throw .open(path: path, Ledger.reason(errno)) }
    do {
      var configuration = Ledger.configuration()
      configuration.readonly = true
      pool = try DatabasePool(path: path, configuration: configuration)
      let migrator = LedgerMigration.migrator()
      let applied = try pool.read { db in try migrator.appliedIdentifiers(db) }
      let unknown = applied.subtracting(migrator.migrations)
      if !unknown.isEmpty { throw LedgerError.newerSchema(path: path, unknown: unknown.sorted()) }
      if applied.count < migrator.migrations.count {
        throw LedgerError.open(
          path: path, "is of an earlier build; start this build's console on it once")
      }
    } catch let error as LedgerError {
      throw error
    } catch {
      throw Ledger.opening(path, error)
    }
  }

  /// Checkpoints and closes; later calls throw.
  public func close() throws(LedgerError) {
    do { try pool.close() } catch { throw LedgerError(error) }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.maximumReaderCount = readersMax
    configuration.busyMode = .timeout(busySeconds)
    configuration.label = "ledger"
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -16384")
      try db.execute(sql: "PRAGMA mmap_size = 1073741824")
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  /// SQLite gives its side files the mode of the database file.
  private static func makePrivate(_ path: String) throws(LedgerError) {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor < 0 { throw .open(path: path, reason(errno)) }
    defer { _ = Glibc.close(descriptor) }
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 { throw .open(path: path, reason(errno)) }
    if status.st_mode & S_IFMT != S_IFREG { throw .open(path: path, "is not a regular file") }
    if status.st_uid != geteuid() { throw .open(path: path, "belongs to another user") }
    if status.st_mode & 0o077 != 0 {
      throw .open(path: path, "others may read it; chmod 600 it")
    }
  }

  private static func reason(_ code: Int32) -> String {
    // SAFETY: the shim returns a static, terminated string and never null.
    unsafe String(cString: ck_error_text(code)) + " (errno \(code))"
  }

  private static func opening(_ path: String, _ error: any Error) -> LedgerError {
    if let error = error as? DatabaseError, error.resultCode == .SQLITE_NOTADB {
      return .open(path: path, "is no SQLite database; move it away")
    }
    let told = LedgerError(error)
    if case .database(let code, let text) = told {
      return .open(path: path, "\(text) (SQLite \(code))")
    }
    return told
  }

  /// What the writing connection runs with, to hold against what is claimed.
  public func pragmas() throws(LedgerError) -> [String: String] {
    do {
      return try pool.barrierWriteWithoutTransaction { db in
        var values: [String: String] = [:]
        for name in ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"] {
          values[name] = try String.fetchOne(db, sql: "PRAGMA \(name)")
        }
        return values
      }
    } catch { throw LedgerError(error) }
  }

  // ---- Access for the stores of this module ----

  /// One durable transaction.
  func write<Value>(_ body: (Database) throws -> Value) throws(LedgerError) -> Value {
    counts.noteThread()
    do { return try pool.write(body) } catch { throw LedgerError(error) }
  }

  /// One consistent picture.
  func read<Value>(_ body: (Database) throws -> Value) throws(LedgerError) -> Value {
    counts.noteThread()
    do { return try pool.read(body) } catch { throw LedgerError(error) }
  }
}

extension LedgerError {
  init(_ error: any Error) {
    if let error = error as? LedgerError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .database(code: -1, "\(error)")
      return
    }
    let text = error.message ?? "no message"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
    case .SQLITE_FULL: self = .full
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(text)
    default: self = .database(code: error.extendedResultCode.rawValue, text)
    }
  }
}
