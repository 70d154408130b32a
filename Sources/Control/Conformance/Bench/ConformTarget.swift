// Which exchange a run asks, as whom, and what it may do there; control plane.

import Account
import Dialing
import ExchangeCalendar
import OKX
import Wire

public struct ConformTarget: Sendable {
  public enum Environment: String, Sendable { case simulated, demo }

  public var environment: Environment
  public var publicURL: WebSocketURL
  public var privateURL: WebSocketURL
  public var businessURL: WebSocketURL
  public var tls: TLSContext?
  public var proxy: ProxyEndpoint?
  /// Of WebSocket upgrades.
  public var headers: [(name: String, value: String)]
  public var rest: RESTClient
  public var key: APIKey
  /// The day whose rules are expected; nil: the exchange's own.
  public var day: CalendarDay?
  /// A spot pair and a linear swap that are traded in their smallest size.
  public var spot: String
  public var swap: String
  /// Where WebSockets answered too until 2026-10-31 (docs/OKX.md OKX-002).
  public var oldPort: UInt16 = 8_443
  /// How long notices and changes that come by themselves are waited for.
  public var watchSeconds: Double

  public init(
    environment: Environment, publicURL: WebSocketURL, privateURL: WebSocketURL,
    businessURL: WebSocketURL, tls: TLSContext?, proxy: ProxyEndpoint?,
    headers: [(name: String, value: String)], rest: RESTClient, key: APIKey, day: CalendarDay?,
    spot: String, swap: String, watchSeconds: Double
  ) {
    self.environment = environment
    self.publicURL = publicURL
    self.privateURL = privateURL
    self.businessURL = businessURL
    self.tls = tls
    self.proxy = proxy
    self.headers = headers
    self.rest = rest
    self.key = key
    self.day = day
    self.spot = spot
    self.swap = swap
    self.watchSeconds = watchSeconds
  }

  /// The paths of OKX (docs/OKX.md OKX-001).
  public enum Path: String, Sendable, CaseIterable {
    case `public`, `private`, business
  }

  func url(_ path: Path) -> WebSocketURL {
    switch path {
    case .public: publicURL
    case .private: privateURL
    case .business: businessURL
    }
  }
}
