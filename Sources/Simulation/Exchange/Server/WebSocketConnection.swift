// One WebSocket connection as NIO sees it: frames in, rendered frames out; simulation.

import NIOCore
import NIOWebSocket

final class WebSocketConnection: ChannelInboundHandler, Peer {
  typealias InboundIn = WebSocketFrame

  /// Bytes of one request, fragments put together. OKX: 64 KB of arguments.
  static let requestBytesMax = 65_536 + 1_024
  /// The most plain text of a TLS record.
  static let writeBytesMax = 16_384
  /// How long a peer may take to answer our close frame.
  static let closeSeconds: Int64 = 2

  let endpoint: Endpoint
  private let receiver: ExchangeLoop
  private let writer: RenderedFrameWriter
  private let clock: SystemClock
  private var context: ChannelHandlerContext?
  /// Frames of this turn that `flush` sends as one write: one TLS record for many small frames.
  private var queued: ByteBuffer
  private var isDirty = false
  private var fragments: [UInt8] = []
  private var isFragmented = false
  private(set) var isClosing = false
  /// Monotonic nanoseconds of the last frame in either direction.
  private(set) var lastActivity: Int64
  /// Since when the socket has taken no bytes; nil while it takes them.
  private(set) var blockedSince: Int64?

  init(
    endpoint: Endpoint, receiver: ExchangeLoop, writer: RenderedFrameWriter,
    clock: SystemClock
  ) {
    self.endpoint = endpoint
    self.receiver = receiver
    self.writer = writer
    self.clock = clock
    lastActivity = clock.monotonic()
    queued = ByteBuffer()
  }

  var isOpen: Bool { context != nil && !isClosing }

  /// Bytes accepted for this peer that its socket has not taken.
  var pendingBytes: Int {
    guard let options = context?.channel.syncOptions else { return 0 }
    return (try? options.getOption(.bufferedWritableBytes)) ?? 0
  }

  // MARK: - To the peer

  func send(_ frame: ServerFrame) {
    if !isOpen { return }
    lastActivity = clock.monotonic()
    isDirty = true
    let count = frame.bytes.count
    let isLarge = count > WebSocketConnection.writeBytesMax / 2
    if isLarge || queued.readableBytes + count > WebSocketConnection.writeBytesMax {
      writeQueued()
    }
    if isLarge { write(frame) } else { queued.writeBytes(frame.bytes) }
  }

  func flush() {
    if !isDirty { return }
    isDirty = false
    writeQueued()
    writer.flush()
  }

  private func write(_ frame: ServerFrame) {
    var buffer = allocator.buffer(capacity: frame.bytes.count)
    buffer.writeBytes(frame.bytes)
    writer.write(buffer)
  }

  private var allocator: ByteBufferAllocator {
    context?.channel.allocator ?? ByteBufferAllocator()
  }

  private func writeQueued() {
    if queued.readableBytes == 0 { return }
    writer.write(queued)
    queued = allocator.buffer(capacity: WebSocketConnection.writeBytesMax / 8)
  }

  func close(_ code: CloseCode) {
    guard let context, !isClosing else { return }
    isClosing = true
    writeQueued()
    write(.close(code))
    writer.flush()
    let channel = context.channel
    context.eventLoop.scheduleTask(in: .seconds(WebSocketConnection.closeSeconds)) {
      channel.close(promise: nil)
    }
  }

  /// Ends the connection without a close frame, after all that was sent: the peer reads to the end
  /// of the stream, so what came before the fault is not lost with it.
  func abort() {
    guard let context else { return }
    isClosing = true
    flush()
    let channel = context.channel
    context.close(mode: .output, promise: nil)
    context.eventLoop.scheduleTask(in: .seconds(WebSocketConnection.closeSeconds)) {
      channel.close(promise: nil)
    }
    detach()
  }

  // MARK: - From the peer

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    receiver.opened(self)
  }

  func channelInactive(context: ChannelHandlerContext) {
    detach()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { detach() }

  private func detach() {
    if context == nil { return }
    context = nil
    receiver.closed(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    lastActivity = clock.monotonic()
    if frame.maskKey == nil || frame.rsv1 || frame.rsv2 || frame.rsv3 {
      close(.protocolError)
      return
    }
    switch frame.opcode {
    case .text, .binary:
      if isFragmented { return close(.protocolError) }
      take(frame, context)
    case .continuation:
      if !isFragmented { return close(.protocolError) }
      take(frame, context)
    case .ping:
      var payload = frame.unmaskedData
      let bytes = payload.readBytes(length: payload.readableBytes) ?? []
      send(.pong(bytes))
    case .pong: break
    case .connectionClose: answerClose(frame, context)
    default: close(.protocolError)
    }
  }

  private func take(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
    if isClosing { return }
    let data = frame.unmaskedData
    if fragments.count + data.readableBytes > WebSocketConnection.requestBytesMax {
      close(.tooLarge)
      return
    }
    fragments.append(contentsOf: data.readableBytesView)
    isFragmented = !frame.fin
    if isFragmented { return }
    let text = fragments
    fragments.removeAll(keepingCapacity: true)
    receiver.received(text, on: self)
  }

  private func answerClose(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
    if !isClosing {
      isClosing = true
      writeQueued()
      var data = frame.unmaskedData
      let echoed = data.readBytes(length: min(2, data.readableBytes)) ?? []
      write(.close(echoed))
      writer.flush()
    }
    context.close(promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    receiver.settled()
    flush()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    blockedSince = context.channel.isWritable ? nil : blockedSince ?? clock.monotonic()
    receiver.writabilityChanged(self)
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? NIOWebSocketError {
      close(error == .invalidFrameLength ? .tooLarge : .protocolError)
    } else {
      context.close(promise: nil)
    }
  }
}
