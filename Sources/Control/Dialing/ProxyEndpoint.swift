// A proxy for connections to the outside (`network.proxy`); control plane.
import Quantities
import Wire

/// Where connections go first, and with which credentials. Its description shows no password.
public struct ProxyEndpoint: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  public enum Kind: String, Sendable {
    /// CONNECT (RFC 9110 §9.3.6).
    case http
    /// SOCKS5 whose proxy resolves the names (RFC 1928).
    case socks5h
  }

  public var kind: Kind
  public var host: String
  public var port: UInt16
  public var user: String?
  public var password: String?

  public init(
    kind: Kind = .http, host: String, port: UInt16, user: String? = nil, password: String? = nil
  ) {
    self.kind = kind
    self.host = host
    self.port = port
    self.user = user
    self.password = password
  }

  /// `http://[user@]host:port` or `socks5h://[user@]host:port`, a trailing slash allowed. A password in it is
  /// refused: an address ends in logs and process lists.
  public init(_ text: String, password: String? = nil) throws(DialError) {
    let refusal = DialError(
      .proxyRefused, .address,
      "network.proxy must be http://[user@]host:port or socks5h://[user@]host:port")
    guard let colon = text.firstIndex(of: ":"), let kind = Kind(rawValue: String(text[..<colon])),
      text[colon...].hasPrefix("://")
    else { throw refusal }
    var rest = text[colon...].dropFirst(3)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    var user: String?
    if let at = rest.lastIndex(of: "@") {
      guard !rest[..<at].contains(":") else {
        throw DialError(
          .proxyRefused, .address,
          "network.proxy: no password belongs into an address: give network.proxy_password_file")
      }
      guard let decoded = Self.decoded(rest[..<at]), !decoded.isEmpty,
        decoded.utf8.count <= SOCKSTunnel.textBytesMax, kind == .socks5h || !decoded.contains(":")
      else { throw refusal }
      user = decoded
      rest = rest[rest.index(after: at)...]
    }
    // The grammar of host and port is the one of WebSocket addresses; the port is not optional.
    guard rest.last?.isNumber == true, rest.contains(":"), !rest.contains("/"), !rest.contains("?"),
      !rest.hasSuffix("]"), let parsed = try? WebSocketURL("ws://\(rest)")
    else { throw refusal }
    if let password, user == nil || !(1...SOCKSTunnel.textBytesMax).contains(password.utf8.count) {
      throw DialError(
        .proxyRefused, .address,
        "network.proxy_password_file: needs a user in network.proxy, and 1 to 255 bytes")
    }
    self.init(kind: kind, host: parsed.host, port: parsed.port, user: user, password: password)
  }

  public var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(kind.rawValue)://\(user.map { "\($0)@" } ?? "")\(name):\(port)"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }

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
