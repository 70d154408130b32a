// Requests as bytes, and the rules each field meets.

import Door
import Quantities
import Testing

private let requests: [DoorRequest] = [
  .hello, .ping, .signal(signal()),
  .withdraw(DoorWithdrawal(instrument: bitcoin, source: .agent, person: "desk")),
  .stop(
    DoorStateRequest(
      scope: .desk, source: .person, state: .halted, person: "ada", reason: "volatility")),
  .rearm(
    DoorStateRequest(
      scope: .instrument(bitcoin), source: .supervisor, state: .active, person: "bob",
      reason: "checked: größer")),
  .cancel(DoorCancel(scope: .desk, person: "ada", reason: "end of day")),
  .flatten(
    DoorFlatten(scope: .instrument(bitcoin), isOn: true, person: "ada", reason: "news")),
  .limits(
    {
      var limits = DoorLimits(scope: .instrument(bitcoin), person: "ada", reason: "thin book")
      limits.asked.orderLotsMaximum = 3
      limits.asked.isAllowed = false
      limits.asked.orderNotionalMaximum = Amount(units: 12_345, decimals: 2)
      return limits
    }()),
]

private func code(_ request: DoorRequest) -> DoorCode? {
  do throws(DoorCode) {
    _ = try doorRules().command(for: request)
    return nil
  } catch { return error }
}

@Suite struct DoorRequestTests {
  @Test func everyRequestArrivesAsItWasSent() throws {
    let door = try OpenDoor()
    defer { door.stop() }
    var client = try DoorClient(path: door.path)
    for request in requests {
      let reply = try client.send(request)
      #expect(reply.code == .done && reply.first == 42 && reply.fourth == .min)
      #expect(reply.detail == "heard \(request.frame(id: 0).count)")
      #expect(request.frame(id: 0).count <= DoorLayout.frameBytesMax)
    }
    let heard = door.commands.withLock { $0 }
    let expected = try requests.map { try doorRules().command(for: $0) }
    #expect(heard == expected)
    let peer = door.peers.withLock { $0[0] }
    #expect(peer.process > 0)
  }

  @Test func fieldsMeetTheirRules() {
    #expect(code(.signal(signal())) == nil)
    #expect(code(.signal(signal { $0.target = 1_000 })) == nil)
    #expect(code(.signal(signal { $0.target = 1_001 })) == .targetRange)
    #expect(code(.signal(signal { $0.target = -1_000 })) == nil)
    #expect(code(.signal(signal { $0.target = -1_001 })) == .targetRange)
    #expect(code(.signal(signal { $0.target = .min })) == .targetRange)
    #expect(code(.signal(signal { $0.timeToLiveMilliseconds = 1_000 })) == nil)
    #expect(code(.signal(signal { $0.timeToLiveMilliseconds = 999 })) == .timeToLiveRange)
    #expect(code(.signal(signal { $0.timeToLiveMilliseconds = 86_400_000 })) == nil)
    #expect(code(.signal(signal { $0.timeToLiveMilliseconds = 86_400_001 })) == .timeToLiveRange)
    #expect(code(.signal(signal { $0.maximumDriftBasisPoints = 10_000 })) == nil)
    #expect(code(.signal(signal { $0.maximumDriftBasisPoints = 10_001 })) == .driftRange)
    #expect(code(.signal(signal { $0.confidencePermille = 1_000 })) == nil)
    #expect(code(.signal(signal { $0.confidencePermille = 1_001 })) == .confidenceRange)
    #expect(code(.signal(signal { $0.referenceHalfTicks = -1 })) == .referenceRange)
    #expect(code(.signal(signal { $0.source = .none })) == .badSource)
    #expect(code(.signal(signal { $0.person = "" })) == .missingPerson)
    #expect(code(.signal(signal { $0.instrument = Symbol("ETH-USDT")! })) == .unknownInstrument)
    let closed = DoorRules(instruments: doorTable(), targetLotsMaximum: [0, 0])
    #expect(throws: DoorCode.targetRange) {
      _ = try closed.command(for: .signal(signal { $0.target = 0 }))
    }
  }

  @Test func stopsNeedTheirNames() {
    func state(_ source: StopSource, _ person: String, _ reason: String) -> DoorRequest {
      .rearm(
        DoorStateRequest(
          scope: .desk, source: source, state: .active, person: person, reason: reason))
    }
    #expect(code(state(.person, "ada", "checked")) == nil)
    #expect(code(state(.person, "", "checked")) == .missingPerson)
    #expect(code(state(.person, "ada", "")) == .missingReason)
    for source in [StopSource.breaker, .durability, .startup] {
      #expect(code(state(source, "ada", "checked")) == .badSource)
    }
    #expect(code(.cancel(DoorCancel(scope: .desk, person: "", reason: "x"))) == .missingPerson)
    #expect(
      code(.cancel(DoorCancel(scope: .instrument(Symbol("X")!), person: "a", reason: "x")))
        == .unknownInstrument)
    var limits = DoorLimits(scope: .desk, person: "ada", reason: "x")
    #expect(code(.limits(limits)) == .nothingAsked)
    limits.asked.collarBasisPoints = -1
    #expect(code(.limits(limits)) == .limitRange)
    limits.asked.collarBasisPoints = 1
    #expect(code(.limits(limits)) == nil)
  }

  /// The layout is an interface: flag, decimals, then seven figures of eight bytes in this order.
  @Test func theFiguresOfALimitsRequestLieInTheirPlaces() {
    var limits = DoorLimits(scope: .desk, person: "ada", reason: "x")
    limits.asked.isAllowed = false
    for (place, limit) in InstrumentLimit.doorOrder.enumerated() {
      limits.asked[limit] = Int64(place) + 1
    }
    limits.asked.orderNotionalMaximum.decimals = 9
    let frame = DoorRequest.limits(limits).frame(id: 7)
    let body = frame.dropFirst(DoorLayout.headerBytes + Symbol.bytesMax)
    #expect(Array(body.prefix(2)) == [1, 9])
    for place in 0..<7 {
      let figure = body.dropFirst(2 + place * 8).prefix(8)
      #expect(Array(figure) == [UInt8(place) + 1, 0, 0, 0, 0, 0, 0, 0])
    }
    #expect(
      limits.asked.orderLotsMaximum == 1 && limits.asked.positionLotsMaximum == 2
        && limits.asked.openOrdersMaximum == 3 && limits.asked.collarBasisPoints == 4
        && limits.asked.ordersPerWindow == 5 && limits.asked.referenceAgeMaximumNanoseconds == 6
        && limits.asked.orderNotionalMaximum.units == 7)
  }

  /// A client of a build before units were said is understood; half of them is no request.
  @Test func unitsMayBeLeftOutAsAWhole() throws {
    var said = signal()
    said.units = DoorUnits(
      lot: Increment(mantissa: 1, decimals: 3), tick: Increment(mantissa: 5, decimals: 1),
      contractValue: Increment(mantissa: 1, decimals: 2))
    let door = try OpenDoor()
    defer { door.stop() }
    #expect(try DoorClient.send(.signal(said), path: door.path).isDone)
    let whole = DoorRequest.signal(said).frame(id: 9)
    for (count, code) in [(27, DoorCode.done), (9, .malformed), (28, .malformed)] {
      var frame = Array(whole.dropLast(count))
      frame[8] = UInt8(truncatingIfNeeded: frame.count)
      frame[9] = UInt8(truncatingIfNeeded: frame.count >> 8)
      let client = RawClient(door.path)
      client.send(frame)
      #expect(DoorTests.code(in: client.receive(26)) == code)
    }
    let heard = door.commands.withLock { $0 }
    guard heard.count == 2, case .signal(let first, _) = heard[0],
      case .signal(let second, _) = heard[1]
    else {
      Issue.record("two signals")
      return
    }
    #expect(first == said && second.units == DoorUnits())
    #expect(second.target == said.target && second.person == said.person)
  }

  @Test func unitsAreNumbersThatCanBeCountedIn() {
    for bad in [
      Increment(mantissa: -1, decimals: 0), Increment(mantissa: 1, decimals: 37),
      Increment(mantissa: 0, decimals: 1),
    ] {
      #expect(code(.signal(signal { $0.units.lot = bad })) == .badUnits)
      #expect(code(.signal(signal { $0.units.contractValue = bad })) == .badUnits)
    }
    // The ceiling of 1,000 lots of 0.001 is a size.
    let cent = Increment(mantissa: 1, decimals: 2)
    #expect(code(.signal(signal { ($0.units.lot, $0.target) = (cent, 100) })) == nil)
    #expect(code(.signal(signal { ($0.units.lot, $0.target) = (cent, 101) })) == .targetRange)
    let huge = Increment(mantissa: 1_000, decimals: 0)
    #expect(code(.signal(signal { ($0.units.lot, $0.target) = (huge, 0) })) == nil)
  }

  @Test func theLeaseOfASignal() throws {
    let command = try doorRules().command(for: .signal(signal()))
    let now = BootInstant(nanoseconds: 5_000)
    let lease = try #require(command.lease(issuedAt: now, midHalfTicks: 777, request: 12))
    #expect(lease.target.lots == 5 && lease.source == .manual && lease.request == 12)
    #expect(lease.expiresAt.nanoseconds == 5_000 + 20_000_000_000)
    #expect(lease.referenceHalfTicks == 777 && lease.maximumDriftBasisPoints == 50)
    #expect(lease.instrument == InstrumentID(index: 0) && lease.isPresent)
    let own = try doorRules().command(for: .signal(signal { $0.referenceHalfTicks = 9 }))
    #expect(own.lease(issuedAt: now, midHalfTicks: 777, request: 1)?.referenceHalfTicks == 9)
    #expect(DoorCommand.ping.lease(issuedAt: now, midHalfTicks: 0, request: 0) == nil)
  }

  @Test func codesAreDistinctAndExplained() {
    #expect(Set(DoorCode.allCases.map(\.meaning)).count == DoorCode.allCases.count)
    #expect(DoorCode.allCases.allSatisfy { $0.meaning.utf8.count <= DoorLayout.detailBytesMax })
  }
}
