// Every way a server's bytes can break RFC 6455, and the close code each earns; hot plane.

import Quantities

/// What the peer did wrong. Names and numbers appear in logs.
@frozen
public enum WebSocketViolation: UInt8, Error, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  /// RSV1–3 set although no extension was negotiated (§5.2).
  case reservedBits = 1
  case reservedOpcode = 2
  /// A server must not mask (§5.1).
  case maskedFrame = 3
  /// A 16- or 64-bit length that fits a shorter form (§5.2).
  case nonMinimalLength = 4
  /// The 64-bit length has its top bit set (§5.2).
  case lengthTopBit = 5
  case controlFragmented = 6
  case controlTooLong = 7
  /// A continuation without a message to continue (§5.4).
  case unexpectedContinuation = 8
  /// A new data frame inside a fragmented message (§5.4).
  case expectedContinuation = 9
  /// A close frame of one byte (§5.5.1).
  case closePayloadLength = 10
  case closeCode = 11
  case closeReasonUTF8 = 12
  case textUTF8 = 13
  case messageTooLarge = 14

  /// The code the connection is closed with.
  @inlinable public var closeCode: WebSocketCloseCode {
    switch self {
    case .none: .normal
    case .closeReasonUTF8, .textUTF8: .invalidPayload
    case .messageTooLarge: .tooLarge
    default: .protocolError
    }
  }

  /// The product's stable code for counters and logs.
  @inlinable public var fault: FaultCode {
    switch self {
    case .none: .none
    case .closeReasonUTF8, .textUTF8: .invalidUTF8
    case .messageTooLarge: .messageTooLarge
    default: .protocolError
    }
  }
}
