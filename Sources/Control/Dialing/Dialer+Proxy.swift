// The step of a dial that goes through a proxy: CONNECT or SOCKS5; a housekeeping thread's work.
import Quantities
import Wire

extension Dialer {
  /// A connection through `proxy` to `host`, on which nothing was said yet: for whoever speaks TLS over it.
  static func tunnel(
    to url: WebSocketURL, through proxy: ProxyEndpoint, deadline: Instant,
    cancellation: DialCancellation?
  ) throws(DialError) -> DialedConnection {
    let target = Target(proxy, loopbackOnly: false, deadline, cancellation)
    var connection = try named(proxy) { () throws(DialError) in try connect(target) }
    do throws(DialError) {
      try tunnel(&connection, through: proxy, to: url, deadline: deadline)
    } catch {
      // A proxy that says no is alive at this address.
      if error.code == .connectTimeout {
        remember(connection.address, of: target, served: false)
      }
      throw error
    }
    remember(connection.address, of: target, served: true)
    return connection
  }

  /// Opens the tunnel over a connection to the proxy.
  static func tunnel(
    _ connection: inout DialedConnection, through proxy: ProxyEndpoint, to url: WebSocketURL,
    deadline: Instant
  ) throws(DialError) {
    do throws(DialError) {
      switch proxy.kind {
      case .http: try connectRequest(&connection, through: proxy, to: url, deadline: deadline)
      case .socks5h: try socks(&connection, through: proxy, to: url, deadline: deadline)
      }
    } catch { throw name(proxy, in: error) }
  }

  /// Its failures name the proxy.
  static func named<Value: ~Copyable>(
    _ proxy: ProxyEndpoint?, _ body: () throws(DialError) -> Value
  ) throws(DialError) -> Value {
    do throws(DialError) { return try body() } catch {
      guard let proxy else { throw error }
      throw name(proxy, in: error)
    }
  }

  private static func name(_ proxy: ProxyEndpoint, in error: DialError) -> DialError {
    var error = error
    if !error.isCancelled { error.detail = "network.proxy \(proxy): \(error.detail)" }
    return error
  }

  private static func connectRequest(
    _ connection: inout DialedConnection, through proxy: ProxyEndpoint, to url: WebSocketURL,
    deadline: Instant
  ) throws(DialError) {
    var exchange = ProxyConnect(
      authority: url.authority,
      credentials: proxy.user.map { (user: $0, password: proxy.password ?? "") })
    try connection.send(exchange.request, deadline: deadline, step: .proxy)
    while true {
      let bytes = try answer(of: &connection, to: "CONNECT", deadline: deadline)
      let progress: HandshakeProgress
      do throws(HandshakeRefusal) { progress = try receive(bytes, &exchange) } catch {
        var refusal = refusal(error, .proxy)
        if error.status == 407 { refusal.detail += credentialsHint(proxy) }
        throw refusal
      }
      if case .ready(let leftover) = progress { return try opened(leftover) }
    }
  }

  private static func socks(
    _ connection: inout DialedConnection, through proxy: ProxyEndpoint, to url: WebSocketURL,
    deadline: Instant
  ) throws(DialError) {
    var exchange = SOCKSTunnel(
      host: url.host, port: url.port, user: proxy.user, password: proxy.password)
    try connection.send(exchange.greeting, deadline: deadline, step: .proxy)
    while true {
      let bytes = try answer(of: &connection, to: exchange.asked, deadline: deadline)
      let step: SOCKSTunnel.Step
      do throws(SOCKSTunnel.Refusal) { step = try exchange.receive(bytes) } catch {
        throw DialError(
          .proxyRefused, .proxy,
          error.text + (error.isOfCredentials ? credentialsHint(proxy) : ""))
      }
      switch step {
      case .needMore: continue
      case .send(let next): try connection.send(next, deadline: deadline, step: .proxy)
      case .open(let leftover):
        try opened(leftover)
        return
      }
    }
  }

  private static func answer(
    of connection: inout DialedConnection, to question: String, deadline: Instant
  ) throws(DialError) -> [UInt8] {
    do throws(DialError) {
      let bytes = try connection.receive(deadline: deadline, step: .proxy)
      if !bytes.isEmpty { return bytes }
    } catch {
      if error.isCancelled { throw error }
      let code = error.code == .connectionLost ? FaultCode.proxyRefused : error.code
      throw DialError(code, .proxy, "no answer to \(question): \(error.detail)")
    }
    throw DialError(.proxyRefused, .proxy, "it hung up on \(question)")
  }

  /// The exchange speaks only after us: early bytes are not its own.
  private static func opened(_ leftover: [UInt8]) throws(DialError) {
    if !leftover.isEmpty {
      throw DialError(.proxyRefused, .proxy, "bytes came before the tunnel was used")
    }
  }

  private static func credentialsHint(_ proxy: ProxyEndpoint) -> String {
    proxy.user == nil
      ? "; name the user in network.proxy and give network.proxy_password_file"
      : "; look at the user in network.proxy and at network.proxy_password_file"
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
}

extension Dialer.Target {
  init(
    _ proxy: ProxyEndpoint, loopbackOnly: Bool, _ deadline: Instant,
    _ cancellation: DialCancellation?
  ) {
    self.init(
      host: proxy.host, port: proxy.port, loopbackOnly: loopbackOnly, deadline: deadline,
      cancellation: cancellation, failure: .proxyRefused)
  }
}
