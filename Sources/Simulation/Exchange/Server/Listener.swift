// The one port: TLS, then HTTP/1.1, then WebSocket where the path asks for it; simulation.

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

struct Listener: Sendable {
  let loop: NIOLoopBound<ExchangeLoop>
  let clock: SystemClock
  let tls: NIOSSLContext?

  static var backlog: Int32 { 256 }
  /// The kernel's share of what a slow reader holds back.
  static var socketBufferBytes: Int { 512 << 10 }
  static var bufferLow: Int { 64 << 10 }
  static var bufferHigh: Int { 256 << 10 }

  func bind(host: String, port: Int, group: MultiThreadedEventLoopGroup) async throws -> Channel {
    try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Listener.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.socketOption(.so_sndbuf), value: Listener.socketBufferBytes)
      .childChannelOption(
        .writeBufferWaterMark,
        value: .init(low: Listener.bufferLow, high: Listener.bufferHigh)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.configure(channel) }
      }
      .bind(host: host, port: port).get()
  }

  private func configure(_ channel: Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
    let loop = loop
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: WebSocketConnection.requestBytesMax, automaticErrorHandling: false,
      shouldUpgrade: { channel, head in
        let address = channel.remoteAddress?.ipAddress ?? ""
        let admitted = loop.value.admitsConnection(from: address)
        return channel.eventLoop.makeSucceededFuture(admitted ? HTTPHeaders() : nil)
      },
      upgradePipelineHandler: { channel, head in
        channel.eventLoop.makeCompletedFuture { try self.upgrade(channel, head) }
      })
    // NIO's own upgrade looks at a connection's first request alone: a client may have asked by REST before.
    try pipeline.addHandlers(
      HTTPResponseEncoder(),
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
      HTTPServerPipelineHandler(), HTTPServerProtocolErrorHandler(),
      HTTPConnection(upgrader: upgrader) { loop.value.answer($0) })
  }

  private func upgrade(_ channel: Channel, _ head: HTTPRequestHead) throws {
    guard let endpoint = Endpoint(target: head.uri) else { return }
    let pipeline = channel.pipeline.syncOperations
    let writer = RenderedFrameWriter()
    let encoder = try pipeline.handler(type: WebSocketFrameEncoder.self)
    try pipeline.addHandler(writer, position: .before(encoder))
    try pipeline.addHandler(
      WebSocketConnection(
        endpoint: endpoint, receiver: loop.value, writer: writer, clock: clock))
  }
}
