// An HTTP proxy for the exchange's connections (`network.proxy`); control plane.
import Quantities
import Wire

/// Where CONNECT requests go, and with which credentials.
public struct ProxyEndpoint: Hashable, Sendable {
  public var host: String
  public var port: UInt16
  public var user: String?
  public var password: String?

  public init(host: String, port: UInt16, user: String? = nil, password: String? = nil) {
    self.host = host
    self.port = port
    self.user = user
    self.password = password
  }

  /// `http://[user[:password]@]host:port`, a trailing slash allowed.
  public init(_ text: String) throws(DialError) {
    let refusal = DialError(
      .proxyRefused, .address, "network.proxy must be http://[user:password@]host:port")
    var rest = Substring(text)
    guard rest.hasPrefix("http://") else { throw refusal }
    rest = rest.dropFirst(7)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    var credentials: (user: String, password: String)?
    if let at = rest.lastIndex(of: "@") {
      let pair = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let user = Self.decoded(pair[0]),
        let password = pair.count > 1 ? Self.decoded(pair[1]) : ""
      else { throw refusal }
      credentials = (user, password)
      rest = rest[rest.index(after: at)...]
    }
    // The grammar of host and port is the one of WebSocket addresses; the port is not optional.
    guard rest.last?.isNumber == true, rest.contains(":"), !rest.contains("/"), !rest.contains("?"),
      !rest.hasSuffix("]"), let parsed = try? WebSocketURL("ws://\(rest)")
    else { throw refusal }
    self.init(
      host: parsed.host, port: parsed.port, user: credentials?.user,
      password: credentials?.password)
  }

  /// Undoes percent-encoding; nil when it is broken, not UTF-8, or holds a control character.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "%") {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
