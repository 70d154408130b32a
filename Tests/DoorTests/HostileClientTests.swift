// Clients that lie, stall, flood and vanish: the door stays open to the others.

import Door
import Glibc
import Quantities
import Testing

/// Someone well-behaved is served promptly.
private func isOpen(_ path: String) -> Bool {
  let reply = try? DoorClient.send(.ping, path: path, milliseconds: 3_000)
  return reply?.code == .done
}

@Suite(.serialized) struct HostileClientTests {
  @Test func garbageEndsItsOwnConversationOnly() throws {
    let door = try OpenDoor()
    defer { door.stop() }
    var random = TestRandom(seed: 1)
    for _ in 0..<40 {
      let rude = RawClient(door.path)
      rude.send((0..<(24 + random.below(2_000))).map { _ in UInt8(random.below(256)) })
      let answer = rude.receive()
      #expect(code(in: answer) == .malformed, "and then it is closed")
    }
    #expect(isOpen(door.path))
    #expect(door.commands.withLock { $0 } == [.ping])
    #expect(door.wait { door.counters.withLock { $0.malformed } == 40 })
  }

  @Test func framesThatAreAlmostRight() throws {
    let door = try OpenDoor()
    defer { door.stop() }
    func answer(_ edit: (inout [UInt8]) -> Void, _ request: DoorRequest = .signal(signal()))
      -> DoorCode?
    {
      let rude = RawClient(door.path)
      var frame = request.frame(id: 7)
      edit(&frame)
      rude.send(frame)
      return code(in: rude.receive(DoorReply(.done).frame().count))
    }
    #expect(answer({ _ in }) == .done)
    #expect(answer({ $0[4] = 9 }) == .unsupportedVersion)
    #expect(answer({ $0[6] = 77 }) == .unknownKind)
    #expect(answer({ $0[10] = 1 }) == .tooLarge)
    #expect(
      answer({
        $0[8] = 23
        $0[9] = 0
      }) == .malformed)
    #expect(answer({ $0[12] = 1 }) == .malformed)
    // A shorter body than its kind has.
    #expect(
      answer({
        $0[8] -= 1
        $0.removeLast()
      }) == .malformed)
    #expect(answer({ $0[24] = 0 }) == .malformed)
    #expect(answer({ $0[24] = 0xFF }) == .malformed)
    #expect(answer({ $0[24 + 32] = 9 }) == .badSource)
    #expect(answer({ $0[24 + 33] = 9 }) == .badUrgency)
    // The person's text: too long for its room, a line break, not UTF-8.
    let person = 24 + 32 + 12 + 40
    #expect(answer({ $0[person] = 65 }) == .badText)
    #expect(answer({ $0[person + 2] = 0x0A }) == .badText)
    #expect(answer({ $0[person + 2] = 0xFF }) == .badText)
    let stop = DoorRequest.stop(
      DoorStateRequest(
        scope: .desk, source: .person, state: .halted, person: "a", reason: "b"))
    #expect(answer({ $0[24 + 32] = 99 }, stop) == .badSource)
    #expect(answer({ $0[24 + 33] = 99 }, stop) == .badState)
    let flatten = DoorRequest.flatten(
      DoorFlatten(scope: .desk, isOn: true, person: "a", reason: "b"))
    #expect(answer({ $0[24 + 32] = 2 }, flatten) == .malformed)
    #expect(isOpen(door.path))
  }

  @Test func everyBitFlippedIsAnsweredOrRefused() throws {
    var options = DoorOptions()
    options.requestsPerSecond = 100_000
    let door = try OpenDoor(options)
    defer { door.stop() }
    let frame = DoorRequest.signal(signal()).frame(id: 7)
    var random = TestRandom(seed: 3)
    for _ in 0..<200 {
      let rude = RawClient(door.path)
      var bytes = frame
      // Not the length: half a frame is another test's.
      var at = random.below(frame.count)
      if (8..<12).contains(at) { at = 30 }
      bytes[at] ^= UInt8(1 << random.below(8))
      rude.send(bytes)
      #expect(code(in: rude.receive(DoorReply(.done).frame().count)) != nil)
    }
    #expect(isOpen(door.path))
  }

  @Test func halfARequestTimesOut() throws {
    var options = DoorOptions()
    options.requestNanoseconds = 100_000_000
    let door = try OpenDoor(options)
    defer { door.stop() }
    let half = RawClient(door.path)
    half.send(Array(DoorRequest.ping.frame(id: 1).prefix(10)))
    // A byte now and then does not keep it alive.
    let drip = RawClient(door.path)
    let frame = DoorRequest.signal(signal()).frame(id: 1)
    for index in 0..<20 {
      drip.send([frame[index]])
      usleep(10_000)
      if index % 5 == 0 { #expect(isOpen(door.path)) }
    }
    #expect(half.receive().isEmpty && drip.receive().isEmpty, "closed without a word")
    #expect(door.wait { door.counters.withLock { $0.timedOut } == 2 })
    #expect(isOpen(door.path))
  }

  @Test func aRequestInPiecesIsWhole() throws {
    let door = try OpenDoor()
    defer { door.stop() }
    let slow = RawClient(door.path)
    for byte in DoorRequest.signal(signal()).frame(id: 1) {
      slow.send([byte])
      if byte % 16 == 0 { usleep(1_000) }
    }
    #expect(code(in: slow.receive(DoorReply(.done).frame().count)) == .done)
    // Several in one piece are answered one by one, and the last even when the sender is gone.
    let many = RawClient(door.path)
    many.send((0..<5).flatMap { DoorRequest.ping.frame(id: UInt64($0)) })
    _ = shutdown(many.descriptor, Int32(SHUT_WR))
    #expect(many.receive().count == 5 * DoorReply(.done).frame().count)
  }

  @Test func aFloodIsSlowedAndProtectionPasses() throws {
    var options = DoorOptions()
    options.requestsPerSecond = 10
    let door = try OpenDoor(options)
    defer { door.stop() }
    var client = try DoorClient(path: door.path)
    var done = 0
    var limited = 0
    for _ in 0..<40 {
      let reply = try client.send(.ping)
      if reply.code == .done { done += 1 }
      if reply.code == .rateLimited { limited += 1 }
    }
    #expect(done >= 5 && limited >= 20 && done + limited == 40)
    let stop = try client.send(
      .stop(
        DoorStateRequest(
          scope: .desk, source: .person, state: .halted, person: "ada", reason: "flood")))
    #expect(stop.code == .done)
    // Another client is not slowed by this one.
    #expect(isOpen(door.path))
  }

  @Test func whoReadsNoRepliesIsDropped() throws {
    var options = DoorOptions()
    options.requestsPerSecond = 1_000_000
    options.replyNanoseconds = 200_000_000
    let door = try OpenDoor(options)
    defer { door.stop() }
    let deaf = RawClient(door.path)
    let frame = DoorRequest.ping.frame(id: 1)
    let pile = (0..<500).flatMap { _ in frame }
    var isGone = false
    for round in 0..<400 where !isGone {
      isGone = deaf.send(pile, blocking: false) < 0 && errno == EPIPE
      if round % 50 == 0 { #expect(isOpen(door.path)) }
      usleep(5_000)
    }
    #expect(isGone)
    #expect(isOpen(door.path))
    #expect(door.wait { door.counters.withLock { $0.timedOut } >= 1 })
  }

  @Test func placesAreBounded() throws {
    var options = DoorOptions()
    options.clientsMax = 3
    options.idleNanoseconds = 300_000_000
    let door = try OpenDoor(options)
    defer { door.stop() }
    let first = RawClient(door.path)
    let second = RawClient(door.path)
    let third = RawClient(door.path)
    #expect(door.wait { door.counters.withLock { $0.accepted } == 3 })
    let reply = try DoorClient.send(.ping, path: door.path)
    #expect(reply.code == .busy)
    #expect(door.wait { door.counters.withLock { $0.turnedAway } == 1 })
    // Whoever is silent for long makes room.
    usleep(350_000)
    #expect(isOpen(door.path))
    #expect(first.descriptor >= 0 && second.descriptor >= 0 && third.descriptor >= 0)
  }

  @Test func strangersAreTurnedAway() throws {
    // Without its own user among them, everyone this test can be is a stranger.
    var options = DoorOptions()
    options.admitsOwnUser = false
    let door = try OpenDoor(options)
    defer { door.stop() }
    let reply = try DoorClient.send(.ping, path: door.path)
    #expect(reply.code == .notAllowed)
    #expect(door.commands.withLock { $0.isEmpty })
    #expect(door.wait { door.counters.withLock { $0.strangers } == 1 })
    options.users = [UInt32(geteuid())]
    let open = try OpenDoor(options)
    defer { open.stop() }
    #expect(isOpen(open.path))
  }
}
