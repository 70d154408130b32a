// A reactor and a link on the test's own thread, with bounded waits.
import Dialing
import Foundation
import Quantities
import Testing
import Transport
import Wire

/// Single-threaded, as a stage would hold them.
@safe
struct Client: ~Copyable {
  var reactor: TransportReactor
  var link: Link

  init(
    _ kind: TransportKind, _ request: DialRequest, inboxBytes: Int = 1 << 20,
    outboxBytes: Int = 256 << 10
  ) throws {
    let established = try Dialer.dial(request).handOver(connection: 3, generation: 7)
    let made = try makeReactor(kind)
    reactor = made
    link = Link(inboxBytes: inboxBytes, outboxBytes: outboxBytes)
    check(link.adopt(established, now: DialedConnection.now))
    check(reactor.attach(descriptor: link.descriptor, slot: 5))
  }

  /// The next completion that is not idle, sleeping in between; nil after `seconds`.
  mutating func next(seconds: Double = 10) -> ReactorCompletion? {
    let deadline = DialedConnection.now.advanced(byNanoseconds: Int64(seconds * 1e9))
    while true {
      let completion = reactor.poll()
      if completion.kind != .idle { return completion }
      let left = deadline.since(DialedConnection.now)
      if left <= 0 { return nil }
      _ = reactor.wait(timeoutNanoseconds: left)
    }
  }

  /// Receives until `count` bytes are readable or the connection ends.
  mutating func receive(count: Int) -> ReactorCompletion.Kind {
    while link.readableCount < count {
      guard let completion = next() else { return .idle }
      if completion.kind == .writable { continue }
      guard completion.kind == .bytes else { return completion.kind }
      let outcome = unsafe link.receive(completion.bytes, receivedAt: DialedConnection.now)
      guard outcome == .readable || outcome == .quiet else { return .ended }
    }
    return .bytes
  }

  func readable() -> [UInt8] { unsafe Array(link.readable) }

  mutating func finish() {
    reactor.detach(slot: 5)
    link.retire(cause: .none)?.release()
  }
}

func makeReactor(_ kind: TransportKind, start: Bool = true) throws -> TransportReactor {
  var errorNumber: Int32 = 0
  guard var reactor = TransportReactor(kind: kind, errorNumber: &errorNumber) else {
    throw Unavailable(description: "\(kind.name): errno \(errorNumber)")
  }
  if start {
    let status = reactor.start()
    check(status == 0)
  }
  return reactor
}

func send(_ bytes: [UInt8], over link: inout Link) -> SendOutcome {
  unsafe bytes.withUnsafeBytes { unsafe link.send($0) }
}

/// Runs `body` after `seconds` on a thread of its own.
func later(_ seconds: Double, _ body: @escaping @Sendable () -> Void) {
  Thread.detachNewThread {
    Thread.sleep(forTimeInterval: seconds)
    body()
  }
}
