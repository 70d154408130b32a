// ws:// and wss:// addresses, parsed strictly (RFC 6455 §3, RFC 3986); control plane (allocates).

/// Why an address was refused.
public enum WebSocketURLError: UInt8, Error, Sendable, CaseIterable {
  case scheme = 1
  case host = 2
  case port = 3
  /// A byte outside visible ASCII, a bad percent escape, or a fragment, which RFC 6455 §3 forbids.
  case resource = 4
  /// Credentials have no place in an address: they would end in logs.
  case userInformation = 5
  case tooLong = 6
  /// `ws://` to anything but this machine.
  case plaintextNotLoopback = 7
}

/// A parsed address.
public struct WebSocketURL: Hashable, Sendable {
  public var isSecure: Bool
  /// Lower-case name or address; an IPv6 literal without its brackets.
  public var host: String
  public var isIPv6Literal: Bool
  public var port: UInt16
  /// Path and query, beginning with `/`: the request target.
  public var resource: String

  public static var bytesMax: Int { 4096 }

  /// Parses `text`; refuses rather than repairs.
  public init(_ text: String) throws(WebSocketURLError) {
    let bytes = Array(text.utf8)
    if bytes.count > WebSocketURL.bytesMax { throw .tooLong }
    var rest = bytes[...]
    if let after = WebSocketURL.dropping("wss://", from: rest) {
      isSecure = true
      rest = after
    } else if let after = WebSocketURL.dropping("ws://", from: rest) {
      isSecure = false
      rest = after
    } else {
      throw .scheme
    }
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? rest.endIndex
    let authority = rest[..<end]
    if authority.contains(UInt8(ascii: "@")) { throw .userInformation }
    let portText: ArraySlice<UInt8>?
    if authority.first == UInt8(ascii: "[") {
      guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .host }
      let literal = authority[(authority.startIndex + 1)..<close]
      if !WebSocketURL.isIPv6(literal) { throw .host }
      host = String(decoding: literal.map(WebSocketURL.lowered), as: UTF8.self)
      isIPv6Literal = true
      let after = authority[(close + 1)...]
      if after.isEmpty {
        portText = nil
      } else if after.first == UInt8(ascii: ":") {
        portText = after.dropFirst()
      } else {
        throw .host
      }
    } else {
      let colon = authority.firstIndex(of: UInt8(ascii: ":"))
      let name = authority[..<(colon ?? authority.endIndex)]
      if !WebSocketURL.isHostName(name) { throw .host }
      host = String(decoding: name.map(WebSocketURL.lowered), as: UTF8.self)
      isIPv6Literal = false
      portText = colon.map { authority[($0 + 1)...] }
    }
    if let portText {
      guard let parsed = WebSocketURL.port(portText) else { throw .port }
      port = parsed
    } else {
      port = isSecure ? 443 : 80
    }
    let target = rest[end...]
    if !WebSocketURL.isRequestTarget(target) { throw .resource }
    let slash = target.first == UInt8(ascii: "/") ? "" : "/"
    resource = slash + String(decoding: target, as: UTF8.self)
  }

  /// `host[:port]` as the Host header wants it: brackets for IPv6, no default port.
  public var hostHeader: String {
    let name = isIPv6Literal ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// `host:port` as CONNECT wants it.
  public var authority: String { (isIPv6Literal ? "[\(host)]" : host) + ":\(port)" }

  /// The host names this machine: `localhost`, 127.0.0.0/8 or ::1, as written. What a name resolves
  /// to is checked again by whoever connects.
  public var isLoopback: Bool {
    if isIPv6Literal { return WebSocketURL.isLoopbackIPv6(host) }
    if host == "localhost" { return true }
    return WebSocketURL.ipv4(host)?.0 == 127
  }

  /// Throws `.plaintextNotLoopback` for `ws://` to another machine.
  public func requireAllowed() throws(WebSocketURLError) {
    if !isSecure && !isLoopback { throw .plaintextNotLoopback }
  }
}

extension WebSocketURL: CustomStringConvertible {
  public var description: String { (isSecure ? "wss://" : "ws://") + hostHeader + resource }
}
