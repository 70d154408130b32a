// The client's opening handshake (RFC 6455 §4.1): a request to send, a response to judge; control plane (allocates).

import Quantities

/// One upgrade. Feed the response to `receive` until it is `.ready` or throws.
public struct WebSocketUpgrade: Sendable {
  /// The bytes to send.
  public let request: [UInt8]
  let accept: [UInt8]
  private var collector = HTTPHeadCollector(fault: .upgradeRefused)

  /// - Parameters:
  ///   - headers: further request fields; names must be tokens, values printable ASCII, and none of
  ///     them one the handshake sets itself.
  ///   - nonce: 16 random bytes, fresh for every handshake.
  public init(url: WebSocketURL, headers: [(name: String, value: String)] = [], nonce: [UInt8]) {
    precondition(nonce.count == 16, "Invariant: the handshake's nonce is 16 bytes")
    let key = Digest.base64(nonce)
    accept = WebSocketUpgrade.acceptValue(forKey: key)
    var text = "GET \(url.resource) HTTP/1.1\r\nHost: \(url.hostHeader)\r\n"
    text += "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    text += "Sec-WebSocket-Key: \(String(decoding: key, as: UTF8.self))\r\n"
    text += "Sec-WebSocket-Version: 13\r\n"
    for (name, value) in headers {
      precondition(
        !name.isEmpty && name.utf8.allSatisfy(HTTPHead.isToken)
          && value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F },
        "Invariant: a request field is a token and printable ASCII")
      text += "\(name): \(value)\r\n"
    }
    request = Array((text + "\r\n").utf8)
  }

  /// `Sec-WebSocket-Accept` for a key: Base64(SHA-1(key + GUID)).
  public static func acceptValue(forKey key: [UInt8]) -> [UInt8] {
    Digest.base64(Digest.sha1(key + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)))
  }

  /// Takes the next piece of the response.
  public mutating func receive(
    _ piece: UnsafeRawBufferPointer
  ) throws(HandshakeRefusal) -> HandshakeProgress {
    guard let head = unsafe try collector.take(piece) else { return .needMore }
    func refusal(_ reason: HandshakeRefusalReason) -> HandshakeRefusal {
      HandshakeRefusal(.upgradeRefused, reason, status: head.status, phrase: head.phrase)
    }
    if head.status != 101 { throw refusal(.status) }
    if head.minorVersion != 1 { throw refusal(.version) }
    if !head.has("websocket", in: "upgrade") { throw refusal(.missingUpgrade) }
    if !head.has("upgrade", in: "connection") { throw refusal(.missingConnection) }
    if head.values("sec-websocket-accept") != [accept] { throw refusal(.acceptKey) }
    if !head.values("sec-websocket-extensions").allSatisfy(\.isEmpty) {
      throw refusal(.unexpectedExtension)
    }
    if !head.values("sec-websocket-protocol").isEmpty { throw refusal(.unexpectedProtocol) }
    return .ready(leftover: collector.leftover)
  }
}
