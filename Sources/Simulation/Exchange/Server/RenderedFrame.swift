// A WebSocket frame rendered once and written to many connections; simulation.

import NIOCore

enum RenderedFrame {
  /// Opcodes of RFC 6455 §5.2.
  static let textOpcode: UInt8 = 0x1
  static let closeOpcode: UInt8 = 0x8
  static let pongOpcode: UInt8 = 0xA

  /// An unmasked, unfragmented server frame. The buffer is copy on write: writers share its bytes.
  static func make(
    opcode: UInt8 = textOpcode, allocator: ByteBufferAllocator, parts: [[UInt8]]
  ) -> ByteBuffer {
    let length = parts.reduce(0) { $0 + $1.count }
    var buffer = allocator.buffer(capacity: length + 10)
    buffer.writeInteger(0x80 | opcode)
    if length < 126 {
      buffer.writeInteger(UInt8(length))
    } else if length <= Int(UInt16.max) {
      buffer.writeInteger(UInt8(126))
      buffer.writeInteger(UInt16(length))
    } else {
      buffer.writeInteger(UInt8(127))
      buffer.writeInteger(UInt64(length))
    }
    for part in parts { buffer.writeBytes(part) }
    return buffer
  }

  static func text(_ text: String, allocator: ByteBufferAllocator) -> ByteBuffer {
    make(allocator: allocator, parts: [Array(text.utf8)])
  }
}

/// Sits before NIO's frame encoder, so that rendered frames reach TLS without passing through it.
final class RenderedFrameWriter: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func write(_ frame: ByteBuffer) {
    context?.write(wrapOutboundOut(frame), promise: nil)
  }

  func flush() { context?.flush() }
}
