// Why a console did not come up, in words a person can act on; control plane.

public enum ConsoleError: Error, Sendable, CustomStringConvertible {
  case portTaken(host: String, port: Int)

  public var description: String {
    switch self {
    case .portTaken(let host, let port):
      "port \(port) of \(host) is taken: end what listens there, or choose another "
        + "(console.port, --port; 0 takes a free one)"
    }
  }
}
