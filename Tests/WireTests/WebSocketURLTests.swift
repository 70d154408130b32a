// Addresses: what parses to what, what is refused and why, and where plaintext is allowed.
import Testing
import Wire

@Suite struct WebSocketURLTests {
  struct Good: CustomTestStringConvertible, Sendable {
    var text: String
    var secure: Bool
    var host: String
    var port: UInt16
    var resource: String
    var header: String
    var testDescription: String { text }
  }

  static let good: [Good] = [
    Good(
      text: "wss://ws.okx.com:8443/ws/v5/public", secure: true, host: "ws.okx.com", port: 8443,
      resource: "/ws/v5/public", header: "ws.okx.com:8443"),
    Good(
      text: "WSS://WS.OKX.COM", secure: true, host: "ws.okx.com", port: 443, resource: "/",
      header: "ws.okx.com"),
    Good(
      text: "ws://localhost?a=b", secure: false, host: "localhost", port: 80, resource: "/?a=b",
      header: "localhost"),
    Good(
      text: "ws://127.0.0.1:9001/runCase?case=1&agent=llmtrading", secure: false,
      host: "127.0.0.1", port: 9001, resource: "/runCase?case=1&agent=llmtrading",
      header: "127.0.0.1:9001"),
    Good(
      text: "wss://[::1]:8443/x%20y", secure: true, host: "::1", port: 8443, resource: "/x%20y",
      header: "[::1]:8443"),
    Good(
      text: "ws://[2001:DB8::8:800:200c:417A]/", secure: false, host: "2001:db8::8:800:200c:417a",
      port: 80, resource: "/", header: "[2001:db8::8:800:200c:417a]"),
    Good(
      text: "wss://a_b-c.example:443/", secure: true, host: "a_b-c.example", port: 443,
      resource: "/", header: "a_b-c.example"),
  ]

  @Test(arguments: good)
  func parses(_ wanted: Good) throws {
    let url = try WebSocketURL(wanted.text)
    #expect(url.isSecure == wanted.secure)
    #expect(url.host == wanted.host)
    #expect(url.port == wanted.port)
    #expect(url.resource == wanted.resource)
    #expect(url.hostHeader == wanted.header)
    #expect(try WebSocketURL(url.description) == url)
  }

  @Test(arguments: [
    ("http://a/", WebSocketURLError.scheme), ("ws:/a", .scheme), ("", .scheme), ("wss", .scheme),
    ("ws://", .host), ("ws:///x", .host), ("ws://:80", .host), ("ws://a..b", .host),
    ("ws://-a.b", .host), ("ws://a-.b", .host), ("ws://a b/", .host), ("ws://münchen", .host),
    ("ws://1.2.3", .host), ("ws://1.2.3.256", .host), ("ws://01.2.3.4", .host),
    ("ws://1.2.3.4.5", .host), ("ws://a.123", .host), ("ws://[::1", .host), ("ws://[]", .host),
    ("ws://[1::2::3]", .host), ("ws://[:::]", .host), ("ws://[12345::]", .host),
    ("ws://[1:2:3:4:5:6:7]", .host), ("ws://[1:2:3:4:5:6:7:8:9]", .host), ("ws://[::1]x", .host),
    ("ws://[fe80::1%25lo]", .host), ("ws://[::1.2.3]", .host), ("ws://[1:2:3:4:5:6:7::8]", .host),
    ("ws://a:", .port), ("ws://a:0", .port), ("ws://a:080", .port), ("ws://a:65536", .port),
    ("ws://a:+80", .port), ("ws://a:8o", .port), ("ws://a:80:80", .port),
    ("ws://u:p@a/", .userInformation), ("ws://a@b", .userInformation),
    ("ws://a/#x", .resource), ("ws://a#", .resource), ("ws://a/ b", .resource),
    ("ws://a/%2", .resource), ("ws://a/%zz", .resource), ("ws://a/\r\nX: y", .resource),
    ("ws://a/é", .resource), ("ws://a/\u{7F}", .resource), ("ws://a/{x}", .resource),
  ])
  func refuses(text: String, error: WebSocketURLError) {
    #expect(throws: error) { try WebSocketURL(text) }
  }

  @Test func lengthIsLimited() {
    let text = "ws://a/" + String(repeating: "a", count: WebSocketURL.bytesMax)
    #expect(throws: WebSocketURLError.tooLong) { try WebSocketURL(text) }
  }

  @Test(arguments: [
    ("ws://localhost/", true), ("ws://LOCALHOST:1/", true), ("ws://127.0.0.1", true),
    ("ws://127.255.3.9", true), ("ws://[::1]", true), ("ws://[0:0:0:0:0:0:0:1]", true),
    ("ws://[::0.0.0.1]", true), ("ws://128.0.0.1", false), ("ws://[::2]", false),
    ("ws://[::ffff:127.0.0.1]", false), ("ws://localhost.example", false),
    ("ws://127.0.0.1.example", false), ("ws://ws.okx.com", false), ("ws://0.0.0.0", false),
  ])
  func plaintextOnlyToThisMachine(text: String, allowed: Bool) throws {
    let url = try WebSocketURL(text)
    #expect(url.isLoopback == allowed)
    if allowed {
      try url.requireAllowed()
    } else {
      #expect(throws: WebSocketURLError.plaintextNotLoopback) { try url.requireAllowed() }
    }
    let secure = try WebSocketURL("wss" + text.dropFirst(2))
    try secure.requireAllowed()
  }
}
