// The Door's answers say what will happen: refused with the reason, or taken with what it waits for.

import Core
import Door
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import State
import Testing

@Suite struct DoorAnswerTests {
  private func withDoor(
    _ made: @autoclosure () throws -> TestDesk = try TestDesk(limitCapacity: 16),
    _ body: (TestDesk, (DoorRequest) throws -> DoorReply) throws -> Void
  ) throws {
    let desk = try made()
    let path = desk.folder + "/door"
    let service = DoorService(
      desk.controls, targetLotsMaximum: [1_000, 1_000, 0], path: path, log: Logger(label: "test"))
    try service.start(remembering: JournalMemory(), alarms: [])
    defer { service.stop() }
    try body(desk) { try DoorClient.send($0, path: path, milliseconds: 5_000) }
  }

  private func signal(_ target: Int64) throws -> DoorRequest {
    .signal(
      DoorSignal(
        instrument: try #require(Symbol("BTC-USDT")), source: .manual, target: target,
        timeToLiveMilliseconds: 20_000, person: "ada"))
  }

  private func stop(_ state: TradingState, person: String = "ada") -> DoorRequest {
    .stop(
      DoorStateRequest(
        scope: .desk, source: .person, state: state, person: person, reason: "a test"))
  }

  private func flatten(_ scope: DoorScope = .desk, on: Bool = true) -> DoorRequest {
    .flatten(DoorFlatten(scope: scope, isOn: on, person: "ada", reason: "out"))
  }

  private func coin(_ desk: TestDesk) throws -> (InstrumentID, DoorScope) {
    let id = try desk.id("BTC-USDT")
    return (id, .instrument(desk.table[id].symbol))
  }

  @Test func aSignalThatNothingWouldComeOfIsRefused() throws {
    try withDoor { (desk, ask) throws in
      let (id, _) = try coin(desk)
      desk.show(id, position: 0)
      desk.board.request(.cancelOnly, by: .startup, for: .none)
      #expect(try ask(signal(5)).code == .notStarted)
      desk.board.request(.active, by: .startup, for: .none)
      for source in [StopSource.breaker, .durability, .supervisor] {
        desk.board.request(.cancelOnly, by: source, for: id)
        let held = try ask(signal(5))
        #expect(
          held.code == .stopped && held.detail.contains("held by: \(source) cancelOnly since "))
        desk.board.request(.active, by: source, for: id)
      }
      #expect(try ask(stop(.cancelOnly)).isDone)
      let held = try ask(signal(5))
      #expect(held.code == .stopped)
      #expect(held.detail.hasPrefix("held by: person cancelOnly of the desk since "))
      #expect(held.detail.hasSuffix(" UTC"))
      #expect(desk.state.signal(of: id, in: .manual)?.isPresent != true, "and it is in no slot")
    }
  }

  @Test func underReduceOnlyATargetMayOnlyShrinkThePosition() throws {
    try withDoor { (desk, ask) throws in
      let (id, _) = try coin(desk)
      #expect(try ask(stop(.reduceOnly)).isDone)
      for (position, target, isTaken) in [
        (0, 5, false), (10, 20, false), (10, 10, false), (10, 4, true), (10, -4, true),
        (-10, -20, false), (-10, -3, true),
      ] as [(Int64, Int64, Bool)] {
        desk.show(id, position: position)
        let reply = try ask(signal(target))
        #expect(reply.isDone == isTaken, "\(position) to \(target)")
        #expect(reply.detail.contains("held by: person reduceOnly of the desk"))
      }
    }
  }

  /// The strategy is muted with it: only a flatten goes out.
  @Test func withTheDiskFullNotEvenAShrinkingTargetIsTaken() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 10)
      desk.board.request(.reduceOnly, by: .durability, for: .none)
      let held = try ask(signal(4))
      #expect(held.code == .stopped)
      let first = "the strategy is muted, `flatten` goes out; held by: durability reduceOnly"
      #expect(held.detail.hasPrefix(first))
      #expect(desk.state.signal(of: id, in: .manual)?.isPresent != true, "and it is in no slot")
      #expect(try ask(flatten(scope)).isDone)
    }
  }

  @Test func whatASignalWaitsForIsNamed() throws {
    try withDoor { (desk, ask) throws in
      let (id, _) = try coin(desk)
      let early = try ask(signal(5))
      #expect(early.isDone && early.detail == "published; waits for: a valid book of BTC-USDT")
      desk.show(id, position: 0)
      let free = try ask(signal(6))
      #expect(free.isDone && free.detail == "published" && free.first == 6)
    }
  }

  @Test func aTargetBeyondATightenedLimitIsCut() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 0)
      var limits = DoorLimits(scope: scope, person: "ada", reason: "less")
      limits.asked.positionLotsMaximum = 50
      limits.asked.orderLotsMaximum = 500
      let told = try ask(.limits(limits))
      #expect(told.isDone && told.detail == "order_lots 100 stays, position_lots 1000 → 50")
      for (asked, cut) in [(80, 50), (-80, -50), (50, 50)] as [(Int64, Int64)] {
        let reply = try ask(signal(asked))
        #expect(reply.isDone && reply.first == cut)
        #expect(reply.detail.contains("target \(cut) lots") == (asked != cut))
        #expect(desk.state.signal(of: id, in: .manual)?.target.lots == cut)
      }
      // Looser in every figure: nothing would change.
      limits.asked.positionLotsMaximum = 60
      let looser = try ask(.limits(limits))
      #expect(looser.code == .refused && looser.detail.contains("position_lots 50 holds"))
      limits.asked.isAllowed = false
      #expect(try ask(.limits(limits)).detail.hasPrefix("taken off the allow-list"))
      #expect(try ask(signal(5)).code == .beyondLimit)
    }
  }

  @Test func aFlattenNamesWhoHoldsIt() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 7)
      #expect(try ask(stop(.halted)).isDone)
      let free = try ask(flatten(scope))
      #expect(free.isDone && free.detail == "until flat, then halted")
      desk.board.request(.halted, by: .breaker, for: .none)
      let held = try ask(flatten(scope))
      #expect(held.isDone && held.detail.contains("held by: breaker halted of the desk since "))
      #expect(!held.detail.contains("person"), "a person's own stop holds no flatten of a person's")
      #expect(try ask(signal(3)).code == .stopped)
      desk.board.request(.active, by: .breaker, for: .none)
      desk.show(id, position: 0)
      #expect(try ask(flatten(scope)).detail.hasPrefix("flat already"))
    }
  }

  @Test(arguments: [StopSource.startup, .reconcile])
  func aFlattenBeforeTheExchangeWasHeardIsNotFlatAlready(_ source: StopSource) throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.board.request(.cancelOnly, by: source, for: .none)
      desk.show(id, position: 0)
      for asked in [scope, .desk] {
        let reply = try ask(flatten(asked))
        #expect(reply.isDone && reply.detail.hasPrefix("until flat, then reduceOnly; "))
        #expect(reply.detail.contains("waits for: the exchange's word on what is held"))
      }
      #expect(desk.board.isFlattening(id))
    }
  }

  @Test func whatStaysBelowTheSmallestOrderIsNamed() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 500, isBelowMinimum: true)
      let reply = try ask(flatten(scope))
      #expect(reply.isDone)
      #expect(
        reply.detail
          == "flat already but for 500 lots of BTC-USDT, below the smallest order; reduceOnly holds"
      )
    }
  }

  /// The Sender lets nothing but the exchange's own reduce-only flag through that hold, and spot has none.
  @Test func aFlattenOfSpotNamesTheReconcileHold() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 7)
      desk.board.request(.cancelOnly, by: .reconcile, for: .none)
      for asked in [scope, .desk] {
        let reply = try ask(flatten(asked))
        #expect(reply.isDone)
        #expect(reply.detail.contains("held by: reconcile cancelOnly of the desk since "))
      }
    }
    let spot = TestDesk.table()
    var table = (0..<spot.count).map { spot[InstrumentID(index: UInt16($0))] }
    table[0].type = .swap
    table[0].contract = .linear
    let swaps = InstrumentTable(table, currencies: ["USDT", "BTC"].compactMap { Symbol($0) })
    try withDoor(TestDesk(table: swaps)) { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 7)
      desk.board.request(.cancelOnly, by: .reconcile, for: .none)
      #expect(try ask(flatten(scope)).detail == "until flat, then reduceOnly", "it passes")
    }
  }

  @Test func aStopSaysThatOrdersRestOnALineThatIsDown() throws {
    try withDoor(TestDesk(privateConnection: 0)) { (desk, ask) throws in
      let (id, _) = try coin(desk)
      desk.show(id, position: 0)
      desk.working.note(own: 2, others: 0, of: id)
      let waits = "; waits for: the private session"
      #expect(try ask(stop(.reduceOnly)).detail == "reduceOnly", "it cancels nothing")
      #expect(try ask(stop(.cancelOnly)).detail == "cancelOnly; orders at work: 2" + waits)
      desk.working.note(own: 0, others: 0, of: id)
      #expect(try ask(stop(.halted)).detail == "halted" + waits)
    }
  }

  /// As the Sender counts them: orders that an earlier start left, and other people's, are in no picture of the Builder's.
  @Test func aCancelCountsWhatTheSenderHolds() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      desk.show(id, position: 0, working: 0)
      desk.working.note(own: 2, others: 1, of: id)
      desk.working.note(own: 3, others: 0, of: try desk.id("ETH-USDT"))
      func cancel(_ scope: DoorScope) throws -> String {
        try ask(.cancel(DoorCancel(scope: scope, person: "ada", reason: "out"))).detail
      }
      #expect(
        try cancel(scope) == "cancels are on their way: 2; other people's orders: 1")
      #expect(
        try cancel(.desk) == "cancels are on their way: 5; other people's orders: 1")
      desk.working.note(own: 0, others: 0, of: id)
      #expect(try cancel(scope) == "no order is known to work; cancels are on their way")
    }
  }

  @Test func aLaterStopTakesTheFlattenBack() throws {
    try withDoor { (desk, ask) throws in
      let (id, scope) = try coin(desk)
      let other = try desk.id("ETH-USDT")
      desk.show(id, position: 7)
      desk.show(other, position: 7)
      #expect(try ask(flatten(scope)).isDone)
      let stopped = try ask(stop(.cancelOnly))
      #expect(stopped.isDone && stopped.detail == "cancelOnly; the flatten is taken back")
      #expect(!desk.board.isFlattening(id) && desk.board.inForce(for: .none) == .cancelOnly)
      // Of the desk, and then one instrument is stopped: the others go on.
      #expect(try ask(flatten()).isDone)
      let one = DoorStateRequest(
        scope: scope, source: .person, state: .halted, person: "ada", reason: "not this one")
      #expect(try ask(.stop(one)).isDone)
      #expect(!desk.board.isFlattening(id) && desk.board.isFlattening(other))
      #expect(desk.board.inForce(for: id) == .halted)
      // What a restart makes of it.
      _ = try desk.records()
      let memory = try JournalMemory(folder: desk.folder + "/journal")
      #expect(!memory.flattening.contains(nil))
      // A looser stop takes it back all the same.
      #expect(try ask(stop(.halted)).isDone)
      #expect(try ask(flatten()).isDone)
      #expect(try ask(stop(.cancelOnly)).isDone)
      #expect(!desk.board.isFlattening(other) && desk.board.inForce(for: .none) == .halted)
    }
  }

  @Test func aProtectiveRequestNeedsNoName() throws {
    try withDoor { (desk, ask) throws in
      #expect(try ask(stop(.reduceOnly, person: "")).isDone)
      let (record, text) = try #require(try desk.states().last)
      #expect(record.source == .person && text == "uid:\(geteuid()): a test")
      let nobody = DoorCancel(scope: .desk, person: "", reason: "out")
      #expect(try ask(.cancel(nobody)).isDone)
      #expect(
        try ask(.flatten(DoorFlatten(scope: .desk, isOn: true, person: "", reason: "out"))).isDone)
      #expect(
        try ask(
          .rearm(
            DoorStateRequest(
              scope: .desk, source: .person, state: .active, person: "", reason: "again"))
        ).code == .missingPerson, "what loosens names its person")
    }
  }
}
