// The proxy that a configuration names, with its password, and the way of REST's clients to it; control plane.

import Account
import Dialing
import Foundation
import Operations

extension Configuration {
  /// Nil where `network.proxy` names none. The password is registered with the logs, which then never print it.
  public func proxyEndpoint() throws -> ProxyEndpoint? {
    guard let text = network.proxy else { return nil }
    let password = try network.proxyPasswordFile.map { file in
      String(decoding: try PrivateFile.read(file), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    if let password { LogRedaction.register(Secret(password)) }
    return try ProxyEndpoint(text, password: password)
  }
}

extension RESTProxy {
  /// Through the relay of this process, which knows SOCKS and says why.
  public init(_ proxy: ProxyEndpoint) throws {
    let relay = try ProxyRelay.to(proxy)
    self.init(
      host: ProxyRelay.host, port: Int(relay.port),
      credentials: (user: ProxyRelay.user, password: relay.password),
      refusal: { relay.refusal(host: $0, port: $1) })
  }
}
