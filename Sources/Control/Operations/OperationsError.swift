// What start-up refuses with: one clear sentence for the person who started us; control plane.

import CKernel

public enum OperationsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A system call on `path` failed.
  case system(call: String, path: String, errno: Int32)
  /// Somebody else could read or change it.
  case permissions(path: String, String)
  /// Another core holds the folder; its process id when it is known.
  case alreadyRunning(path: String, process: Int32?)
  case pathTooLong(path: String, limit: Int)
  case corrupt(path: String, String)
  /// All 24 bits of start numbers are used.
  case startNumbersExhausted(path: String)
  case credentials(String)

  public var description: String {
    switch self {
    case .system(let call, let path, let error):
      return unsafe "\(call) \(path): \(String(cString: ck_error_text(error)))"
    case .permissions(let path, let text):
      return "\(path): \(text)"
    case .alreadyRunning(let path, let process):
      let who = process.map { " (process \($0))" } ?? ""
      return "\(path): another core is running on this state folder\(who)"
    case .pathTooLong(let path, let limit):
      return "\(path): longer than the \(limit) bytes a socket's path may have; "
        + "choose a shorter state_dir"
    case .corrupt(let path, let text):
      return "\(path): \(text)"
    case .startNumbersExhausted(let path):
      return "\(path): all start numbers are used; begin with a fresh state folder"
    case .credentials(let text):
      return "okx.credentials: \(text)"
    }
  }
}
