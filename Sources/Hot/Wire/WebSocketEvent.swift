// What one step of the WebSocket reader found: the action its shell takes; hot plane.

import Quantities

@frozen
public enum WebSocketEventKind: UInt8, Sendable, BitwiseCopyable {
  /// Nothing whole yet: drop `consumed` bytes and come back with more.
  case needMore = 0
  /// A whole message in `payload`; text is valid UTF-8.
  case text = 1
  case binary = 2
  /// Send a pong with `payload`.
  case ping = 3
  /// Nothing to do; proof of life.
  case pong = 4
  /// The peer closes with `closeCode` (`noStatus` when it gave none) and the reason in `payload`.
  /// With `mustReply` send a close with the same code (none for `noStatus`); then end the connection.
  case close = 5
  /// The peer broke the protocol: send a close with `closeCode`, end the connection, count `fault`.
  case violation = 6
}

/// One event. `payload` lies in the caller's input or in the reader's own buffer and is valid until
/// the next call of the reader or the next change of the input, whichever comes first.
@safe @frozen
public struct WebSocketEvent: BitwiseCopyable {
  // SAFETY: the lifetime stated above is the caller's to keep; reading `payload` is marked unsafe.
  public var payload: UnsafeRawBufferPointer
  /// Bytes of the input that are done with. The caller drops them after it has used `payload`.
  public var consumed: Int
  /// For `.needMore`: bytes the input must at least hold, after dropping `consumed`, for progress.
  public var bytesNeeded: Int
  public var closeCode: WebSocketCloseCode
  public var kind: WebSocketEventKind
  public var violation: WebSocketViolation
  /// For `.close`: we have sent no close of our own yet.
  public var mustReply: Bool

  @inlinable
  init(_ kind: WebSocketEventKind, consumed: Int) {
    unsafe payload = UnsafeRawBufferPointer(start: nil, count: 0)
    self.consumed = consumed
    bytesNeeded = 0
    closeCode = .noStatus
    self.kind = kind
    violation = .none
    mustReply = false
  }

  @inlinable public var fault: FaultCode { violation.fault }
}
