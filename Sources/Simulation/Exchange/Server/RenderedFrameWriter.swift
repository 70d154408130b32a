// The last handler before the socket or TLS: frames that are rendered already; simulation.

import NIOCore

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
