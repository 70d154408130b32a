// The record layer's edges: every suite, key updates, records cut anywhere, bytes changed on the way.
import Dialing
import Foundation
import Quantities
import Testing
import Transport
import Wire

@Suite(.serialized) struct RecordTests {
  let peers: Peers
  init() throws { peers = try Peers.shared() }

  private func proxied(_ proxy: String, _ server: String, _ path: String, _ kind: TransportKind)
    throws -> EchoOutcome
  {
    try WireEcho.echo(
      url: peers.url(server, path).description, transport: kind, tls: peers.tls(),
      proxy: ProxyEndpoint(host: "127.0.0.1", port: peers.port(proxy)))
  }

  @Test(arguments: ["tls12gcm256", "tls12chacha", "tls12", "tls13"])
  func recordsCutAnywhere(server: String) throws {
    // The proxy passes the server's bytes on in pieces of 1 to 40.
    let outcome = try proxied("proxyDribble", server, "/random?count=60&seed=5", transports[0])
    #expect(outcome.closeCode == 1000)
    #expect(outcome.messages == 60)
  }

  @Test(arguments: ["tls12gcm256", "tls12chacha", "tls12", "tls13"])
  func aChangedByteEndsTheConnection(server: String) throws {
    for kind in transports {
      let outcome = try proxied("proxyTamper", server, "/large?sizes=100000,100000", kind)
      #expect(outcome.fault == .tlsFailure)
      #expect(outcome.messages == 0, "nothing of a changed record is believed")
    }
  }

  @Test(arguments: ["tls12gcm256", "tls12chacha"]) func suitesOfTLS12(server: String) throws {
    let outcome = try WireEcho.echo(
      url: peers.url(server, "/large?sizes=0,1,16384,16385,300000").description,
      transport: .epoll, tls: peers.tls())
    #expect(outcome.closeCode == 1000)
  }

  @Test(arguments: [
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
  ])
  func keyUpdatesInBothDirections(suite: String) throws {
    let server = try InteractiveServer(peers: peers, suite: suite)
    defer { server.stop() }
    let url = try WebSocketURL("wss://localhost:\(server.port)/")
    later(0) { server.answerUpgrade() }
    let dialed = try Dialer.dial(DialRequest(url: url, tls: peers.tls()))
    #expect(dialed.security == "TLSv1.3 \(suite)")
    var reactor = try makeReactor(transports[0])
    var link = Link()
    check(link.adopt(dialed.handOver(connection: 0, generation: 1), now: DialedConnection.now))
    check(reactor.attach(descriptor: link.descriptor, slot: 0))
    for round in 0..<3 {
      // K: new keys of its own, and a request for ours. What follows each way comes under them.
      server.type("K\n")
      server.type("to the client \(round)\n")
      let wanted = Array("to the client \(round)\n".utf8)
      let deadline = DialedConnection.now.advanced(byNanoseconds: 5_000_000_000)
      while link.readableCount < wanted.count && DialedConnection.now < deadline {
        let completion = reactor.poll()
        if completion.kind == .idle {
          _ = reactor.wait(timeoutNanoseconds: 50_000_000)
        } else {
          try require(completion.kind == .bytes)
          let outcome = unsafe link.receive(completion.bytes, receivedAt: DialedConnection.now)
          try require(outcome == .quiet || outcome == .readable)
        }
      }
      check(unsafe Array(link.readable) == wanted)
      link.consume(link.readableCount)
      check(send(Array("to the server \(round)\n".utf8), over: &link) == .sent)
      try #require(server.sees("to the server \(round)"))
    }
    reactor.detach(slot: 0)
    link.retire(cause: .none)?.release()
  }
}

/// `openssl s_server`, typed at: it sends what it reads from standard input, K asks for a key update.
private final class InteractiveServer: @unchecked Sendable {
  let port: UInt16
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let lock = NSCondition()
  private var text = ""

  init(peers: Peers, suite: String) throws {
    port = try FreePort.find()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", peers.file("good.pem"),
      "-key", peers.file("good.key"), "-tls1_3", "-ciphersuites", suite, "-naccept", "1",
    ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    output.fileHandleForReading.readabilityHandler = { [self] handle in
      let piece = handle.availableData
      lock.withLock { text += String(decoding: piece, as: UTF8.self) }
      lock.broadcast()
    }
    try process.run()
    guard sees("ACCEPT") else { throw Unavailable(description: "openssl s_server did not start") }
  }

  func sees(_ wanted: String) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    let deadline = Date().addingTimeInterval(5)
    while !text.contains(wanted) {
      if !lock.wait(until: deadline) { return text.contains(wanted) }
    }
    return true
  }

  /// s_server takes one read of its input as one command or one record.
  func type(_ line: String) {
    Thread.sleep(forTimeInterval: 0.05)
    input.fileHandleForWriting.write(Data(line.utf8))
  }

  func answerUpgrade() {
    guard sees("\r\n\r\n") else { return }
    let key = lock.withLock {
      text.components(separatedBy: "Sec-WebSocket-Key: ").last?
        .components(separatedBy: "\r\n").first ?? ""
    }
    let accept = WebSocketUpgrade.acceptValue(forKey: Array(key.utf8))
    type(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: \(String(decoding: accept, as: UTF8.self))\r\n\r\n")
  }

  func stop() {
    output.fileHandleForReading.readabilityHandler = nil
    process.terminate()
    process.waitUntilExit()
  }
}
