// One client's WebSocket as the exchange sees it, whatever carries it; simulation.

/// Frames go out by it. What comes in is told to the exchange: `received`, `closed` and the rest.
public protocol Peer: AnyObject {
  var endpoint: Endpoint { get }
  /// False once it is closing or gone; what is sent then is lost.
  var isOpen: Bool { get }
  /// Monotonic nanoseconds of the last frame in either direction.
  var lastActivity: Int64 { get }
  /// Since when its socket has taken no bytes; nil while it takes them.
  var blockedSince: Int64? { get }
  /// Bytes accepted for it that its socket has not taken.
  var pendingBytes: Int { get }
  /// Queues a frame; `flush` sends what is queued.
  func send(_ frame: ServerFrame)
  func flush()
  func close(_ code: CloseCode)
  /// Ends it without a close frame, after all that was sent, and tells the exchange that it is closed.
  func abort()
}
