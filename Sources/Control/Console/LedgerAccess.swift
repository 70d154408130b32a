// The Ledger as handlers ask it: off the tasks that serve, its errors as problem documents; control plane.
import Dispatch
import HTTPTypes
import Ledger
import Logging

/// Calls of the Ledger block; they run on threads that may, a bounded number at a time.
struct LedgerAccess: Sendable {
  let ledger: Ledger
  let log: Logger
  private let queue: DispatchQueue
  private let gate: CallGate

  /// Calls that wait or run; one more is refused.
  static let waitingMax = 64

  init(_ ledger: Ledger, log: Logger) {
    self.ledger = ledger
    self.log = log
    queue = DispatchQueue(label: "ledger", attributes: .concurrent)
    gate = CallGate(max: LedgerAccess.waitingMax)
  }

  /// `LedgerError` comes out as a `Problem`, as do problems of the body's own.
  func call<Value: Sendable>(
    _ body: @escaping @Sendable (Ledger) throws -> Value
  ) async throws -> Value {
    guard gate.enter() else {
      throw Problem(
        .serviceUnavailable, "busy",
        "Too many requests wait for the ledger. Try again in a second.",
        headers: [HTTPField.Name("Retry-After")!: "1"])
    }
    defer { gate.leave() }
    let ledger = ledger
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: Result { try body(ledger) }) }
    }
    do { return try result.get() } catch let error as LedgerError {
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
