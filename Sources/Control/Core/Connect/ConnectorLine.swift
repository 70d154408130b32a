// What a Connector keeps connected, and how it reaches it; control plane.

import Dialing
import Wire

/// One line the Connector keeps connected.
public struct ConnectorLine: Sendable {
  /// For logs and State: `public-0`, `private`.
  public var name: String
  public var url: WebSocketURL
  /// Sent in the upgrade (`x-simulated-trading: 1` on demo hosts).
  public var headers: [(name: String, value: String)]
  /// Signs a login for now; nil where the line needs none.
  public var login: (@Sendable (_ unixSeconds: Int64) -> [UInt8])?
  /// Requests the session makes on connecting, for the hourly budget.
  public var requestsOnConnect: Int

  public init(
    name: String, url: WebSocketURL, headers: [(name: String, value: String)] = [],
    login: (@Sendable (Int64) -> [UInt8])? = nil, requestsOnConnect: Int = 1
  ) {
    self.name = name
    self.url = url
    self.headers = headers
    self.login = login
    self.requestsOnConnect = requestsOnConnect
  }
}

/// How every line is dialled.
public struct ConnectorNetwork: Sendable {
  public var tls: TLSContext?
  public var proxy: ProxyEndpoint?
  public var timeoutNanoseconds = DialRequest.timeoutNanosecondsDefault

  public init(tls: TLSContext?, proxy: ProxyEndpoint? = nil) {
    self.tls = tls
    self.proxy = proxy
  }
}
