// The Ledger as handlers ask it: its errors as problem documents; control plane.
import HTTPTypes
import Ledger
import Logging
import Operations

/// Calls run on threads that may block, a bounded number at a time.
struct LedgerAccess: Sendable {
  let log: Logger
  private let calls: LedgerCalls

  /// As many as SQLite has readers.
  private static let threads = 6
  /// Calls that wait or run; one more is refused.
  static let openMax = 64

  init(_ ledger: Ledger, log: Logger) {
    self.log = log
    calls = LedgerCalls(ledger, threads: LedgerAccess.threads, openMax: LedgerAccess.openMax)
  }

  /// `LedgerError` comes out as a `Problem`, as do problems of the body's own.
  func call<Value: Sendable>(
    _ body: @escaping @Sendable (Ledger) throws -> Value
  ) async throws -> Value {
    do {
      return try await calls.call(body)
    } catch is BlockingFault {
      throw Problem(
        .serviceUnavailable, "busy",
        "Too many requests wait for the ledger. Try again in a second.",
        headers: [HTTPField.Name("Retry-After")!: "1"])
    } catch let error as LedgerError {
      let problem = Problem.ledger(error)
      if problem.status.kind == .serverError {
        log.error("the ledger failed", metadata: ["code": "\(error.code)", "error": "\(error)"])
      }
      throw problem
    }
  }
}

extension Problem {
  /// Its code is the Ledger's own, in small letters. What a file's path or SQLite says stays in the log.
  static func ledger(_ error: LedgerError) -> Problem {
    let code = error.code.lowercased()
    return switch error {
    case .invalid(let field, let reason):
      Problem(.badRequest, code, "`\(field)` \(reason).")
    case .busy:
      Problem(
        .serviceUnavailable, code, "Another process holds the ledger. Try again in some seconds.",
        headers: [HTTPField.Name("Retry-After")!: "5"])
    case .full:
      Problem(
        .serviceUnavailable, code,
        "The disk is full; nothing was written. Free some space, then repeat."
      )
    default:
      Problem(
        .internalServerError, code, "The ledger failed; the console's log says why and what to do.")
    }
  }
}
