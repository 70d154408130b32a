// Every kind of request through the real socket: answered, acted on, on record with its bytes.

import Core
import Door
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import State
import Testing

@Suite struct DoorServiceTests {
  /// A desk, its door open, and one client.
  private func withDoor(
    limitCapacity: Int = 16, alarms: [String] = [],
    _ body: (TestDesk, (DoorRequest) throws -> DoorReply) throws -> Void
  ) throws {
    let desk = try TestDesk(limitCapacity: limitCapacity)
    let path = desk.folder + "/door"
    let service = DoorService(
      desk.controls, targetLotsMaximum: [1_000, 1_000, 0], path: path, log: Logger(label: "test"))
    try service.start(remembering: JournalMemory(), alarms: alarms)
    defer { service.stop() }
    try body(desk) { try DoorClient.send($0, path: path, milliseconds: 5_000) }
  }

  private func requests(_ desk: TestDesk) throws -> [RequestRecord] {
    try desk.records().filter { $0.kind == .request }
      .map { try #require(RequestRecord(payload: $0.payload)) }
  }

  private func holds(_ desk: TestDesk, _ id: InstrumentID, _ slot: SignalSlot) -> Bool {
    desk.state.signal(of: id, in: slot).map { $0.source != SignalSource.none } ?? false
  }

  private func state(_ state: TradingState, _ source: StopSource = .person) -> DoorStateRequest {
    DoorStateRequest(scope: .desk, source: source, state: state, person: "ada", reason: "a test")
  }

  private func signal(
    _ name: String = "BTC-USDT", _ source: SignalSource = .manual, target: Int64 = 5
  ) throws -> DoorSignal {
    DoorSignal(
      instrument: try #require(Symbol(name)), source: source, target: target,
      timeToLiveMilliseconds: 20_000, maximumDriftBasisPoints: 50, confidencePermille: 700,
      person: "ada")
  }

  @Test func helloSaysWhichStartAndPingLeavesNoTrace() throws {
    try withDoor { (desk, ask) throws in
      #expect(try ask(.hello).first == Int64(TestDesk.start))
      #expect(try ask(.ping).isDone)
      #expect(try requests(desk).map(\.kind) == [1])
    }
  }

  @Test func aSignalIsOnRecordAndThenInItsSlot() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT")
      desk.show(id, position: 0, midHalfTicks: 123_457)
      let signal = try signal()
      #expect(try ask(.signal(signal)).isDone)
      let lease = try #require(desk.state.signal(of: id, in: .manual))
      #expect(lease.target.lots == 5 && lease.referenceHalfTicks == 123_457 && lease.request == 1)
      let records = try desk.records()
      let kinds = records.compactMap(\.kind).filter { $0 == .signal || $0 == .request }
      #expect(kinds == [.signal, .request], "the lease is on record before the answer")
      let recorded = try #require(records.first { $0.kind == .signal })
      #expect(SignalLease(payload: recorded.payload)?.request == 1)
      let request = try #require(records.first { $0.kind == .request })
      let row = try #require(RequestRecord(payload: request.payload))
      #expect(row.number == 1 && row.answer == DoorCode.done.rawValue && row.instrument == id)
      #expect(row.user == geteuid() && row.process == getpid())
      let frame = Array(request.payload.dropFirst(MemoryLayout<RequestRecord>.size))
      #expect(frame == DoorRequest.signal(signal).frame(id: 1), "the request's own bytes")
      #expect(desk.wakes.count > 0)
    }
  }

  @Test func agentsAndPeopleHaveSlotsOfTheirOwn() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT")
      #expect(try ask(.signal(signal("BTC-USDT", .agent, target: -7))).isDone)
      #expect(desk.state.signal(of: id, in: .agent)?.target.lots == -7)
      #expect(!holds(desk, id, .manual))
      let withdrawal = DoorWithdrawal(
        instrument: desk.table[id].symbol, source: .agent, person: "ada")
      #expect(try ask(.withdraw(withdrawal)).isDone)
      #expect(!holds(desk, id, .agent))
    }
  }

  @Test func whatIsOnlyWatchedTakesNoSignal() throws {
    try withDoor { (desk, ask) throws in
      let reply = try ask(.signal(signal("SHOWN-USDT", target: 0)))
      #expect(reply.code == .notTradable)
      #expect(try !desk.records().contains { $0.kind == .signal })
    }
  }

  @Test func theScriptKeepsOffWhatOthersSignal() throws {
    try withDoor { (_, ask) throws in
      let alone = try ask(.signal(signal("BTC-USDT", .scripted)))
      #expect(alone.isDone)
      #expect(try ask(.signal(signal("BTC-USDT", .manual))).isDone)
      #expect(try ask(.signal(signal("BTC-USDT", .scripted))).code == .refused)
      #expect(try ask(.signal(signal("ETH-USDT", .scripted))).isDone)
    }
  }

  @Test func stopsTightenAndRearmsLoosen() throws {
    try withDoor { (desk, ask) throws in
      #expect(try ask(.stop(state(.cancelOnly))).isDone)
      #expect(desk.board.requested(by: .person, for: .none) == .cancelOnly)
      let looser = try ask(.stop(state(.reduceOnly)))
      #expect(looser.code == .needsRearm)
      #expect(desk.board.requested(by: .person, for: .none) == .cancelOnly)
      #expect(try ask(.rearm(state(.active))).isDone)
      #expect(desk.board.requested(by: .person, for: .none) == .active)
      #expect(
        try requests(desk).map(\.answer) == [
          DoorCode.done.rawValue, DoorCode.needsRearm.rawValue, DoorCode.done.rawValue,
        ])
      #expect(try desk.states().map(\.record.request) == [1, 3])
    }
  }

  @Test func aHaltBySignalIsNotLoosenedByAStop() throws {
    try withDoor { (desk, ask) throws in
      // What SIGUSR1's handler does.
      desk.board.request(.halted, by: .person, for: .none)
      #expect(try ask(.stop(state(.cancelOnly))).code == .needsRearm)
      #expect(desk.board.requested(by: .person, for: .none) == .halted)
    }
  }

  @Test func cancelAndFlatten() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("ETH-USDT")
      let scope = DoorScope.instrument(desk.table[id].symbol)
      #expect(try ask(.cancel(DoorCancel(scope: scope, person: "ada", reason: "out"))).isDone)
      #expect(desk.board.cancelRequests(for: id) == 1)
      #expect(desk.board.cancelRequests(for: .none) == 0)
      for isOn in [true, false] {
        let flatten = DoorFlatten(scope: scope, isOn: isOn, person: "ada", reason: "out")
        #expect(try ask(.flatten(flatten)).isDone)
        #expect(desk.board.isFlatteningAsked(for: id) == isOn)
      }
      #expect(desk.board.requested(by: .person, for: id) == .reduceOnly)
      #expect(try requests(desk).map(\.kind) == [7, 8, 8])
    }
  }

  @Test func limitsReachTheGate() throws {
    try withDoor { (desk, ask) throws in
      var limits = DoorLimits(
        scope: .instrument(desk.table[try desk.id("ETH-USDT")].symbol), person: "ada",
        reason: "less")
      limits.asked.orderLotsMaximum = 3
      limits.asked.collarBasisPoints = 9
      #expect(try ask(.limits(limits)).isDone)
      let change = try #require(desk.nextLimitChange())
      let ether = try desk.id("ETH-USDT")
      #expect(change.instrument == ether)
      let told = change.limits
      #expect(told.orderLotsMaximum == 3 && told.collarBasisPoints == 9 && told.isAllowed)
      #expect(told.positionLotsMaximum == 0 && desk.nextLimitChange() == nil)
    }
  }

  @Test func limitsOfTheDeskAreEveryInstrumentsAndAFullRingSaysSo() throws {
    try withDoor(limitCapacity: 4) { (desk, ask) throws in
      var limits = DoorLimits(scope: .desk, person: "ada", reason: "less")
      limits.asked.isAllowed = false
      #expect(try ask(.limits(limits)).isDone)
      #expect(try ask(.limits(limits)).code == .busy)
      var told: [UInt16] = []
      while let change = desk.nextLimitChange() {
        #expect(!change.limits.isAllowed)
        told.append(change.instrument.index)
      }
      #expect(told.prefix(3) == [0, 1, 2])
      #expect(
        try requests(desk).map(\.answer) == [DoorCode.done.rawValue, DoorCode.busy.rawValue])
    }
  }

  @Test func alarmsHoldBeforeTheFirstRequestIsTaken() throws {
    try withDoor(alarms: ["the rings are somebody else's"]) { (desk, ask) throws in
      #expect(desk.board.requested(by: .person, for: .none) == .cancelOnly)
      #expect(try ask(.rearm(state(.active))).isDone)
      #expect(desk.board.inForce(for: .none) == .active)
    }
  }
}
