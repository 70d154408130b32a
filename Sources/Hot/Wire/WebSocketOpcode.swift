// The opcodes of RFC 6455 §5.2; hot plane.

/// An opcode we send or accept. 3–7 and 11–15 are reserved and refused by the reader.
@frozen
public enum WebSocketOpcode: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case continuation = 0
  case text = 1
  case binary = 2
  case close = 8
  case ping = 9
  case pong = 10
}
