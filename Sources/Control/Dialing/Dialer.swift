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
    let started = DialedConnection.now
    let deadline = started.advanced(byNanoseconds: max(request.timeoutNanoseconds, 0))
    var connection = try connect(
      host: request.proxy?.host ?? url.host, port: request.proxy?.port ?? url.port,
      loopbackOnly: !url.isSecure, deadline: deadline, cancellation: cancellation,
      failure: request.proxy == nil ? .connectionLost : .proxyRefused)
    if let proxy = request.proxy {
      try tunnel(&connection, through: proxy, to: url, deadline: deadline)
    }
    if url.isSecure, let tls = request.tls {
      try connection.startTLS(
        tls, host: url.host, isAddress: url.isAddress, deadline: deadline)
    }
    try upgrade(&connection, request, deadline: deadline)
    return connection
  }

  /// Tries the addresses in the resolver's order, each with its share of the time left.
  private static func connect(
    host: String, port: UInt16, loopbackOnly: Bool, deadline: Instant,
    cancellation: DialCancellation?, failure: FaultCode
  ) throws(DialError) -> DialedConnection {
    let started = DialedConnection.now
    let addresses = try resolve(
      host: host, port: port, loopbackOnly: loopbackOnly, deadline: deadline,
      cancellation: cancellation)
    var last = DialError(failure, .connect, "no address")
    for (index, address) in addresses.enumerated() {
      let now = DialedConnection.now
      let share = deadline.since(now) / Int64(addresses.count - index)
      var address = address
      let descriptor = unsafe cdial_connect(&address)
      if descriptor < 0 {
        last = .system(failure, .connect, descriptor)
        continue
      }
      let connection = DialedConnection(
        descriptor: descriptor, remoteAddress: describe(&address), cancellation: cancellation,
        startedAt: started)
      do {
        try connection.ready(
          writable: true, deadline: now.advanced(byNanoseconds: share), step: .connect)
        let status = connection.connected()
        if status == 0 { return connection }
        last = .system(failure, .connect, status)
      } catch {
        if error.isCancelled { throw error }
        last = error
      }
      last.detail = "\(connection.remoteAddress): \(last.detail)"
    }
    throw last
  }

  private static func describe(_ address: inout cdial_address) -> String {
    var text = [CChar](repeating: 0, count: 80)
    unsafe text.withUnsafeMutableBufferPointer {
      unsafe cdial_describe(&address, $0.baseAddress, $0.count)
    }
    return TLSContext.string(text)
  }

  private static func resolve(
    host: String, port: UInt16, loopbackOnly: Bool, deadline: Instant,
    cancellation: DialCancellation?
  ) throws(DialError) -> [cdial_address] {
    var addresses = [cdial_address](repeating: cdial_address(), count: Int(CDIAL_ADDRESSES_MAX))
    let left = deadline.since(DialedConnection.now)
    let count = unsafe cdial_resolve(host, port, &addresses, cancellation?.event ?? -1, left)
    if count == 0 { throw .timeout(.resolve) }
    if count == -125 { throw .cancelled(.resolve) }
    if count < 0 {
      throw unsafe DialError(
        .resolveFailure, .resolve, "\(host): \(String(cString: cdial_resolve_failure(count)))")
    }
    let found = addresses.prefix(Int(count)).filter { !loopbackOnly || $0.loopback == 1 }
    if found.isEmpty {
      throw DialError(.tlsFailure, .resolve, "ws:// is for this machine alone: \(host)")
    }
    return Array(found)
  }

  private static func tunnel(
    _ connection: inout DialedConnection, through proxy: ProxyEndpoint, to url: WebSocketURL,
    deadline: Instant
  ) throws(DialError) {
    var exchange = ProxyConnect(
      authority: url.authority,
      credentials: proxy.user.map { (user: $0, password: proxy.password ?? "") })
    try connection.send(exchange.request, deadline: deadline, step: .proxy)
    while true {
      let bytes = try connection.receive(deadline: deadline, step: .proxy)
      if bytes.isEmpty { throw DialError(.proxyRefused, .proxy, "the proxy hung up") }
      do throws(HandshakeRefusal) {
        guard case .ready(let leftover) = try receive(bytes, &exchange) else { continue }
        // The exchange speaks only after us: early bytes are not its own.
        if leftover.isEmpty { return }
      } catch {
        throw refusal(error, .proxy)
      }
      throw DialError(.proxyRefused, .proxy, "bytes after the reply to CONNECT")
    }
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
    _ bytes: [UInt8], _ exchange: inout ProxyConnect
  ) throws(HandshakeRefusal) -> HandshakeProgress {
    let result = unsafe bytes.withUnsafeBytes { piece in
      Result<HandshakeProgress, HandshakeRefusal> { () throws(HandshakeRefusal) in
        unsafe try exchange.receive(piece)
      }
    }
    return try result.get()
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

  private static func refusal(_ refusal: HandshakeRefusal, _ step: DialStep) -> DialError {
    DialError(
      refusal.fault, step,
      refusal.status == 0 ? "\(refusal.reason)" : "\(refusal.reason), HTTP \(refusal.status)")
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
