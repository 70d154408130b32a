// Why the Ledger could not be opened, read or written; control plane.

public enum LedgerError: Error, Sendable, Hashable {
  /// The file cannot be opened, made, or is no database.
  case open(path: String, String)
  /// Written by a later build: `unknown` are its migrations that this build does not have.
  case newerSchema(path: String, unknown: [String])
  /// Another process held the write lock longer than `Ledger.busySeconds`.
  case busy
  /// The disk is full; nothing of the transaction was kept.
  case full
  /// SQLite says that the file is damaged.
  case corrupt(String)
  /// Any other answer of SQLite, by its extended result code.
  case database(code: Int32, String)
  /// A value that no reader could use; nothing was written.
  case invalid(field: String, String)
  /// The journal holds what cannot be imported any further.
  case journal(String)

  /// Stable, for logs, counters and problem documents.
  public var code: String {
    switch self {
    case .open: "LEDGER_OPEN"
    case .newerSchema: "LEDGER_NEWER_SCHEMA"
    case .busy: "LEDGER_BUSY"
    case .full: "LEDGER_DISK_FULL"
    case .corrupt: "LEDGER_CORRUPT"
    case .database: "LEDGER_DATABASE"
    case .invalid: "LEDGER_INVALID"
    case .journal: "LEDGER_JOURNAL"
    }
  }
}

extension LedgerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .open(let path, let reason): "\(code): \(path): \(reason)"
    case .newerSchema(let path, let unknown):
      "\(code): \(path) was written by a later build (\(unknown.joined(separator: ", "))); run that "
        + "build, or move the file away: the journal is read into a new one, decisions are not"
    case .busy:
      "\(code): another process holds the ledger; find it with `fuser` and let it finish"
    case .full: "\(code): the disk is full; free some space, nothing was half written"
    case .corrupt(let reason):
      "\(code): \(reason); move the file away and restore a copy, the journal refills the rest"
    case .database(let number, let reason): "\(code): \(reason) (SQLite \(number))"
    case .invalid(let field, let reason): "\(code): \(field) \(reason)"
    case .journal(let reason): "\(code): \(reason)"
    }
  }
}
