// Dialling against peers that answer well, badly, late or not at all: each failure has its code.
import Dialing
import Foundation
import Quantities
import Testing
import Transport
import Wire

@Suite(.serialized) struct DialerTests {
  let peers: Peers
  init() throws { peers = try Peers.shared() }

  private func failure(
    _ request: DialRequest, cancellation: DialCancellation? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> DialError? {
    do throws(DialError) {
      let connection = try Dialer.dial(request, cancellation: cancellation)
      Issue.record("dialled \(connection.remoteAddress)", sourceLocation: sourceLocation)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["tls12", "tls13"], ["127.0.0.1", "localhost"])
  func tlsSucceeds(server: String, host: String) throws {
    let connection = try Dialer.dial(peers.request(server, "/echo", host: host))
    #expect(connection.security.hasPrefix(server == "tls12" ? "TLSv1.2 ECDHE" : "TLSv1.3 TLS_AES"))
    let established = connection.handOver(connection: 1, generation: 2)
    #expect(established.usesTLS)
    #expect(established.connection == 1 && established.generation == 2)
    established.release()
  }

  @Test(arguments: [
    ("elsewhere", "127.0.0.1", "mismatch"), ("elsewhere", "localhost", "mismatch"),
    ("expired", "localhost", "expired"), ("untrusted", "localhost", "issuer"),
  ])
  func certificatesAreRefused(server: String, host: String, reason: String) throws {
    let error = try #require(failure(try peers.request(server, "/echo", host: host)))
    #expect(error.code == .certificate)
    #expect(error.step == .handshake)
    #expect(error.detail.contains(reason), "\(error.detail)")
  }

  @Test func systemAuthoritiesDoNotTrustOurs() throws {
    var request = try peers.request("tls13", "/echo")
    request.tls = try TLSContext()
    #expect(failure(request)?.code == .certificate)
  }

  @Test func missingAuthorityFileIsACertificateFault() {
    #expect {
      _ = try TLSContext(caFile: "/nonexistent/ca.pem")
    } throws: { ($0 as? DialError)?.code == .certificate }
  }

  @Test func plainPeerIsNoTLSPeer() throws {
    let url = try WebSocketURL("wss://127.0.0.1:\(peers.port("rawPlain"))/garbage")
    let error = failure(
      DialRequest(url: url, tls: try peers.tls(), timeoutNanoseconds: 500_000_000))
    #expect(error?.code == .tlsFailure || error?.code == .connectTimeout)
    #expect(error?.step == .handshake)
  }

  @Test func plaintextIsForLoopback() throws {
    let url = try WebSocketURL("ws://192.0.2.1:9/")
    #expect(failure(DialRequest(url: url))?.step == .address)
    // A proxy elsewhere would carry plaintext too.
    let request = DialRequest(
      url: try peers.url("plain", "/echo"), proxy: ProxyEndpoint(host: "192.0.2.1", port: 9))
    #expect(failure(request)?.step == .resolve)
  }

  @Test func nobodyListens() throws {
    let error = failure(try peers.request("closed", "/"))
    #expect(error?.code == .connectionLost)
    #expect(error?.step == .connect)
  }

  @Test func unknownNames() throws {
    let url = try WebSocketURL("wss://nowhere.invalid/")
    let error = failure(
      DialRequest(url: url, tls: try peers.tls(), timeoutNanoseconds: 2_000_000_000))
    #expect(error?.code == .resolveFailure || error?.code == .connectTimeout)
    #expect(error?.step == .resolve)
  }

  @Test(arguments: [
    "wrong-accept", "ok-200", "moved-302", "garbage", "hang-up", "oversized-head",
  ])
  func brokenUpgrades(path: String) throws {
    for server in ["rawPlain", "rawTLS"] {
      let error = failure(try peers.request(server, "/\(path)"))
      #expect(error?.code == .upgradeRefused, "\(server)")
      #expect(error?.step == .upgrade, "\(server)")
    }
  }

  @Test func slowLorisMeetsTheDeadline() throws {
    let started = Date()
    let error = failure(try peers.request("rawPlain", "/slow-loris", seconds: 0.4))
    #expect(error?.code == .connectTimeout)
    #expect(error?.step == .upgrade)
    #expect(Date().timeIntervalSince(started) < 5)
  }

  @Test func cancellationEndsADial() throws {
    let cancellation = DialCancellation()
    later(0.2) { cancellation.cancel() }
    let started = Date()
    let error = failure(
      try peers.request("rawTLS", "/slow-loris", seconds: 30), cancellation: cancellation)
    #expect(error?.isCancelled == true)
    #expect(Date().timeIntervalSince(started) < 10)
  }

  @Test func proxies() throws {
    func through(_ name: String, user: String? = nil) throws -> DialRequest {
      try peers.request(
        "tls13", "/echo",
        proxy: ProxyEndpoint(
          host: "127.0.0.1", port: peers.port(name), user: user, password: user.map { _ in "p@ss" }),
        seconds: name == "proxySilent" ? 0.4 : 10)
    }
    #expect(try !Dialer.dial(through("proxy")).security.isEmpty)
    #expect(try !Dialer.dial(through("proxy407", user: "user")).security.isEmpty)
    let denied = try #require(failure(through("proxy407")))
    #expect(denied.code == .proxyRefused)
    #expect(denied.detail.contains("407"))
    for name in ["proxyGarbage", "proxyEarly"] {
      let error = try #require(failure(through(name)))
      #expect(error.code == .proxyRefused, "\(name)")
      #expect(error.step == .proxy)
    }
    #expect(try failure(through("proxySilent"))?.code == .connectTimeout)
    #expect(try failure(through("closed"))?.code == .proxyRefused)
  }

  @Test func leftoverBytesGoAlong() throws {
    for server in ["rawPlain", "rawTLS"] {
      var client = try Client(.epoll, peers.request(server, "/leftover"))
      #expect(client.link.connection == 3 && client.link.generation == 7)
      #expect(client.receive(count: 16) == .bytes)
      let bytes = client.readable()
      #expect(
        bytes == [0x81, 5] + Array("early".utf8) + [0x82, 3] + Array("abc".utf8) + [
          0x88, 2, 3, 0xe8,
        ])
      client.finish()
    }
  }
}
