// The upgrade and the proxy's CONNECT: what is sent, what is taken, and every refusal with its code.
import Quantities
import Testing
import Wire

/// The nonce of RFC 6455 §1.3: its key is `dGhlIHNhbXBsZSBub25jZQ==`.
private let sampleNonce = Array("the sample nonce".utf8)
private let sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

private func upgrade() throws -> WebSocketUpgrade {
  WebSocketUpgrade(
    url: try WebSocketURL("wss://ws.okx.com:8443/ws/v5/public"),
    headers: [("x-simulated-trading", "1")], nonce: sampleNonce)
}

private func response(
  status: String = "HTTP/1.1 101 Switching Protocols", upgrade: String? = "websocket",
  connection: String? = "Upgrade", accept: String? = sampleAccept, more: [String] = []
) -> [UInt8] {
  var lines = [status]
  if let upgrade { lines.append("Upgrade: \(upgrade)") }
  if let connection { lines.append("Connection: \(connection)") }
  if let accept { lines.append("Sec-WebSocket-Accept: \(accept)") }
  return Array(((lines + more).joined(separator: "\r\n") + "\r\n\r\n").utf8)
}

private enum Outcome: Equatable {
  case ready([UInt8])
  case refused(HandshakeRefusal)
  case needMore
}

private func feed(_ bytes: [UInt8], pieces: Int) throws -> Outcome {
  var handshake = try upgrade()
  var rest = bytes[...]
  do {
    while !rest.isEmpty {
      let piece = Array(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
      let progress = try unsafe piece.withUnsafeBytes { bytes throws(HandshakeRefusal) in
        unsafe try handshake.receive(bytes)
      }
      if case .ready(let leftover) = progress { return .ready(leftover + rest) }
    }
    return .needMore
  } catch let refusal as HandshakeRefusal {
    return .refused(refusal)
  }
}

@Suite struct UpgradeTests {
  @Test func theAcceptValueOfTheRFC() {
    let key = Array("dGhlIHNhbXBsZSBub25jZQ==".utf8)
    #expect(WebSocketUpgrade.acceptValue(forKey: key) == Array(sampleAccept.utf8))
  }

  @Test func theRequest() throws {
    let expected = """
      GET /ws/v5/public HTTP/1.1\r
      Host: ws.okx.com:8443\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Version: 13\r
      x-simulated-trading: 1\r
      \r

      """
    #expect(String(decoding: try upgrade().request, as: UTF8.self) == expected)
  }

  @Test(arguments: [1, 2, 7, 10_000])
  func acceptedInAnyPieces(pieces: Int) throws {
    let frames: [UInt8] = [0x81, 0x02, 0x68, 0x69]
    #expect(try feed(response() + frames, pieces: pieces) == .ready(frames))
    #expect(try feed(response(), pieces: pieces) == .ready([]))
    let loud = response(
      upgrade: "WebSocket", connection: "keep-alive, UPGRADE", more: ["Server: a b\tc"])
    #expect(try feed(loud, pieces: pieces) == .ready([]))
    let interim = Array("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n".utf8)
    #expect(try feed(interim + response(), pieces: pieces) == .ready([]))
    #expect(try feed(response(more: ["Sec-WebSocket-Extensions:"]), pieces: pieces) == .ready([]))
    #expect(try feed(Array(response().dropLast()), pieces: pieces) == .needMore)
  }

  struct Refused: CustomTestStringConvertible, Sendable {
    var bytes: [UInt8]
    var reason: HandshakeRefusalReason
    var status: Int
    var testDescription: String {
      "\(reason) \(status), \(bytes.count) bytes"
    }
  }

  static let refused: [Refused] = {
    var list: [Refused] = []
    func add(_ bytes: [UInt8], _ reason: HandshakeRefusalReason, _ status: Int = 101) {
      list.append(Refused(bytes: bytes, reason: reason, status: status))
    }
    for status in [200, 301, 400, 401, 403, 404, 429, 500, 503] {
      add(response(status: "HTTP/1.1 \(status) No"), .status, status)
    }
    add(response(status: "HTTP/1.0 101 Switching Protocols"), .version)
    add(response(upgrade: nil), .missingUpgrade)
    add(response(upgrade: "websockets"), .missingUpgrade)
    add(response(upgrade: "h2c"), .missingUpgrade)
    add(response(connection: nil), .missingConnection)
    add(response(connection: "close"), .missingConnection)
    add(response(accept: nil), .acceptKey)
    add(response(accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOO="), .acceptKey)
    add(response(more: ["Sec-WebSocket-Accept: \(sampleAccept)"]), .acceptKey)
    add(response(more: ["Sec-WebSocket-Extensions: permessage-deflate"]), .unexpectedExtension)
    add(response(more: ["sec-websocket-protocol: chat"]), .unexpectedProtocol)
    for line in [
      "HTTP/2 101", "HTTP/1.1 101x", "HTTP/1.1  101 a", "HTTP/1.1 99 a", "HTTP/1.1 600 a", "junk",
      "HTTP/1.2 101 a", "http/1.1 101 a", "",
    ] {
      add(response(status: line), .malformedHead, 0)
    }
    for field in [
      "no colon", ": empty", "sp ace: a", "tab\t: a", " folded: a", "nul: a\0b", "cr: a\rb",
    ] {
      add(response(more: [field]), .malformedHead, 0)
    }
    add(Array("HTTP/1.1 101 a\nUpgrade: websocket\r\n\r\n".utf8), .malformedHead, 0)
    add(response(more: ["Long: " + String(repeating: "a", count: 17_000)]), .headTooLarge, 0)
    add([UInt8](repeating: 0x61, count: 20_000), .headTooLarge, 0)
    add(response(more: (0..<120).map { "f\($0): a" }), .headTooLarge, 0)
    let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    add(interim + interim + interim + interim + interim + response(), .interimResponses, 100)
    return list
  }()

  @Test(arguments: refused)
  func refusedWithAReason(_ wanted: Refused) throws {
    var expected: Outcome?
    for pieces in [1, 13, 100_000] {
      let outcome = try feed(wanted.bytes, pieces: pieces)
      guard case .refused(let refusal) = outcome else {
        Issue.record("not refused: \(outcome)")
        continue
      }
      #expect(refusal.fault == .upgradeRefused)
      #expect(refusal.reason == wanted.reason)
      #expect(refusal.status == wanted.status)
      if let expected { #expect(outcome == expected) }
      expected = outcome
    }
  }
}

@Suite struct ProxyConnectTests {
  private func feed(_ text: String) throws -> Outcome {
    var connect = ProxyConnect(authority: "ws.okx.com:8443")
    let bytes = Array(text.utf8)
    do {
      let progress = try unsafe bytes.withUnsafeBytes { bytes throws(HandshakeRefusal) in
        unsafe try connect.receive(bytes)
      }
      if case .ready(let leftover) = progress { return .ready(leftover) }
      return .needMore
    } catch let refusal as HandshakeRefusal {
      return .refused(refusal)
    }
  }

  @Test func theRequest() {
    let plain = ProxyConnect(authority: "ws.okx.com:8443")
    #expect(
      String(decoding: plain.request, as: UTF8.self)
        == "CONNECT ws.okx.com:8443 HTTP/1.1\r\nHost: ws.okx.com:8443\r\n\r\n")
    let named = ProxyConnect(authority: "a:1", credentials: ("Aladdin", "open sesame"))
    #expect(
      String(decoding: named.request, as: UTF8.self).contains(
        "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"))
  }

  @Test func anyTwoHundredOpensTheTunnel() throws {
    #expect(try feed("HTTP/1.1 200 Connection established\r\n\r\nX") == .ready([0x58]))
    #expect(try feed("HTTP/1.0 200 OK\r\nVia: a\r\n\r\n") == .ready([]))
    #expect(try feed("HTTP/1.1 204\r\n\r\n") == .ready([]))
    #expect(try feed("HTTP/1.1 200 OK\r\n") == .needMore)
  }

  @Test func everythingElseIsRefused() throws {
    for status in [101, 302, 403, 407, 502] {
      guard case .refused(let refusal) = try feed("HTTP/1.1 \(status) No\r\n\r\n") else {
        Issue.record("\(status) not refused")
        continue
      }
      #expect(refusal.fault == .proxyRefused && refusal.status == status)
      #expect(refusal.reason == .status)
    }
    guard case .refused(let refusal) = try feed("SSH-2.0-x\r\n\r\n") else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.fault == .proxyRefused && refusal.reason == .malformedHead)
  }
}
