// The rules between keys: what may not be combined, and what must not be missing; control plane.

import OKX
import Quantities

extension Configuration {
  /// Every broken rule, empty when the configuration may be run.
  func problems(allowLive: Bool) -> [ConfigurationError.Problem] {
    var found: [String] = []
    if environment == nil {
      found.append(
        "environment: missing; give \(TradingEnvironment.typeName). It is never guessed.")
    }
    if environment == .live { found += liveProblems(allowLive) }
    if environment == .simulated { found += simulatedProblems }
    found += endpointProblems + instrumentProblems + credentialProblems + riskProblems
    found += machineProblems + agentProblems + modelAndNewsProblems
    return found.map { ConfigurationError.Problem($0) }
  }

  private func liveProblems(_ allowLive: Bool) -> [String] {
    var found: [String] = []
    if !allowLive { found.append("environment: live also needs --live on the command line") }
    if okx.certificateAuthorityFile != nil { found.append("okx.ca_file: refused in live") }
    if okx.endpoints != EndpointOverrides() { found.append("okx.endpoints: refused in live") }
    if strategy.kind == .reflex {
      found.append("strategy.kind: reflex is for benchmarks, refused in live")
    }
    return found
  }

  private var simulatedProblems: [String] {
    var found: [String] = []
    if okx.endpoints.publicURL == nil {
      found.append("okx.endpoints.public: missing; a simulated exchange has no fixed address")
    }
    return found
  }

  private var namedEndpoints: [(name: String, url: String, schemes: [String])] {
    let overrides = okx.endpoints
    let web = ["wss", "ws"]
    return [
      ("okx.endpoints.public", overrides.publicURL, web),
      ("okx.endpoints.private", overrides.privateURL, web),
      ("okx.endpoints.business", overrides.businessURL, web),
      ("okx.endpoints.rest", overrides.restURL, ["https", "http"]),
    ].compactMap { name, url, schemes in url.map { (name, $0, schemes) } }
  }

  private var endpointProblems: [String] {
    var found: [String] = []
    for (name, text, schemes) in namedEndpoints {
      guard let url = EndpointURL(text), schemes.contains(url.scheme) else {
        found.append("\(name): expected a URL with \(schemes.joined(separator: ":// or "))://")
        continue
      }
      if url.hasUserInfo { found.append("\(name): no user or password belongs into a URL") }
      if (url.scheme == "ws" || url.scheme == "http") && !url.isLoopback {
        found.append("\(name): \(url.scheme):// is for loopback only")
      }
      if environment == .simulated && url.isOKX {
        found.append("\(name): a simulated run does not talk to OKX")
      } else if let reason = url.closedPort {
        found.append("\(name): \(reason)")
      }
    }
    found += proxyProblems
    if okx.orderFallback == .cancels && endpoints.restURL == nil {
      found.append("okx.order_fallback: cancels needs okx.endpoints.rest")
    }
    if okx.instrumentsFile != nil {
      if environment != .simulated {
        found.append("okx.instruments_file: in simulated only")
      } else if okx.endpoints.restURL != nil {
        found.append("okx.instruments_file: not together with okx.endpoints.rest")
      }
    } else if environment == .simulated && okx.endpoints.restURL == nil {
      found.append("okx.endpoints.rest: missing (or give okx.instruments_file)")
    }
    return found
  }

  private var proxyProblems: [String] {
    guard let text = network.proxy else {
      return network.proxyPasswordFile == nil
        ? [] : ["network.proxy_password_file: there is no network.proxy"]
    }
    guard let url = EndpointURL(text), ["http", "socks5h"].contains(url.scheme), url.port != nil,
      url.hasNoPath
    else {
      let isSOCKS = ["socks:", "socks4:", "socks4a:", "socks5:"].contains { text.hasPrefix($0) }
      return [
        "network.proxy: expected http://[USER@]HOST:PORT or socks5h://[USER@]HOST:PORT"
          + (isSOCKS
            ? "; socks5h is SOCKS5 whose proxy resolves the names, and no other is spoken" : "")
      ]
    }
    if url.hasPassword {
      return [
        "network.proxy: no password belongs into an address; give network.proxy_password_file"
      ]
    }
    if network.proxyPasswordFile != nil && !url.hasUserInfo {
      return ["network.proxy_password_file: network.proxy names no user"]
    }
    return []
  }

  private var instrumentProblems: [String] {
    var found: [String] = []
    if okx.instruments.isEmpty { found.append("okx.instruments: missing; nothing to watch") }
    let isName: (String) -> Bool = { name in
      name.utf8.count <= 32 && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
    for name in okx.instruments where !isName(name) {
      found.append("okx.instruments: \"\(name)\" is no instId")
    }
    for channel in okx.channels where MarketChannel(okxName: channel) == nil {
      found.append("okx.channels: unknown channel \"\(channel)\"")
    }
    for channel in okx.context where ContextChannel(rawValue: channel) == nil {
      found.append("okx.context: unknown channel \"\(channel)\"")
    }
    let channels = okx.channels.map { MarketChannel(okxName: $0) ?? .none }
    if channels.count(where: \.isDepth) > 1 {
      let names = MarketChannel.names(where: \.isDepth).joined(separator: ", ")
      found.append("okx.channels: at most one of \(names) (OKX 64004)")
    }
    if channels.allSatisfy({ $0 == .trades }) {
      found.append("okx.channels: no book channel")
    }
    return found
  }

  private var credentialProblems: [String] {
    let sources = okx.credentials
    var found: [String] = []
    for (name, file, variable) in [
      ("api_key", sources.apiKeyFile, sources.apiKeyVariable),
      ("secret", sources.secretFile, sources.secretVariable),
      ("passphrase", sources.passphraseFile, sources.passphraseVariable),
    ] {
      if file != nil && variable != nil {
        found.append("okx.credentials: \(name)_file and \(name)_variable exclude each other")
      }
      if file == nil && variable == nil && !sources.isEmpty {
        found.append("okx.credentials.\(name)_file: missing (or give \(name)_variable)")
      }
    }
    if sources.isEmpty && publicSessionNeedsLogin && environment != .simulated {
      let names = MarketChannel.names(where: \.needsLogin).joined(separator: " and ")
      found.append("okx.credentials: \(names) need a login")
    }
    return found
  }

  private var riskProblems: [String] {
    var found: [String] = []
    for (name, limits) in [("risk.defaults", risk.defaults)]
      + risk.instruments.map({ ("risk.instruments.\($0.key)", $0.value) })
      .sorted(by: { $0.0 < $1.0 })
    {
      if let notional = limits.orderNotional, notional.amount.mantissa <= 0 {
        found.append("\(name).order_notional: a limit must be above zero")
      }
      for (key, size) in [("lot", limits.lot), ("contract_value", limits.contractValue)] {
        if let size, size.mantissa <= 0 { found.append("\(name).\(key): must be above zero") }
      }
    }
    for name in risk.instruments.keys.sorted() where !okx.instruments.contains(name) {
      found.append("risk.instruments.\(name): not among okx.instruments")
    }
    if risk.allowList.isEmpty { return found }
    if okx.credentials.isEmpty {
      found.append("okx.credentials: missing; trading (risk.allow_list) needs a login")
    }
    if endpoints.privateURL == nil {
      found.append("okx.endpoints.private: missing; trading (risk.allow_list) needs it")
    }
    for (name, value) in [
      ("open_orders", risk.desk.openOrders), ("orders_per_window", risk.desk.ordersPerWindow),
      ("exchange_age_milliseconds", risk.desk.exchangeAgeMilliseconds),
    ] where value == nil {
      found.append("risk.desk.\(name): missing; without a limit nothing may be traded")
    }
    for instrument in risk.allowList {
      if !okx.instruments.contains(instrument) {
        found.append("risk.allow_list: \(instrument) is not among okx.instruments")
      }
      for name in risk.limits(of: instrument).missing {
        found.append("risk.defaults.\(name): missing, and so for \(instrument)")
      }
    }
    return found
  }

  private var machineProblems: [String] {
    var found: [String] = []
    for cpu in cpus.hot where cpus.housekeeping.contains(cpu) {
      found.append("cpus: \(cpu) cannot be both hot and housekeeping")
    }
    let ring = limits.marketRingBytes
    if ring <= 0 || ring & (ring - 1) != 0 {
      found.append("limits.market_ring_bytes: not a power of two")
    }
    return found
  }
}
