// A door of this process on loopback to `network.proxy`, for clients that speak CONNECT alone; control plane.
import CDialing
import CUring
import Foundation
import Quantities
import Synchronization
import Wire

/// REST's client knows CONNECT and no SOCKS password, and says nothing of why a proxy refused. It connects here with a
/// password of this process's own; the tunnel behind is the one that sockets take, with the same addresses and
/// the same words. TLS runs through it untouched.
public final class ProxyRelay: Sendable {
  public let port: UInt16
  /// Whoever else finds the port on this machine lacks it.
  public let password: String
  public static let user = "llmtrading"
  public static let host = "127.0.0.1"

  /// At once; one more is hung up on.
  package static let connectionsMax = 64
  private static let headBytesMax = 8 * 1024
  /// Shorter than the shortest of its clients' (REST: 5 s), so that they hear why.
  private static let timeoutNanoseconds: Int64 = 4_000_000_000

  private let proxy: ProxyEndpoint
  private let listener: Int32
  private let cancellation = DialCancellation()
  private let open = Atomic<Int>(0)
  /// Why the latest tunnel to a host was not made, by its authority; gone when one is.
  private let refusals = Mutex<[String: String]>([:])

  private static let relays = Mutex<[ProxyEndpoint: ProxyRelay]>([:])

  /// The one of this process to `proxy`: it lives as long as the process does.
  public static func to(_ proxy: ProxyEndpoint) throws(DialError) -> ProxyRelay {
    let result = relays.withLock { relays -> Result<ProxyRelay, DialError> in
      if let relay = relays[proxy] { return .success(relay) }
      do throws(DialError) {
        let relay = try ProxyRelay(proxy)
        relays[proxy] = relay
        return .success(relay)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(_ proxy: ProxyEndpoint) throws(DialError) {
    self.proxy = proxy
    var port: UInt16 = 0
    listener = unsafe cdial_listen(&port)
    if listener < 0 { throw .system(.proxyRefused, .address, listener) }
    self.port = port
    var generator = SystemRandomNumberGenerator()
    password = (0..<4).map { _ in
      String(UInt64.random(in: .min ... .max, using: &generator), radix: 36)
    }.joined()
    spawn("proxy-relay") { relay in relay.accept() }
  }

  /// Why the latest try to reach `host` failed at the proxy; nil where none did.
  public func refusal(host: String, port: Int) -> String? {
    let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    return refusals.withLock { $0[authority] }
  }

  private func spawn(_ name: String, _ work: @escaping @Sendable (ProxyRelay) -> Void) {
    let thread = Thread { work(self) }
    thread.name = name
    thread.stackSize = 256 * 1024
    thread.start()
  }

  private func accept() {
    while true {
      let ready = cdial_wait(listener, 0, cancellation.event, 3_600_000_000_000)
      if ready == 0 { continue }
      let near = cdial_accept(listener)
      if near < 0 {
        // Out of descriptors, for one: not in a circle.
        DialedConnection.pause(nanoseconds: 20_000_000)
        continue
      }
      if open.wrappingAdd(1, ordering: .relaxed).newValue > ProxyRelay.connectionsMax {
        open.wrappingSubtract(1, ordering: .relaxed)
        csocket_close(near)
        continue
      }
      spawn("proxy-relay") { relay in
        relay.serve(near)
        csocket_close(near)
        relay.open.wrappingSubtract(1, ordering: .relaxed)
      }
    }
  }

  /// One connection: its CONNECT, the tunnel, then bytes both ways.
  private func serve(_ near: Int32) {
    let deadline = DialedConnection.now.advanced(byNanoseconds: ProxyRelay.timeoutNanoseconds)
    guard let head = head(of: near, deadline) else { return }
    guard head.password == password else { return answer(near, "407 Not for you") }
    guard let url = head.target else { return answer(near, "400 CONNECT alone") }
    do throws(DialError) {
      let far = try Dialer.tunnel(
        to: url, through: proxy, deadline: deadline, cancellation: cancellation)
      refusals.withLock { $0[url.authority] = nil }
      answer(near, "200 Connection established")
      far.relay(with: near, cancellation)
    } catch {
      refusals.withLock { $0[url.authority] = error.detail }
      answer(near, "502 No tunnel")
    }
  }

  private struct Head {
    var target: WebSocketURL?
    var password: String?
  }

  /// What the client asks for; nil when it hangs up, or talks without end.
  private func head(of near: Int32, _ deadline: Instant) -> Head? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    let end: [UInt8] = [13, 10, 13, 10]
    while bytes.suffix(4) != end[...] {
      let left = deadline.since(DialedConnection.now)
      guard left > 0, cdial_wait(near, 0, cancellation.event, left) == 1 else { return nil }
      let got = unsafe piece.withUnsafeMutableBytes {
        unsafe csocket_receive(near, $0.baseAddress, $0.count)
      }
      if got == -11 { continue }
      if got <= 0 { return nil }
      bytes += piece.prefix(Int(got))
      if bytes.count > ProxyRelay.headBytesMax { return nil }
    }
    var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")[...]
    var head = Head()
    let request = lines.popFirst()?.split(separator: " ") ?? []
    if request.count == 3 && request[0] == "CONNECT" {
      head.target = try? WebSocketURL("wss://\(request[1])/")
    }
    for line in lines where line.lowercased().hasPrefix("proxy-authorization: basic ") {
      let pair = Data(base64Encoded: String(line.dropFirst(27))) ?? Data()
      let text = String(decoding: pair, as: UTF8.self)
      let prefix = ProxyRelay.user + ":"
      if text.hasPrefix(prefix) { head.password = String(text.dropFirst(prefix.count)) }
    }
    return head
  }

  private func answer(_ near: Int32, _ status: String) {
    let text = Array("HTTP/1.1 \(status)\r\n\r\n".utf8)
    // A few bytes into an empty buffer: they go whole or the peer is gone.
    _ = unsafe text.withUnsafeBytes { unsafe csocket_send(near, $0.baseAddress, $0.count) }
  }
}

extension DialedConnection {
  /// Passes bytes both ways until both sides have ended.
  consuming func relay(with near: Int32, _ cancellation: DialCancellation) {
    cdial_relay(near, socket, cancellation.event)
  }
}
