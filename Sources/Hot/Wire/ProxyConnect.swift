// An HTTP proxy's CONNECT (RFC 9110 §9.3.6): a request to send, a response to judge; control plane (allocates).

import Quantities

/// One tunnel request. Feed the response to `receive` until it is `.ready` or throws.
public struct ProxyConnect: Sendable {
  /// The bytes to send.
  public let request: [UInt8]
  private var collector = HTTPHeadCollector(fault: .proxyRefused)

  /// - Parameters:
  ///   - authority: `host:port` of the exchange, as `WebSocketURL.authority` gives it.
  ///   - credentials: user and password for Basic authentication at the proxy.
  public init(authority: String, credentials: (user: String, password: String)? = nil) {
    precondition(
      !authority.isEmpty && authority.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F },
      "Invariant: an authority is visible ASCII")
    var text = "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n"
    if let credentials {
      let pair = Digest.base64(Array("\(credentials.user):\(credentials.password)".utf8))
      text += "Proxy-Authorization: Basic \(String(decoding: pair, as: UTF8.self))\r\n"
    }
    request = Array((text + "\r\n").utf8)
  }

  /// Takes the next piece of the response. Any 2xx opens the tunnel.
  public mutating func receive(
    _ piece: UnsafeRawBufferPointer
  ) throws(HandshakeRefusal) -> HandshakeProgress {
    guard let head = unsafe try collector.take(piece) else { return .needMore }
    if !(200...299).contains(head.status) {
      throw HandshakeRefusal(.proxyRefused, .status, status: head.status, phrase: head.phrase)
    }
    return .ready(leftover: collector.leftover)
  }
}
