// Close codes of RFC 6455 §7.4 and which of them may travel; hot plane.

/// A close code. OKX adds its own from 4001 on (docs/OKX.md OKX-009).
@frozen
public struct WebSocketCloseCode: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var normal: WebSocketCloseCode { WebSocketCloseCode(rawValue: 1000) }
  @inlinable public static var goingAway: WebSocketCloseCode { WebSocketCloseCode(rawValue: 1001) }
  @inlinable public static var protocolError: WebSocketCloseCode {
    WebSocketCloseCode(rawValue: 1002)
  }
  /// Never sent: the peer's close frame carried no code.
  @inlinable public static var noStatus: WebSocketCloseCode { WebSocketCloseCode(rawValue: 1005) }
  @inlinable public static var invalidPayload: WebSocketCloseCode {
    WebSocketCloseCode(rawValue: 1007)
  }
  @inlinable public static var tooLarge: WebSocketCloseCode { WebSocketCloseCode(rawValue: 1009) }

  /// May stand in a close frame: the codes RFC 6455 defines for it, 1012–1014 of the IANA registry,
  /// and the ranges for libraries (3000) and applications (4000).
  @inlinable public var mayTravel: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
