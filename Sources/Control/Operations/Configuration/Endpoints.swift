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
    // No port: OKX's WebSocket port 8443 stopped answering on 2026-10-31; 443 is the default.
    let base = "wss://\(host)/ws/v5/"
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
  var port: Int?
  var hasUserInfo: Bool
  var hasPassword: Bool
  var hasNoPath: Bool
  private let text: String

  init?(_ text: String) {
    guard let url = URLComponents(string: text), let scheme = url.scheme,
      let host = url.host?.lowercased(), !host.isEmpty, url.fragment == nil
    else { return nil }
    self.scheme = scheme
    let bare = host.hasPrefix("[") ? host.dropFirst().dropLast() : host[...]
    // A name with its root's dot is the same name.
    self.host = String(bare.hasSuffix(".") ? bare.dropLast() : bare)
    port = url.port
    self.text = text
    hasUserInfo = url.user != nil || url.password != nil
    hasPassword = url.password != nil
    hasNoPath = ["", "/"].contains(url.path) && url.query == nil
  }

  /// The only hosts that plain text may go to.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  var isOKX: Bool { host == "okx.com" || host.hasSuffix(".okx.com") }

  /// Why nothing of OKX's answers there, and what to write instead; nil where that is not so.
  var closedPort: String? {
    guard isOKX, port == 8443 else { return nil }
    return "OKX's port 8443 stopped answering on 2026-10-31; write it without a port: "
      + text.replacingOccurrences(of: ":8443", with: "")
  }
}
