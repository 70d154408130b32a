// A SOCKS5 proxy's handshake (RFC 1928, RFC 1929): bytes to send, answers to judge; control plane, pure.
import Glibc

/// Asks for a tunnel to one host by name: the proxy resolves it. Send `greeting`, feed what comes to `receive`.
package struct SOCKSTunnel: Sendable {
  package enum Step: Equatable, Sendable {
    case needMore
    case send([UInt8])
    /// The tunnel is open; the bytes came early and belong to what comes next.
    case open(leftover: [UInt8])
  }

  /// Why there is no tunnel, in a sentence with the proxy's own code.
  package struct Refusal: Error, Equatable, Sendable {
    package var text: String
    /// Another user or password may help.
    package var isOfCredentials = false
  }

  private enum State { case method, password, request, open }

  /// RFC 1929 has one byte for each length, and so does RFC 1928 for the name.
  package static let textBytesMax = 255

  private let host: [UInt8]
  private let port: UInt16
  private let user: [UInt8]
  private let password: [UInt8]
  private var state = State.method
  private var bytes: [UInt8] = []

  /// `user` nil: the proxy asks for none.
  package init(host: String, port: UInt16, user: String?, password: String?) {
    self.host = Array(host.utf8)
    self.port = port
    self.user = Array((user ?? "").utf8)
    self.password = Array((password ?? "").utf8)
    precondition(
      (1...SOCKSTunnel.textBytesMax).contains(self.host.count),
      "Invariant: a host name has 1 to 255 bytes")
  }

  /// No authentication, and user and password where there are any.
  package var greeting: [UInt8] { user.isEmpty ? [5, 1, 0] : [5, 2, 0, 2] }

  /// What the proxy has to answer now; for people.
  package var asked: String {
    switch state {
    case .method: "the greeting"
    case .password: "user and password"
    case .request, .open: "the request"
    }
  }

  package mutating func receive(_ piece: [UInt8]) throws(Refusal) -> Step {
    bytes += piece
    switch state {
    case .method: return try method()
    case .password: return try passwordAnswer()
    case .request: return try requestAnswer()
    case .open: return .open(leftover: bytes)
    }
  }

  private mutating func method() throws(Refusal) -> Step {
    if let first = bytes.first, first != 5 {
      // An HTTP proxy, or a web server, that was sent bytes of another protocol answers in text.
      let isText = first == UInt8(ascii: "H") || first == UInt8(ascii: "<")
      throw Refusal(
        text: "it does not speak SOCKS5"
          + (isText ? ", it answers in text: is it an http:// proxy?" : ""))
    }
    if bytes.count < 2 { return .needMore }
    let chosen = bytes[1]
    bytes.removeFirst(2)
    if chosen == 0 { return ask() }
    if chosen == 2 && !user.isEmpty {
      state = .password
      return .send(
        [1, UInt8(truncatingIfNeeded: user.count)] + user
          + [UInt8(truncatingIfNeeded: password.count)] + password)
    }
    throw Refusal(
      text: chosen == 0xFF
        ? user.isEmpty
          ? "it takes nobody without authentication"
          : "it takes neither no authentication nor user and password"
        : "it chose the method \(chosen), which was not offered",
      isOfCredentials: chosen == 0xFF || chosen == 2)
  }

  private mutating func passwordAnswer() throws(Refusal) -> Step {
    if bytes.count < 2 { return .needMore }
    let status = bytes[1]
    bytes.removeFirst(2)
    if status != 0 {
      throw Refusal(
        text: "it refuses user and password (status \(status))", isOfCredentials: true)
    }
    return ask()
  }

  private mutating func ask() -> Step {
    state = .request
    var request: [UInt8] = [5, 1, 0]
    request += address
    return .send(request + [UInt8(port >> 8), UInt8(port & 0xFF)])
  }

  /// Digits go as the address they are: a proxy need not take them for a name.
  private var address: [UInt8] {
    let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { UInt8(String(decoding: $0, as: UTF8.self)) }
    if parts.count == 4 && !parts.contains(nil) { return [1] + parts.compactMap { $0 } }
    if host.contains(UInt8(ascii: ":")) {
      var six = in6_addr()
      let text = String(decoding: host, as: UTF8.self)
      if unsafe inet_pton(AF_INET6, text, &six) == 1 {
        let digits = unsafe withUnsafeBytes(of: &six) { unsafe Array($0) }
        return [4] + digits
      }
    }
    return [3, UInt8(truncatingIfNeeded: host.count)] + host
  }

  private mutating func requestAnswer() throws(Refusal) -> Step {
    if bytes.count < 5 { return .needMore }
    if bytes[0] != 5 { throw Refusal(text: "its answer to the request is no SOCKS5") }
    if bytes[1] != 0 {
      throw Refusal(text: "it refuses the request: \(SOCKSTunnel.name(bytes[1]))")
    }
    let rest: Int
    switch bytes[3] {
    case 1: rest = 4
    case 3: rest = 1 + Int(bytes[4])
    case 4: rest = 16
    default: throw Refusal(text: "its answer has an address of type \(bytes[3])")
    }
    if bytes.count < 4 + rest + 2 { return .needMore }
    bytes.removeFirst(4 + rest + 2)
    state = .open
    return .open(leftover: bytes)
  }

  /// RFC 1928 §6, in its words.
  private static func name(_ reply: UInt8) -> String {
    let names = [
      "general SOCKS server failure", "connection not allowed by ruleset", "network unreachable",
      "host unreachable", "connection refused", "TTL expired", "command not supported",
      "address type not supported",
    ]
    let index = Int(reply) - 1
    return names.indices.contains(index)
      ? "\(names[index]) (reply \(reply))" : "reply \(reply), which RFC 1928 does not name"
  }
}
