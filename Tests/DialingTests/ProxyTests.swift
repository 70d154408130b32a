// The exchange's lines and REST through proxies: two that others made, and ones that misbehave.
import Account
import Dialing
import Foundation
import Quantities
import Testing
import Wire

/// A proxy of Debian's on this machine, ended with the test.
private final class RealProxy {
  let port: UInt16
  private let process = Process()

  static let isThere = ["microsocks", "tinyproxy"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
  }

  /// `tinyproxy` opens no tunnel but to `onlyPort`.
  init(_ name: String, user: String? = nil, password: String = "", onlyPort: Int? = nil) throws {
    port = try FreePort.find()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(name)")
    if name == "microsocks" {
      process.arguments =
        ["-i", "127.0.0.1", "-p", "\(port)"] + (user.map { ["-u", $0, "-P", password] } ?? [])
    } else {
      let file = FileManager.default.temporaryDirectory.appendingPathComponent("tinyproxy-\(port)")
      var text = "Port \(port)\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\n"
      if let user { text += "BasicAuth \(user) \(password)\n" }
      if let onlyPort { text += "ConnectPort \(onlyPort)\n" }
      try text.write(to: file, atomically: true, encoding: .utf8)
      process.arguments = ["-d", "-c", file.path]
    }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let end = Date().addingTimeInterval(10)
    while !FreePort.isTaken(port) {
      if Date() > end { throw Unavailable(description: "\(name) did not start") }
      usleep(20_000)
    }
  }

  deinit {
    // A child of a thread that blocks signals inherits that: nothing less ends it.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

@Suite(.serialized) struct ProxyTests {
  let peers: Peers
  init() throws { peers = try Peers.shared() }

  private func endpoint(
    _ kind: ProxyEndpoint.Kind, _ port: UInt16, user: String? = nil, password: String? = nil
  ) -> ProxyEndpoint {
    ProxyEndpoint(kind: kind, host: "127.0.0.1", port: port, user: user, password: password)
  }

  private func failure(
    _ proxy: ProxyEndpoint, server: String = "tls13", host: String = "localhost",
    seconds: Double = 10
  ) throws -> DialError? {
    let request = try peers.request(server, "/echo", host: host, proxy: proxy, seconds: seconds)
    do throws(DialError) {
      let connection = try Dialer.dial(request)
      #expect(!connection.security.isEmpty, "TLS goes to the end")
      return nil
    } catch { return error }
  }

  /// Its client tries a refused connection again until its time is over.
  private static let refusedMilliseconds: Int64 = 2_500

  /// What REST says of a request through the proxy; nil: it was answered.
  private func restFailure(
    _ proxy: ProxyEndpoint, server: String = "tls13", host: String = "localhost",
    milliseconds: Int64 = 15_000
  ) async throws -> String? {
    let relay = try ProxyRelay.to(proxy)
    let way = RESTProxy(
      host: ProxyRelay.host, port: Int(relay.port),
      credentials: (user: ProxyRelay.user, password: relay.password),
      refusal: { relay.refusal(host: $0, port: $1) })
    let client = try RESTClient(
      base: "https://\(host):\(peers.port(server))", caFile: peers.file("trusted.pem"),
      proxy: way, timeoutMilliseconds: milliseconds)
    defer { Task { await client.shutdown() } }
    do { _ = try await client.get("/api/v5/public/time?x=1") } catch {
      // The peer speaks no OKX: that its answer came is enough.
      if case RESTError.status? = error as? RESTError { return nil }
      if case RESTError.malformed? = error as? RESTError { return nil }
      return "\(error)"
    }
    return nil
  }

  @Test(.enabled(if: RealProxy.isThere, "needs Debian's microsocks and tinyproxy"))
  func realProxiesCarryLinesAndREST() async throws {
    for (name, kind) in [("microsocks", ProxyEndpoint.Kind.socks5h), ("tinyproxy", .http)] {
      let open = try RealProxy(name)
      #expect(try failure(endpoint(kind, open.port)) == nil, "\(name)")
      #expect(try await restFailure(endpoint(kind, open.port)) == nil, "\(name)")
      let closed = try RealProxy(name, user: "desk", password: "hunter22")
      let right = endpoint(kind, closed.port, user: "desk", password: "hunter22")
      #expect(try failure(right) == nil, "\(name)")
      #expect(try await restFailure(right) == nil, "\(name)")
    }
  }

  @Test(.enabled(if: RealProxy.isThere, "needs Debian's microsocks and tinyproxy"))
  func realProxiesRefuseAWrongPassword() async throws {
    for (name, kind, words) in [
      ("microsocks", ProxyEndpoint.Kind.socks5h, "it refuses user and password (status "),
      ("tinyproxy", .http, "HTTP 401 Unauthorized|HTTP 407 Proxy Authentication Required"),
    ] {
      let closed = try RealProxy(name, user: "desk", password: "hunter22")
      let wrong = endpoint(kind, closed.port, user: "desk", password: "*******")
      let error = try #require(try failure(wrong))
      #expect(error.code == .proxyRefused && error.step == .proxy, "\(name)")
      let wanted = words.split(separator: "|")
      #expect(wanted.contains { error.detail.contains($0) }, "\(error.detail)")
      let rest = try #require(
        try await restFailure(wrong, milliseconds: ProxyTests.refusedMilliseconds))
      #expect(wanted.contains { rest.contains($0) }, "\(rest)")
      #expect(!rest.contains("*******") && !error.detail.contains("*******"))
      let nobody = try #require(try failure(endpoint(kind, closed.port)))
      #expect(nobody.detail.contains("network.proxy_password_file"), "\(nobody.detail)")
    }
  }

  @Test(.enabled(if: RealProxy.isThere, "needs Debian's microsocks and tinyproxy"))
  func whatAProxyMayNotDoIsInItsWords() async throws {
    let narrow = try RealProxy("tinyproxy", onlyPort: 443)
    #expect(try failure(endpoint(.http, narrow.port))?.detail.contains("HTTP 403") == true)
    let socks = try RealProxy("microsocks")
    // Nobody listens behind it.
    let refused = try #require(try failure(endpoint(.socks5h, socks.port), server: "tlsClosed"))
    #expect(refused.detail.contains("connection refused (reply 5)"), "\(refused.detail)")
    let rest = try await restFailure(
      endpoint(.socks5h, socks.port), server: "tlsClosed",
      milliseconds: ProxyTests.refusedMilliseconds)
    #expect(rest?.contains("connection refused (reply 5)") == true, "\(rest ?? "")")
  }

  /// Only the proxy knows the name, so nobody else resolved it.
  @Test func theProxyResolvesTheName() async throws {
    let proxy = endpoint(.socks5h, try peers.port("socks"))
    #expect(try failure(proxy, host: "venue.test") == nil)
    #expect(try await restFailure(proxy, host: "venue.test") == nil)
  }

  @Test func theCertificateIsTheExchanges() async throws {
    for proxy in [
      endpoint(.socks5h, try peers.port("socks")), endpoint(.http, try peers.port("proxy")),
    ] {
      for server in ["elsewhere", "untrusted", "expired"] {
        #expect(try failure(proxy, server: server)?.code == .certificate)
        let rest = try #require(
          try await restFailure(proxy, server: server, milliseconds: ProxyTests.refusedMilliseconds)
        )
        #expect(!rest.contains("network.proxy"), "the proxy did its part: \(rest)")
      }
    }
  }

  @Test(arguments: [
    ("socksReply2", "connection not allowed by ruleset (reply 2)"),
    ("socksReply5", "connection refused (reply 5)"), ("socksNobody", "without authentication"),
    ("socksHangsUp", "the request"), ("proxy403", "it does not speak SOCKS5"),
  ])
  func socksProxiesThatRefuse(server: String, words: String) async throws {
    let port = try peers.port(server)
    // An HTTP proxy waits for the end of a head that never comes, and is given up.
    let isHTTP = server == "proxy403"
    let error = try #require(try failure(endpoint(.socks5h, port), seconds: isHTTP ? 0.5 : 10))
    if isHTTP {
      #expect(error.code == .connectTimeout && error.detail.contains("no answer to the greeting"))
      return
    }
    #expect(error.code == .proxyRefused && error.step == .proxy)
    #expect(error.detail.contains(words), "\(error.detail)")
    #expect(error.detail.contains("network.proxy socks5h://127.0.0.1:\(port)"))
    let rest = try #require(
      try await restFailure(endpoint(.socks5h, port), milliseconds: ProxyTests.refusedMilliseconds))
    #expect(rest.contains(words), "\(rest)")
  }

  @Test func httpProxiesRefuseInTheirWords() async throws {
    let proxy = endpoint(.http, try peers.port("proxy403"))
    #expect(try failure(proxy)?.detail.contains("HTTP 403 Filtered by policy 7") == true)
    let rest = try await restFailure(proxy, milliseconds: ProxyTests.refusedMilliseconds)
    #expect(rest?.contains("HTTP 403 Filtered by policy 7") == true, "\(rest ?? "")")
  }

  @Test func deadAndHangingProxies() async throws {
    for kind in [ProxyEndpoint.Kind.socks5h, .http] {
      let dead = endpoint(kind, try peers.port("closed"))
      let error = try #require(try failure(dead))
      #expect(error.code == .proxyRefused && error.step == .connect)
      #expect(error.detail.contains("Connection refused") && error.detail.contains("network.proxy"))
      #expect(
        try await restFailure(dead, milliseconds: ProxyTests.refusedMilliseconds)?.contains(
          "Connection refused") == true)
    }
    let silent = endpoint(.socks5h, try peers.port("socksSilent"))
    let error = try #require(try failure(silent, seconds: 0.4))
    #expect(error.code == .connectTimeout && error.step == .proxy)
    #expect(error.detail.contains("no answer to the greeting"), "\(error.detail)")
    let rest = try #require(try await restFailure(silent, milliseconds: 5_000))
    #expect(rest.contains("no answer to the greeting"), "\(rest)")
  }

  /// Whoever else on this machine finds the relay's port gets nothing by it.
  @Test func theRelayKnowsItsOwnClientsAlone() async throws {
    let behind = endpoint(.socks5h, try peers.port("socks"))
    let relay = try ProxyRelay.to(behind)
    #expect(try ProxyRelay.to(behind) === relay, "one for each proxy")
    for password in [nil, "", "wrong"] {
      let stranger = endpoint(
        .http, relay.port, user: password == nil ? nil : ProxyRelay.user, password: password)
      #expect(try failure(stranger)?.detail.contains("HTTP 407") == true)
    }
    let known = endpoint(.http, relay.port, user: ProxyRelay.user, password: relay.password)
    #expect(try failure(known) == nil)
  }

  /// A client that hangs up, or never asks, holds nothing: the relay serves on.
  @Test func theRelayOutlivesItsClients() async throws {
    let behind = endpoint(.socks5h, try peers.port("socks"))
    let relay = try ProxyRelay.to(behind)
    var idle: [Int32] = []
    defer { for descriptor in idle { close(descriptor) } }
    for _ in 0..<20 { idle.append(try FreePort.connect(relay.port)) }
    for _ in 0..<100 { close(try FreePort.connect(relay.port)) }
    #expect(try await restFailure(behind, host: "venue.test") == nil)
  }
}
