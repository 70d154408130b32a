// REST over HTTP/1.1 as NIO sees it: one whole request in, one reply out; simulation.

import NIOCore
import NIOHTTP1
import NIOWebSocket

final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  static let bodyBytesMax = 65_536

  private let answer: (HTTPRequest) -> HTTPReply
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isTooLarge = false

  init(answer: @escaping (HTTPRequest) -> HTTPReply) { self.answer = answer }

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
      let reply =
        isTooLarge
        ? HTTPReply(status: HTTPReply.payloadTooLarge, body: "")
        : answer(
          HTTPRequest(
            method: head.method.rawValue, target: head.uri,
            headers: head.headers.map { ($0.name, $0.value) }, body: body,
            address: context.remoteAddress?.ipAddress ?? ""))
      write(reply, keepAlive: head.isKeepAlive && !isTooLarge, context)
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
    // The upgrade was refused; the request itself follows and is answered.
    if error is NIOWebSocketUpgradeError { return }
    context.close(promise: nil)
  }
}
