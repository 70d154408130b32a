// The SOCKS5 handshake byte by byte, and the addresses of proxies, without a socket.
import Dialing
import Testing

/// Feeds the answers one byte at a time; what was sent in between, and how it ended.
private func converse(_ tunnel: SOCKSTunnel, _ answers: [UInt8]) throws -> (
  sent: [[UInt8]], leftover: [UInt8]?
) {
  var tunnel = tunnel
  var sent = [tunnel.greeting]
  for (index, byte) in answers.enumerated() {
    switch try tunnel.receive([byte]) {
    case .needMore: continue
    case .send(let bytes): sent.append(bytes)
    case .open(let leftover):
      #expect(index == answers.count - 1)
      return (sent, leftover)
    }
  }
  return (sent, nil)
}

private func tunnel(_ host: String = "venue.test", user: String? = nil, password: String? = nil)
  -> SOCKSTunnel
{
  SOCKSTunnel(host: host, port: 443, user: user, password: password)
}

private let granted: [UInt8] = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]

@Suite struct SOCKSTunnelTests {
  @Test func theNameGoesToTheProxy() throws {
    let (sent, leftover) = try converse(tunnel(), [5, 0] + granted)
    #expect(sent == [[5, 1, 0], [5, 1, 0, 3, 10] + Array("venue.test".utf8) + [1, 187]])
    #expect(leftover == [])
  }

  @Test func digitsGoAsTheAddressTheyAre() throws {
    #expect(
      try converse(tunnel("192.0.2.7"), [5, 0] + granted).sent[1] == [
        5, 1, 0, 1, 192, 0, 2, 7, 1, 187,
      ])
    let six = try converse(tunnel("2001:db8::7"), [5, 0] + granted).sent[1]
    #expect(
      six == [5, 1, 0, 4, 0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7, 1, 187])
    #expect(try converse(tunnel("1.2.3.400"), [5, 0] + granted).sent[1][3] == 3, "a name")
  }

  @Test func userAndPassword() throws {
    let asked = tunnel(user: "us", password: "p@s")
    let (sent, leftover) = try converse(asked, [5, 2, 1, 0] + granted)
    #expect(
      sent[0] == [5, 2, 0, 2] && sent[1] == [1, 2] + Array("us".utf8) + [3] + Array("p@s".utf8))
    #expect(leftover == [])
    #expect(try converse(asked, [5, 0] + granted).sent.count == 2, "a proxy that asks for none")
  }

  @Test func boundAddressesOfEveryKind() throws {
    let name: [UInt8] = [5, 0, 0, 3, 3, 97, 98, 99, 0, 1]
    let six: [UInt8] = [5, 0, 0, 4] + [UInt8](repeating: 0, count: 18)
    for answer in [name, six] {
      #expect(try converse(tunnel(), [5, 0] + answer).leftover == [])
      var early = tunnel()
      _ = try early.receive([5, 0])
      #expect(try early.receive(answer + [9, 9]) == .open(leftover: [9, 9]))
      #expect(try converse(tunnel(), [5, 0] + answer.dropLast()).leftover == nil, "not whole yet")
    }
  }

  @Test(
    arguments: [
      ([5, 0xFF], "without authentication"), ([5, 2], "method 2"), ([5, 7], "method 7"),
      (Array("HTTP".utf8), "http://"), ([4, 90], "does not speak SOCKS5"),
      ([5, 0, 5, 1, 0], "general SOCKS server failure (reply 1)"),
      ([5, 0, 5, 2, 0], "connection not allowed by ruleset (reply 2)"),
      ([5, 0, 5, 3, 0], "network unreachable (reply 3)"),
      ([5, 0, 5, 4, 0], "host unreachable (reply 4)"),
      ([5, 0, 5, 5, 0], "connection refused (reply 5)"),
      ([5, 0, 5, 6, 0], "TTL expired (reply 6)"),
      ([5, 0, 5, 7, 0], "command not supported (reply 7)"),
      ([5, 0, 5, 8, 0], "address type not supported (reply 8)"),
      ([5, 0, 5, 77, 0], "reply 77, which RFC 1928 does not name"),
      ([5, 0, 5, 0, 0, 9], "type 9"), ([5, 0, 1, 0, 0], "no SOCKS5"),
    ] as [([UInt8], String)])
  func refusalsHaveTheProxysCode(answers: [UInt8], words: String) {
    let padded = answers + [0, 0, 0, 0, 0]
    #expect { try converse(tunnel(), padded) } throws: {
      ($0 as? SOCKSTunnel.Refusal)?.text.contains(words) == true
    }
  }

  @Test func aWrongPasswordIsNamedAsSuch() {
    #expect { try converse(tunnel(user: "u", password: "p"), [5, 2, 1, 1]) } throws: {
      let refusal = $0 as? SOCKSTunnel.Refusal
      return refusal?.isOfCredentials == true && refusal?.text.contains("status 1") == true
    }
  }

  @Test func proxyAddresses() throws {
    let full = try ProxyEndpoint("http://us%40er@proxy.example:3128/", password: "p:ss")
    #expect(full.kind == .http && full.host == "proxy.example" && full.port == 3128)
    #expect(full.user == "us@er" && full.password == "p:ss")
    let socks = try ProxyEndpoint("socks5h://[::1]:8080")
    #expect(socks.kind == .socks5h && socks.host == "::1" && socks.user == nil)
    for text in [
      "proxy:3128", "https://proxy:1", "http://proxy", "http://proxy:0", "http://proxy:70000",
      "http://a:1/path", "http://a:1?q", "http://%zz@a:1", "http://%0d@a:1", "http://[::1]",
      "socks5://a:1", "socks4a://a:1", "socks5h://a", "socks5h://@a:1", "http://u:p@a:1",
      "http:a:1",
      "http://u%3Ax@a:1", "socks5h://\(String(repeating: "u", count: 256))@a:1",
    ] {
      #expect(throws: DialError.self, "\(text)") { try ProxyEndpoint(text) }
    }
    #expect(throws: DialError.self, "a password of nobody") {
      try ProxyEndpoint("http://a:1", password: "p")
    }
    #expect(throws: DialError.self) { try ProxyEndpoint("http://u@a:1", password: "") }
  }

  @Test func noPasswordIsShown() throws {
    let proxy = try ProxyEndpoint("socks5h://desk@a:1080", password: "hunter22")
    var dumped = ""
    dump(proxy, to: &dumped)
    for text in ["\(proxy)", String(reflecting: proxy), dumped, "\([proxy])"] {
      #expect(!text.contains("hunter22"), "\(text)")
    }
    #expect("\(proxy)" == "socks5h://desk@a:1080")
  }
}
