// The hosts that environment and region choose (docs/OKX.md OKX-001), and overrides; control plane.

import Foundation
import OKX
import Quantities

public struct Endpoints: Sendable, Equatable {
  /// Nil where no such connection opens.
  public var publicURL: String?
  public var privateURL: String?
  public var businessURL: String?
  public var restURL: String?
  /// OKX's demo trading wants `x-simulated-trading: 1` on REST requests and WebSocket upgrades.
  public var needsDemoHeader: Bool
}

extension Configuration {
  /// Where this run connects to.
  public var endpoints: Endpoints {
    let overrides = okx.endpoints
    if environment == .simulated || environment == nil {
      return Endpoints(
        publicURL: overrides.publicURL, privateURL: overrides.privateURL,
        businessURL: overrides.businessURL, restURL: overrides.restURL, needsDemoHeader: false)
    }
    let isDemo = environment == .demo
    let suffix = isDemo ? "pap" : ""
    let host =
      switch region {
      case .global: "ws\(suffix).okx.com"
      case .eea: "wseea\(suffix).okx.com"
      case .us: "wsus\(suffix).okx.com"
      }
    let rest =
      switch region {
      case .global: "https://www.okx.com"
      case .eea: "https://eea.okx.com"
      case .us: "https://us.okx.com"
      }
    let base = "wss://\(host):8443/ws/v5/"
    return Endpoints(
      publicURL: overrides.publicURL ?? base + "public",
      privateURL: overrides.privateURL ?? base + "private",
      businessURL: overrides.businessURL ?? base + "business",
      restURL: overrides.restURL ?? rest, needsDemoHeader: isDemo)
  }

  /// Channels that answer only after a login (docs/OKX.md OKX-035).
  public var publicSessionNeedsLogin: Bool {
    okx.channels.contains { MarketChannel(okxName: $0)?.needsLogin ?? false }
  }
}

/// A URL's parts that matter here; nil when it is none.
struct EndpointURL {
  var scheme: String
  var host: String
  var hasUserInfo: Bool

  init?(_ text: String) {
    guard let url = URLComponents(string: text), let scheme = url.scheme, let host = url.host,
      !host.isEmpty, url.fragment == nil
    else { return nil }
    self.scheme = scheme
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    hasUserInfo = url.user != nil || url.password != nil
  }

  /// The only hosts that plain text may go to.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  var isOKX: Bool { host == "okx.com" || host.hasSuffix(".okx.com") }
}
