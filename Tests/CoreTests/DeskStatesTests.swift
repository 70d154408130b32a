// Who asks for which trading state: restored, tightened, kept on record, and a flatten until it is flat.

import Core
import Door
import Journal
import Logging
import Pipeline
import Quantities
import State
import Testing

@Suite struct DeskStatesTests {
  let desk: TestDesk
  let states: DeskStates
  let coin: InstrumentID

  init() throws {
    desk = try TestDesk()
    states = DeskStates(desk.controls, log: Logger(label: "test"))
    coin = try desk.id("BTC-USDT")
  }

  private func ask(
    _ state: TradingState, _ source: StopSource = .person, of id: InstrumentID = .none
  ) -> DoorStateRequest {
    DoorStateRequest(
      scope: id.isNone ? .desk : .instrument(desk.table[id].symbol), source: source, state: state,
      person: "ada", reason: "a test")
  }

  @Test func aStopActsAndIsOnRecordWithWhoAndWhy() throws {
    #expect(states.tighten(ask(.cancelOnly), .none, request: 7))
    #expect(desk.board.requested(by: .person, for: .none) == .cancelOnly)
    let (record, text) = try #require(try desk.states().last)
    #expect(record.instrument.isNone && record.source == .person)
    #expect(record.before == .active && record.inForce == .cancelOnly && !record.isRearm)
    #expect(record.request == 7 && text == "ada: a test")
  }

  @Test func onlyARearmLoosens() throws {
    #expect(states.tighten(ask(.halted, of: coin), coin, request: 1))
    #expect(!states.tighten(ask(.reduceOnly, of: coin), coin, request: 2))
    #expect(desk.board.requested(by: .person, for: coin) == .halted)
    #expect(try desk.states().count == 1, "what was refused changed nothing")
    // Another source's request is its own, and the stricter one holds.
    #expect(states.tighten(ask(.reduceOnly, .breaker, of: coin), coin, request: 3))
    states.rearm(ask(.active, of: coin), coin, request: 4)
    #expect(desk.board.requested(by: .person, for: coin) == .active)
    let last = try #require(try desk.states().last).record
    #expect(last.isRearm && last.before == .halted && last.inForce == .reduceOnly)
  }

  @Test func whatEarlierStartsAskedHoldsAgain() throws {
    _ = states.tighten(ask(.cancelOnly), .none, request: 1)
    _ = states.tighten(ask(.halted, .breaker, of: coin), coin, request: 2)
    _ = states.tighten(ask(.cancelOnly, .supervisor), .none, request: 3)
    states.setFlattening(
      DoorFlatten(
        scope: .instrument(desk.table[try desk.id("ETH-USDT")].symbol), isOn: true,
        person: "ada", reason: "out"), try desk.id("ETH-USDT"), request: 4)
    // The instruments' names go on record at each start.
    states.restore(JournalMemory(), alarms: [])
    _ = try desk.records()
    let memory = try JournalMemory(folder: desk.folder + "/journal")

    // The next start has its instruments in another order.
    let order = ["ETH-USDT", "SHOWN-USDT", "BTC-USDT"]
    let old = desk.table
    let turned = InstrumentTable(
      order.compactMap { Symbol($0) }.compactMap { old.find($0) }.map { old[$0] },
      currencies: ["USDT", "BTC"].compactMap { Symbol($0) })
    let next = try TestDesk(table: turned)
    DeskStates(next.controls, log: Logger(label: "test")).restore(memory, alarms: [])
    #expect(next.board.requested(by: .person, for: .none) == .cancelOnly)
    #expect(next.board.requested(by: .supervisor, for: .none) == .active, "it was a process's")
    #expect(next.board.requested(by: .breaker, for: try next.id("BTC-USDT")) == .halted)
    #expect(next.board.requested(by: .breaker, for: try next.id("SHOWN-USDT")) == .active)
    #expect(next.board.isFlatteningAsked(for: try next.id("ETH-USDT")))
    #expect(next.board.requested(by: .person, for: try next.id("ETH-USDT")) == .reduceOnly)
    #expect(!next.board.isFlatteningAsked(for: try next.id("BTC-USDT")))
    let texts = try next.states().map(\.text)
    #expect(!texts.isEmpty && texts.allSatisfy { $0 == "of an earlier start" })
    #expect(try next.records().filter { $0.kind == .instrument }.count == 3)
  }

  @Test func anAlarmHoldsTheDeskUntilARearmAcrossStarts() throws {
    states.restore(JournalMemory(), alarms: ["the rings are somebody else's"])
    #expect(desk.board.requested(by: .person, for: .none) == .cancelOnly)
    let (record, text) = try #require(try desk.states().last)
    #expect(record.source == .person && record.requested == .cancelOnly)
    #expect(text == "the rings are somebody else's")
    let memory = try JournalMemory(folder: desk.folder + "/journal")
    #expect(memory.stops[nil]?[.person] == .cancelOnly)
    states.rearm(ask(.active), .none, request: 1)
    _ = try desk.records()
    let after = try JournalMemory(folder: desk.folder + "/journal")
    #expect(after.stops[nil]?[.person] == .active)
  }

  @Test func whatEarlierStartsAskedUndoesNoHalt() throws {
    _ = states.tighten(ask(.reduceOnly), .none, request: 1)
    _ = try desk.records()
    let memory = try JournalMemory(folder: desk.folder + "/journal")
    let next = try TestDesk()
    // SIGUSR1 may come before the Door is open.
    next.board.request(.halted, by: .person, for: .none)
    DeskStates(next.controls, log: Logger(label: "test")).restore(memory, alarms: [])
    #expect(next.board.requested(by: .person, for: .none) == .halted)
  }

  @Test func anAlarmLoosensNothing() throws {
    #expect(states.tighten(ask(.halted), .none, request: 1))
    states.restore(JournalMemory(), alarms: ["an alarm"])
    #expect(desk.board.requested(by: .person, for: .none) == .halted)
  }

  @Test func aFlattenHoldsReduceOnlyAndEndsWhenFlat() throws {
    let request = DoorFlatten(
      scope: .instrument(desk.table[coin].symbol), isOn: true, person: "ada", reason: "out")
    states.setFlattening(request, coin, request: 1)
    #expect(desk.board.isFlattening(coin))
    #expect(desk.board.requested(by: .person, for: coin) == .reduceOnly)
    states.refresh()
    #expect(desk.board.isFlattening(coin), "nothing is known of the position yet")
    for (position, working) in [(5, 0), (0, 1), (-2, 0)] as [(Int64, UInt16)] {
      desk.show(coin, position: position, working: working)
      states.refresh()
      #expect(desk.board.isFlattening(coin))
      #expect(try desk.shown(coin).isFlattening)
    }
    desk.show(coin, position: 0)
    states.refresh()
    #expect(!desk.board.isFlattening(coin))
    #expect(try !desk.shown(coin).isFlattening)
    #expect(desk.board.requested(by: .person, for: coin) == .reduceOnly, "a rearm lifts that")
    let last = try #require(try desk.states().last)
    #expect(last.text == "flat" && !last.record.isFlattening)
  }

  /// What the Builder shows before the exchange or the journal was heard is 0, and no word.
  @Test(arguments: [StopSource.startup, .reconcile])
  func aFlattenOfAnEarlierStartEndsByNoPictureOfBeforeTheExchangeWasHeard(_ source: StopSource)
    throws
  {
    states.setFlattening(
      DoorFlatten(
        scope: .instrument(desk.table[coin].symbol), isOn: true, person: "ada", reason: "out"),
      coin, request: 1)
    // The instruments' names go on record at each start.
    states.restore(JournalMemory(), alarms: [])
    _ = try desk.records()
    let memory = try JournalMemory(folder: desk.folder + "/journal")
    let next = try TestDesk()
    next.board.request(.cancelOnly, by: source, for: .none)
    let after = DeskStates(next.controls, log: Logger(label: "test"))
    after.restore(memory, alarms: [])
    next.show(coin, position: 0)
    after.refresh()
    #expect(next.board.isFlattening(coin), "\(source) still holds")
    next.board.request(.active, by: source, for: .none)
    after.refresh()
    #expect(next.board.isFlattening(coin), "that picture was made before")
    next.show(coin, position: 10)
    after.refresh()
    #expect(next.board.isFlattening(coin))
    next.show(coin, position: 0)
    after.refresh()
    #expect(!next.board.isFlattening(coin))
  }

  @Test func aFlattenDoesNotEndWhileTheFiguresOfItsInstrumentDiffer() throws {
    desk.board.request(.reduceOnly, by: .reconcile, for: coin)
    states.setFlattening(
      DoorFlatten(
        scope: .instrument(desk.table[coin].symbol), isOn: true, person: "ada", reason: "out"),
      coin, request: 1)
    desk.show(coin, position: 0)
    states.refresh()
    #expect(desk.board.isFlattening(coin), "the exchange may hold more than is counted")
    desk.board.request(.active, by: .reconcile, for: coin)
    states.refresh()
    desk.show(coin, position: 0)
    states.refresh()
    #expect(!desk.board.isFlattening(coin))
  }

  /// An order may have gone out between the last picture and the flatten.
  @Test func aFlattenEndsByAPictureMadeAfterItWasAskedFor() throws {
    desk.show(coin, position: 0)
    states.setFlattening(
      DoorFlatten(
        scope: .instrument(desk.table[coin].symbol), isOn: true, person: "ada", reason: "out"),
      coin, request: 1)
    states.refresh()
    #expect(desk.board.isFlattening(coin))
    desk.show(coin, position: 0)
    states.refresh()
    #expect(!desk.board.isFlattening(coin))
  }

  /// No order can be placed for it: it is named, and the flatten is over.
  @Test func whatIsBelowTheSmallestOrderEndsAFlattenAndIsNamed() throws {
    states.setFlattening(
      DoorFlatten(
        scope: .instrument(desk.table[coin].symbol), isOn: true, person: "ada", reason: "out"),
      coin, request: 1)
    desk.show(coin, position: 500, working: 1, isBelowMinimum: true)
    states.refresh()
    #expect(desk.board.isFlattening(coin), "an order works")
    desk.show(coin, position: 500, isBelowMinimum: true)
    states.refresh()
    #expect(!desk.board.isFlattening(coin))
    let last = try #require(try desk.states().last)
    #expect(last.text == "flat but for 500 lots of BTC-USDT, below the smallest order")
    states.refresh()
    #expect(try desk.states().filter { $0.text.contains("500 lots") }.count == 1, "once")
  }

  @Test func aFlattenOfTheDeskWaitsForEveryInstrument() throws {
    let request = DoorFlatten(scope: .desk, isOn: true, person: "ada", reason: "out")
    states.setFlattening(request, .none, request: 1)
    for name in ["BTC-USDT", "ETH-USDT"] { desk.show(try desk.id(name), position: 0) }
    states.refresh()
    #expect(desk.board.isFlattening(coin), "one instrument has shown nothing yet")
    desk.show(try desk.id("SHOWN-USDT"), position: 0)
    states.refresh()
    #expect(!desk.board.isFlattening(coin))
  }

  @Test func aFlattenLoosensNoStricterStop() throws {
    #expect(states.tighten(ask(.halted, of: coin), coin, request: 1))
    states.setFlattening(
      DoorFlatten(
        scope: .instrument(desk.table[coin].symbol), isOn: true, person: "ada", reason: "out"),
      coin, request: 2)
    #expect(desk.board.requested(by: .person, for: coin) == .halted)
  }

  @Test func whatOthersChangedIsFoundAndOnRecordOnce() throws {
    desk.board.request(.cancelOnly, by: .durability, for: .none)
    states.refresh()
    states.refresh()
    let found = try desk.states()
    #expect(found.count == 1)
    #expect(found.first?.record.source == .durability && found.first?.text == "seen on the board")
    let row = try desk.shown(.none)
    #expect(row.effective == .cancelOnly && row[.durability] == .cancelOnly)
  }
}
