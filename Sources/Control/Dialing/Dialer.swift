// Makes connections: resolve, connect, proxy, TLS, WebSocket upgrade; a housekeeping thread's work.
import CDialing
import Quantities
import Wire

/// Blocks, allocates, and is bounded: every step shares one deadline and one cancellation.
public enum Dialer {
  static func dialed(_ request: DialRequest, cancellation: DialCancellation? = nil)
    throws(DialError) -> DialedConnection
  {
    let url = request.url
    do {
      try url.requireAllowed()
    } catch {
      throw DialError(.tlsFailure, .address, "ws:// is for this machine alone: \(url.host)")
    }
    if url.isSecure && request.tls == nil {
      throw DialError(.tlsFailure, .address, "wss:// without TLS settings")
    }
    let deadline = DialedConnection.now.advanced(
      byNanoseconds: max(request.timeoutNanoseconds, 0))
    let target =
      request.proxy.map {
        Target($0, loopbackOnly: !url.isSecure, deadline, cancellation)
      }
      ?? Target(
        host: url.host, port: url.port, loopbackOnly: !url.isSecure, deadline: deadline,
        cancellation: cancellation, failure: .connectionLost)
    var connection = try named(request.proxy) { () throws(DialError) in try connect(target) }
    do throws(DialError) {
      try shakeHands(&connection, request, deadline: deadline)
    } catch {
      if !error.isCancelled { remember(connection.address, of: target, served: false) }
      throw error
    }
    remember(connection.address, of: target, served: true)
    return connection
  }

  private static func shakeHands(
    _ connection: inout DialedConnection, _ request: DialRequest, deadline: Instant
  ) throws(DialError) {
    let url = request.url
    if let proxy = request.proxy {
      try tunnel(&connection, through: proxy, to: url, deadline: deadline)
    }
    if url.isSecure, let tls = request.tls {
      try connection.startTLS(
        tls, host: url.host, isAddress: url.isAddress, deadline: deadline)
    }
    try upgrade(&connection, request, deadline: deadline)
  }

  private static func upgrade(
    _ connection: inout DialedConnection, _ request: DialRequest, deadline: Instant
  ) throws(DialError) {
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var exchange = WebSocketUpgrade(url: request.url, headers: request.headers, nonce: nonce)
    try connection.send(exchange.request, deadline: deadline, step: .upgrade)
    while true {
      let bytes = try connection.receive(deadline: deadline, step: .upgrade)
      if bytes.isEmpty { throw DialError(.upgradeRefused, .upgrade, "the server hung up") }
      do throws(HandshakeRefusal) {
        guard case .ready(let leftover) = try receive(bytes, &exchange) else { continue }
        connection.putBack(leftover)
        return
      } catch {
        throw refusal(error, .upgrade)
      }
    }
  }

  private static func receive(
    _ bytes: [UInt8], _ exchange: inout WebSocketUpgrade
  ) throws(HandshakeRefusal) -> HandshakeProgress {
    let result = unsafe bytes.withUnsafeBytes { piece in
      Result<HandshakeProgress, HandshakeRefusal> { () throws(HandshakeRefusal) in
        unsafe try exchange.receive(piece)
      }
    }
    return try result.get()
  }

  static func refusal(_ refusal: HandshakeRefusal, _ step: DialStep) -> DialError {
    let phrase = String(decoding: refusal.phrase.prefix(100), as: UTF8.self)
    let line = "HTTP \(refusal.status)" + (phrase.isEmpty ? "" : " \(phrase)")
    if refusal.reason == .status { return DialError(refusal.fault, step, line) }
    return DialError(
      refusal.fault, step,
      refusal.status == 0 ? "\(refusal.reason)" : "\(refusal.reason), \(line)")
  }
}

extension WebSocketURL {
  /// The host is an address in digits: a certificate must name it as such, and SNI must not.
  var isAddress: Bool {
    if isIPv6Literal { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }
}
