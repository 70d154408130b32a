// Which of the two transports moves the bytes; hot plane, decided once at start.

/// The kernel interface that a reactor stands on.
@frozen
public enum TransportKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case uring = 0
  case epoll = 1

  /// The configuration's and the report's word for it.
  public var name: String {
    switch self {
    case .uring: "uring"
    case .epoll: "epoll"
    }
  }

  /// The kind called `name`, or nil.
  public init?(name: String) {
    switch name {
    case "uring": self = .uring
    case "epoll": self = .epoll
    default: return nil
    }
  }
}
