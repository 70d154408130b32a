// Both reactors against the same expectations: slots, floods, resets, wake-ups, threads.
import Channels
import Dialing
import Foundation
import Quantities
import Testing
import Transport
import Wire

@Suite(.serialized) struct ReactorTests {
  let peers: Peers
  init() throws { peers = try Peers.shared() }

  @Test func choiceSaysWhy() {
    check(Transport.choose(requested: .epoll).kind == .epoll)
    let choice = Transport.choose(requested: nil)
    check(choice.kind == .uring || choice.reason.contains("instead of io_uring"))
    for errorNumber: Int32 in [1, 12, 22, 38, 99] {
      check(Transport.refusal(errorNumber: errorNumber).hasPrefix("epoll instead of io_uring"))
    }
    check(TransportKind(name: "uring") == .uring)
    check(TransportKind(name: "kqueue") == nil)
  }

  @Test(arguments: transports) func slotsAreChecked(kind: TransportKind) throws {
    var reactor = try makeReactor(kind)
    let (near, far) = try socketPair()
    defer {
      close(near)
      close(far)
    }
    check(!reactor.attach(descriptor: near, slot: -1))
    check(!reactor.attach(descriptor: near, slot: ReactorLimits.slotsMax))
    check(!reactor.attach(descriptor: -1, slot: 0))
    check(reactor.attach(descriptor: near, slot: 63))
    check(!reactor.attach(descriptor: far, slot: 63))
    check(!reactor.awaitWritable(slot: 62))
    reactor.detach(slot: 62)
    reactor.detach(slot: 63)
    check(reactor.poll().kind == .idle)
  }

  @Test(arguments: transports) func manySlotsInterleave(kind: TransportKind) throws {
    var reactor = try makeReactor(kind)
    let pairs = try (0..<8).map { _ in try socketPair() }
    for (index, pair) in pairs.enumerated() {
      check(reactor.attach(descriptor: pair.0, slot: index * 9))
    }
    var expected = [[UInt8]](repeating: [], count: 8)
    var received = expected
    for round in 0..<200 {
      let index = (round * 5) % 8
      let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 1 + round % 90)
      expected[index] += bytes
      put(bytes, pairs[index].1)
      if round % 3 == 0 { drain(&reactor, &received) }
    }
    for _ in 0..<100 where received != expected {
      _ = reactor.wait(timeoutNanoseconds: 10_000_000)
      drain(&reactor, &received)
    }
    check(received == expected)
    for (index, pair) in pairs.enumerated() {
      reactor.detach(slot: index * 9)
      close(pair.0)
      close(pair.1)
    }
  }

  private func drain(_ reactor: inout TransportReactor, _ received: inout [[UInt8]]) {
    while true {
      let completion = reactor.poll()
      if completion.kind == .idle { return }
      check(completion.kind == .bytes && completion.slot % 9 == 0)
      check(completion.stamp.ticks > 0)
      unsafe received[completion.slot / 9] += completion.bytes
    }
  }

  @Test(arguments: transports) func spinningAloneSuffices(kind: TransportKind) throws {
    // No wait: what a thread does that owns its CPU.
    var reactor = try makeReactor(kind)
    let pair = try socketPair()
    check(reactor.attach(descriptor: pair.0, slot: 0))
    let writer = pair.1
    later(0.05) {
      for index in 0..<100 {
        put([UInt8(index), 1, 2], writer)
        if index % 10 == 0 { Thread.sleep(forTimeInterval: 0.001) }
      }
    }
    var bytes: [UInt8] = []
    let deadline = DialedConnection.now.advanced(byNanoseconds: 10_000_000_000)
    while bytes.count < 300 && DialedConnection.now < deadline {
      let completion = reactor.poll()
      if completion.kind == .bytes { unsafe bytes += completion.bytes }
    }
    check(bytes == (0..<100).flatMap { [UInt8($0), 1, 2] })
    reactor.detach(slot: 0)
    close(pair.0)
    close(pair.1)
  }

  @Test(arguments: transports) func aDetachedSlotIsSilent(kind: TransportKind) throws {
    var reactor = try makeReactor(kind)
    let old = try socketPair()
    let new = try socketPair()
    check(reactor.attach(descriptor: old.0, slot: 1))
    _ = reactor.poll()
    put(Array("old".utf8), old.1)
    // Received already, but not yet polled.
    check(reactor.wait(timeoutNanoseconds: 5_000_000_000) == .ready)
    reactor.detach(slot: 1)
    check(reactor.attach(descriptor: new.0, slot: 1))
    put(Array("new".utf8), new.1)
    var bytes: [UInt8] = []
    for _ in 0..<50 where bytes.count < 3 {
      _ = reactor.wait(timeoutNanoseconds: 20_000_000)
      let completion = reactor.poll()
      if completion.kind == .bytes { unsafe bytes += completion.bytes }
    }
    check(bytes == Array("new".utf8))
    // The kernel let go of the old descriptor: closing it is what its peer sees.
    close(old.0)
    var byte: UInt8 = 0
    check(unsafe recv(old.1, &byte, 1, 0) <= 0)
    reactor.detach(slot: 1)
    for descriptor in [old.1, new.0, new.1] { close(descriptor) }
  }

  @Test(arguments: transports) func theEndIsReportedOnce(kind: TransportKind) throws {
    var reactor = try makeReactor(kind)
    let pair = try socketPair()
    check(reactor.attach(descriptor: pair.0, slot: 2))
    put(Array("bye".utf8), pair.1)
    close(pair.1)
    var kinds: [ReactorCompletion.Kind] = []
    for _ in 0..<20 {
      _ = reactor.wait(timeoutNanoseconds: 2_000_000)
      let completion = reactor.poll()
      if completion.kind != .idle { kinds.append(completion.kind) }
    }
    check(kinds == [.bytes, .ended])
    reactor.detach(slot: 2)
    close(pair.0)
  }

  @Test(arguments: Setup.raw) func resetMidFrame(setup: Setup) throws {
    var client = try Client(setup.kind, peers.request(setup.server, "/reset"))
    let kind = client.receive(count: 1000)
    check(kind == .failed || kind == .ended)
    check(client.readable().prefix(4) == [0x82, 0x7e, 0x03, 0xe8])
    check(client.readable().count <= 14)
    // Later polls stay quiet: the slot does not report for ever.
    check(client.reactor.poll().kind == .idle)
    check(client.reactor.wait(timeoutNanoseconds: 5_000_000) == .timedOut)
    client.finish()
  }

  @Test(arguments: Setup.raw) func aFloodIsNotLost(setup: Setup) throws {
    let count = 6 << 20
    var client = try Client(
      setup.kind, peers.request(setup.server, "/flood?\(count)"), inboxBytes: count + (1 << 20))
    // Busy elsewhere: the socket's buffer fills.
    Thread.sleep(forTimeInterval: 0.2)
    check(client.receive(count: count) == .bytes)
    let bytes = client.readable()
    check(bytes.count == count)
    check(bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0 % 251) })
    client.finish()
  }

  @Test(.enabled(if: transports.contains(.uring))) func buffersRunOutAndAreMissedByNobody() throws {
    var errorNumber: Int32 = 0
    guard var reactor = UringReactor(errorNumber: &errorNumber) else {
      throw Unavailable(description: "errno \(errorNumber)")
    }
    check(reactor.start() == 0)
    // Twelve sockets hold more than the kernel has buffers for when it is next entered.
    let pairs = try (0..<12).map { _ in try socketPair() }
    let each = 9 * ReactorLimits.receiveBytesMax
    let bytes = (0..<each).map { UInt8(truncatingIfNeeded: $0 % 251) }
    for (index, pair) in pairs.enumerated() {
      var size: Int32 = 1 << 20
      unsafe setsockopt(pair.1, SOL_SOCKET, SO_SNDBUF, &size, 4)
      put(bytes, pair.1)
      check(reactor.attach(descriptor: pair.0, slot: index))
    }
    var received = [Int](repeating: 0, count: 12)
    var isRight = true
    for _ in 0..<10_000 where received.contains(where: { $0 < each }) {
      let completion = reactor.poll()
      guard completion.kind == .bytes else {
        _ = reactor.wait(timeoutNanoseconds: 1_000_000)
        continue
      }
      let from = received[completion.slot]
      for (offset, byte) in unsafe Array(completion.bytes).enumerated()
      where byte != UInt8(truncatingIfNeeded: (from + offset) % 251) {
        isRight = false
      }
      received[completion.slot] += completion.count
    }
    check(isRight)
    check(received == [Int](repeating: each, count: 12))
    check(reactor.starvations > 0)
    for (index, pair) in pairs.enumerated() {
      reactor.detach(slot: index)
      close(pair.0)
      close(pair.1)
    }
  }

  @Test(arguments: transports) func anEventWakesTheWait(kind: TransportKind) throws {
    var reactor = try makeReactor(kind)
    let waker = try Waker()
    check(reactor.watch(wakeDescriptor: waker.descriptor))
    check(!reactor.watch(wakeDescriptor: waker.descriptor))
    check(reactor.wait(timeoutNanoseconds: 5_000_000) == .timedOut)
    for round in 0..<5 {
      waker.prepareToSleep()
      later(0.03) { waker.wake() }
      let started = Date()
      check(reactor.wait(timeoutNanoseconds: 10_000_000_000) == .ready, "\(round)")
      check(Date().timeIntervalSince(started) < 5)
      check(reactor.poll().kind == .idle)
      // Emptied by the reactor: the next wait sleeps again.
      check(reactor.wait(timeoutNanoseconds: 5_000_000) == .timedOut, "\(round)")
      waker.finishSleep()
    }
    // A wake-up before the wait ends it at once.
    waker.prepareToSleep()
    waker.wake()
    check(reactor.wait(timeoutNanoseconds: 10_000_000_000) == .ready)
    waker.close()
  }

  @Test(arguments: transports) func madeHereUsedThere(kind: TransportKind) throws {
    let (near, far) = try socketPair()
    let made = try makeReactor(kind, start: false)
    let holder = UnsafeMutablePointer<TransportReactor>.allocate(capacity: 1)
    unsafe holder.initialize(to: made)
    let address = UInt(bitPattern: holder)
    let finished = DispatchSemaphore(value: 0)
    let seen = Mailbox()
    Thread.detachNewThread {
      let reactor = unsafe UnsafeMutablePointer<TransportReactor>(bitPattern: address)!
      if unsafe reactor.pointee.start() == 0,
        unsafe reactor.pointee.attach(descriptor: near, slot: 0)
      {
        for _ in 0..<500 where seen.bytes.isEmpty {
          _ = unsafe reactor.pointee.wait(timeoutNanoseconds: 10_000_000)
          let completion = unsafe reactor.pointee.poll()
          if completion.kind == .bytes { unsafe seen.bytes = Array(completion.bytes) }
        }
        unsafe reactor.pointee.detach(slot: 0)
      }
      finished.signal()
    }
    put(Array("over there".utf8), far)
    check(finished.wait(timeout: .now() + 10) == .success)
    check(seen.bytes == Array("over there".utf8))
    unsafe holder.deinitialize(count: 1)
    unsafe holder.deallocate()
    close(near)
    close(far)
  }
}

/// Written by one thread, read after it has finished.
private final class Mailbox: @unchecked Sendable {
  var bytes: [UInt8] = []
}

func put(_ bytes: [UInt8], _ descriptor: Int32) {
  let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
  #expect(count == bytes.count)
}

func socketPair() throws -> (Int32, Int32) {
  var pair: [Int32] = [-1, -1]
  guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
    throw Unavailable(description: "socketpair: errno \(errno)")
  }
  return (pair[0], pair[1])
}
