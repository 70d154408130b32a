// The way of REST's clients to `network.proxy`; control plane.

import AsyncHTTPClient

/// What requests go through by CONNECT on their way to `network.proxy`: exchange, models and news alike.
public struct RESTProxy: Sendable {
  public var host: String
  public var port: Int
  /// User and password, where it asks for them.
  public var credentials: (user: String, password: String)?
  /// Why it made no way to a host and port, in words that the client underneath does not pass on.
  public var refusal: @Sendable (_ host: String, _ port: Int) -> String?

  public init(
    host: String, port: Int, credentials: (user: String, password: String)? = nil,
    refusal: @escaping @Sendable (String, Int) -> String? = { _, _ in nil }
  ) {
    self.host = host
    self.port = port
    self.credentials = credentials
    self.refusal = refusal
  }

  public var setting: HTTPClient.Configuration.Proxy {
    guard let credentials else { return .server(host: host, port: port) }
    return .server(
      host: host, port: port,
      authorization: .basic(username: credentials.user, password: credentials.password))
  }
}
