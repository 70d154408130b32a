// A WebSocket frame of the server's, rendered once and sent on many connections; simulation.

/// Unmasked and unfragmented (RFC 6455 §5.2), header and payload.
public struct ServerFrame: Sendable, Equatable {
  public let bytes: [UInt8]

  static func text(_ text: String) -> ServerFrame { ServerFrame(opcode: 0x1, Array(text.utf8)) }
  static func text(_ text: [UInt8]) -> ServerFrame { ServerFrame(opcode: 0x1, text) }
  static func pong(_ payload: [UInt8]) -> ServerFrame { ServerFrame(opcode: 0xA, payload) }
  /// The payload of a close frame: two bytes of code, then the reason; or what is echoed.
  static func close(_ payload: [UInt8]) -> ServerFrame { ServerFrame(opcode: 0x8, payload) }
  static func close(_ code: CloseCode) -> ServerFrame {
    close([UInt8(code.number >> 8), UInt8(code.number & 0xFF)] + Array(code.reason.utf8))
  }

  private init(opcode: UInt8, _ payload: [UInt8]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + 10)
    bytes.append(0x80 | opcode)
    let count = payload.count
    if count < 126 {
      bytes.append(UInt8(count))
    } else {
      let digits = count <= Int(UInt16.max) ? 2 : 8
      bytes.append(digits == 2 ? 126 : 127)
      for place in (0..<digits).reversed() {
        bytes.append(UInt8(truncatingIfNeeded: count >> (8 * place)))
      }
    }
    bytes.append(contentsOf: payload)
    self.bytes = bytes
  }
}
