// A link's inbox and outbox: back-pressure, order, limits, hand-over, and no allocation by TLS.
import CAllocationCounter
import Dialing
import Foundation
import Quantities
import Testing
import Transport
import Wire

@Suite(.serialized) struct LinkTests {
  let peers: Peers
  init() throws { peers = try Peers.shared() }

  @Test func recordsFitARing() {
    check(MemoryLayout<EstablishedConnection>.size <= 56)
    check(MemoryLayout<RetiredConnection>.size <= 56)
  }

  @Test(arguments: Setup.raw) func backPressureKeepsOrder(setup: Setup) throws {
    _ = try Dialer.dial(peers.request("rawPlain", "/stall-again"))
    var client = try Client(
      setup.kind, peers.request(setup.server, "/stall"), outboxBytes: 96 << 10)
    var accepted: [UInt8] = []
    var outcomes: Set<SendOutcome> = []
    var number = 0
    func message() -> [UInt8] {
      [UInt8]("<\(number)>".utf8)
        + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number * 37 % 9000)
    }
    // The peer reads nothing: first the kernel's buffer fills, then the outbox, then it is refused whole.
    while true {
      let outcome = send(message(), over: &client.link)
      outcomes.insert(outcome)
      if outcome == .overflow { break }
      guard outcome != .failed, number < 100_000 else { break }
      accepted += message()
      number += 1
    }
    check(outcomes == [.sent, .blocked, .overflow])
    let waiting = client.link.unsentCount
    check(waiting > 0)
    check(send(message(), over: &client.link) == .overflow)
    check(client.link.unsentCount == waiting)
    check(client.reactor.awaitWritable(slot: 5))
    _ = try Dialer.dial(peers.request("rawPlain", "/release"))
    // The kernel has room again, yet what waits goes first.
    Thread.sleep(forTimeInterval: 0.2)
    number = 1
    let small = message()
    let outcome = send(small, over: &client.link)
    check(outcome == .sent || outcome == .blocked)
    accepted += small
    var rest = 40
    while rest > 0 || client.link.unsentCount > 0 {
      if client.link.unsentCount > 0 {
        check(client.reactor.awaitWritable(slot: 5))
        let completion = try require(client.next())
        check(completion.kind == .writable)
        check(completion.slot == 5)
        check(client.link.flush() != .failed)
      }
      while rest > 0 {
        let outcome = send(message(), over: &client.link)
        if outcome == .overflow { break }
        check(outcome != .failed)
        accepted += message()
        number += 1
        rest -= 1
      }
    }
    let end = [UInt8]("\nEND\n".utf8)
    check(send(end, over: &client.link) == .sent)
    accepted += end
    let expected =
      "\(accepted.count) " + Digest.sha1(accepted).map { String(format: "%02x", $0) }.joined()
    check(client.receive(count: expected.utf8.count) == .bytes)
    check(String(decoding: client.readable(), as: UTF8.self) == expected)
    client.finish()
  }

  @Test func aLinkWithoutAConnectionRefuses() throws {
    var link = Link(inboxBytes: Link.inboxSlack, outboxBytes: 4096)
    check(!link.isConnected)
    check(send([1], over: &link) == .failed)
    check(link.flush() == .failed)
    check(link.retire(cause: .none) == nil)
    link.consume(10)
    check(link.readableCount == 0)
  }

  @Test(arguments: ["rawPlain", "rawTLS"]) func anInboxHasItsLimit(server: String) throws {
    // An owner that never consumes: refused by `canReceive`, reported as overflow if it insists.
    var client = try Client(
      .epoll, peers.request(server, "/flood?400000"), inboxBytes: 100_000)
    var warned = false
    var last = ReceiveOutcome.quiet
    while last == .quiet || last == .readable {
      warned = warned || !client.link.canReceive
      let completion = try require(client.next())
      try require(completion.kind == .bytes)
      last = unsafe client.link.receive(completion.bytes, receivedAt: DialedConnection.now)
    }
    check(last == .overflow)
    check(warned)
    check(client.link.readableCount <= 100_000)
    client.finish()
  }

  @Test(arguments: ["rawPlain", "rawTLS"]) func aSmallInboxServesAnyLength(server: String) throws {
    // Consumed in odd pieces, the unread bytes move to the front when room is short.
    let count = 700_000
    var client = try Client(
      transports[0], peers.request(server, "/flood?\(count)"), inboxBytes: Link.inboxSlack * 2)
    var total = 0
    var isRight = true
    while total < count {
      let completion = try require(client.next())
      try require(completion.kind == .bytes)
      try require(client.link.canReceive)
      let outcome = unsafe client.link.receive(completion.bytes, receivedAt: DialedConnection.now)
      try require(outcome == .readable || outcome == .quiet)
      check(completion.stamp.ticks > 0)
      let bytes = client.readable()
      let taken = total + bytes.count == count ? bytes.count : bytes.count * 5 / 7
      for index in 0..<taken where bytes[index] != UInt8(truncatingIfNeeded: (total + index) % 251)
      {
        isRight = false
      }
      client.link.consume(taken)
      total += taken
    }
    check(isRight)
    client.finish()
  }

  @Test(arguments: Setup.all) func tlsAllocatesNothingPerRecord(setup: Setup) throws {
    try require(callocation_installed() == 1)
    let before = callocation_count()
    var client = try Client(setup.kind, peers.request(setup.server, "/ticks?count=1200"))
    if setup.server != "plain" { check(callocation_count() > before, "the counter counts") }
    var reader = WebSocketReader(inboxBytesMax: client.link.frameBytesMax)
    var keys = MaskGenerator(seed: (1, 2, 3, 4))
    let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { unsafe frame.deallocate() }
    var messages = 0
    var atWarm: UInt64 = 0
    var atEnd: UInt64 = 0
    let deadline = DialedConnection.now.advanced(byNanoseconds: 20_000_000_000)
    while messages < 1200 {
      // What came with the upgrade's reply is readable before anything is received.
      while true {
        let event = unsafe reader.next(client.link.readable)
        if event.kind == .text {
          messages += 1
          if messages == 100 { atWarm = callocation_count() }
          let count = unsafe WebSocketEncoder.write(
            .text, payload: event.payload, keys: &keys, into: frame)
          check(unsafe client.link.send(UnsafeRawBufferPointer(rebasing: frame[..<count])) == .sent)
          atEnd = callocation_count()
        }
        client.link.consume(event.consumed)
        if event.kind == .needMore { break }
      }
      let completion = client.reactor.poll()
      if completion.kind == .idle {
        _ = client.reactor.wait(timeoutNanoseconds: 100_000_000)
        try require(DialedConnection.now < deadline)
        continue
      }
      if messages == 1200 { break }
      try require(completion.kind == .bytes)
      let outcome = unsafe client.link.receive(completion.bytes, receivedAt: DialedConnection.now)
      check(outcome == .readable || outcome == .quiet)
    }
    check(atEnd == atWarm, "OpenSSL called the allocator \(atEnd - atWarm) times")
    client.finish()
  }
}
