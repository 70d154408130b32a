// Everything a dial needs to know; control plane.
import Quantities
import Wire

public struct DialRequest: Sendable {
  public var url: WebSocketURL
  /// Required for `wss://`.
  public var tls: TLSContext?
  public var proxy: ProxyEndpoint?
  /// Further fields of the upgrade request (`x-simulated-trading`).
  public var headers: [(name: String, value: String)]
  /// Bounds the whole dial, from resolving to the last byte of the upgrade's reply.
  public var timeoutNanoseconds: Int64

  public static let timeoutNanosecondsDefault: Int64 = 10_000_000_000

  public init(
    url: WebSocketURL, tls: TLSContext? = nil, proxy: ProxyEndpoint? = nil,
    headers: [(name: String, value: String)] = [],
    timeoutNanoseconds: Int64 = DialRequest.timeoutNanosecondsDefault
  ) {
    self.url = url
    self.tls = tls
    self.proxy = proxy
    self.headers = headers
    self.timeoutNanoseconds = timeoutNanoseconds
  }
}
