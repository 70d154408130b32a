// Why the door could not be opened or reached, in words a person can act on; the seam.

public enum DoorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing listens at the path.
  case notRunning(path: String)
  /// The socket is there, and this user may not use it.
  case permission(path: String)
  case pathTooLong(path: String, bytesMax: Int)
  /// Another process listens at the path.
  case inUse(path: String)
  /// Something that is no socket lies at the path.
  case notASocket(path: String)
  case timeout(milliseconds: Int)
  /// The core closed the conversation before it answered.
  case disconnected
  /// What came back is no reply of this door.
  case protocolError
  case system(call: String, errno: Int32)

  public var description: String {
    switch self {
    case .notRunning(let path):
      "the core is not running (nobody listens at \(path)); start it with `llmtrading run`, "
        + "or name its folder with --state-dir"
    case .permission(let path):
      "no permission for the core's door at \(path): run this as the core's user, or as one of its group"
    case .pathTooLong(let path, let bytesMax):
      "the door's path is longer than the \(bytesMax) bytes a socket may have: \(path); "
        + "choose a shorter --state-dir"
    case .inUse(let path): "another core listens at \(path)"
    case .notASocket(let path): "what lies at \(path) is no socket; it was left alone"
    case .timeout(let milliseconds): "the core did not answer within \(milliseconds) ms"
    case .disconnected: "the core closed the connection before it answered"
    case .protocolError: "what answered is not the core's door, or is of another version"
    case .system(let call, let errno): "\(call) failed with errno \(errno)"
    }
  }
}
