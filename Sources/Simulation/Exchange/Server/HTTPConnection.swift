// REST over HTTP/1.1 as NIO sees it: one whole request in, one reply out, until one becomes a WebSocket; simulation.

import NIOCore
import NIOHTTP1
import NIOWebSocket

final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  static let bodyBytesMax = 65_536

  private let answer: (HTTPRequest) -> HTTPReply
  private let upgrader: NIOWebSocketServerUpgrader
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isTooLarge = false

  init(upgrader: NIOWebSocketServerUpgrader, answer: @escaping (HTTPRequest) -> HTTPReply) {
    self.upgrader = upgrader
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
      isTooLarge = false
    case .body(let buffer):
      if body.count + buffer.readableBytes > HTTPConnection.bodyBytesMax {
        isTooLarge = true
      } else {
        body.append(contentsOf: buffer.readableBytesView)
      }
    case .end:
      guard let head else { return }
      self.head = nil
      if wantsUpgrade(head) { return upgrade(head, context) }
      reply(to: head, context)
    }
  }

  private func reply(to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let reply =
      isTooLarge
      ? HTTPReply(status: HTTPReply.payloadTooLarge, body: "")
      : answer(
        HTTPRequest(
          method: head.method.rawValue, target: head.uri,
          headers: head.headers.map { ($0.name, $0.value) }, body: body,
          address: context.remoteAddress?.ipAddress ?? ""))
    // Behind a request that asks for an upgrade the decoder reads no other one.
    let keepAlive = head.isKeepAlive && !isTooLarge && !asksForUpgrade(head)
    write(reply, keepAlive: keepAlive, context)
  }

  // MARK: - Upgrade

  private func asksForUpgrade(_ head: HTTPRequestHead) -> Bool {
    head.headers.contains(name: "upgrade")
      && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
  }

  private func wantsUpgrade(_ head: HTTPRequestHead) -> Bool {
    head.method == .GET && Endpoint(target: head.uri) != nil && asksForUpgrade(head)
      && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
  }

  /// All of it happens in one turn of the event loop: the client's first frame meets the new pipeline.
  private func upgrade(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let channel = context.channel
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    upgrader.buildUpgradeResponse(
      channel: channel, upgradeRequest: head,
      initialResponseHeaders: ["connection": "upgrade", "upgrade": "websocket"]
    ).whenComplete { result in
      let (connection, context) = bound.value
      switch result {
      // Refused: without a key, or too many connections. The request is answered as it stands.
      case .failure: connection.reply(to: head, context)
      case .success(let headers): connection.become(head, headers, context)
      }
    }
  }

  private func become(
    _ head: HTTPRequestHead, _ headers: HTTPHeaders, _ context: ChannelHandlerContext
  ) {
    let response = HTTPResponseHead(
      version: .http1_1, status: .switchingProtocols, headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    upgrader.upgrade(context: context, upgradeRequest: head).whenComplete { result in
      let (connection, context) = bound.value
      let pipeline = context.pipeline.syncOperations
      do {
        if case .failure(let error) = result { throw error }
        pipeline.removeHandler(
          try pipeline.handler(type: HTTPServerProtocolErrorHandler.self), promise: nil)
        pipeline.removeHandler(
          try pipeline.handler(type: HTTPServerPipelineHandler.self), promise: nil)
        pipeline.removeHandler(try pipeline.handler(type: HTTPResponseEncoder.self), promise: nil)
        pipeline.removeHandler(connection, promise: nil)
        // The last: bytes behind the request go on to the frames' decoder.
        pipeline.removeHandler(
          try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self), promise: nil)
      } catch {
        context.close(promise: nil)
      }
    }
  }

  private func write(_ reply: HTTPReply, keepAlive: Bool, _ context: ChannelHandlerContext) {
    if reply.status == 0 { return context.close(promise: nil) }
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: reply.contentType)
    headers.add(name: "Content-Length", value: String(reply.body.utf8.count))
    if !keepAlive { headers.add(name: "Connection", value: "close") }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(
      wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: reply.body)))),
      promise: nil)
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      if !keepAlive { channel.close(promise: nil) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
