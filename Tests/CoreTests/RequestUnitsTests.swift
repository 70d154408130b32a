// Requests that were decided in other lots, ticks or contract values than hold when they come.

import Core
import Door
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import State
import Testing

@Suite struct RequestUnitsTests {
  private let one = Increment(mantissa: 1, decimals: 0)

  /// A pair of lot 0.001, a swap of lot 1 and value 0.01, and their door.
  private func withDoor(
    _ memory: JournalMemory = JournalMemory(), _ body: (TestDesk, Asker) throws -> Void
  ) throws {
    let desk = try TestDesk(table: RequestUnitsTests.table())
    let path = desk.folder + "/door"
    let service = DoorService(
      desk.controls, targetLotsMaximum: [1_000, 1_000], path: path, log: Logger(label: "test"))
    try service.start(remembering: memory, alarms: [])
    defer { service.stop() }
    try body(desk, Asker(path: path))
  }

  struct Asker {
    let path: String

    func callAsFunction(_ request: DoorRequest) throws -> DoorReply {
      try DoorClient.send(request, path: path, milliseconds: 5_000)
    }

    func signal(_ name: String, _ target: Int64, reference: Int64 = 0, _ units: DoorUnits)
      throws -> DoorReply
    {
      try self(
        .signal(
          DoorSignal(
            instrument: try #require(Symbol(name)), source: .manual, target: target,
            timeToLiveMilliseconds: 20_000, referenceHalfTicks: reference, person: "ada",
            units: units)))
    }
  }

  static func table() -> InstrumentTable {
    var pair = Instrument(
      id: .none, symbol: Symbol("BTC-USDT") ?? Symbol(), type: .spot,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
    pair.isTradable = true
    pair.state = .live
    var swap = Instrument(
      id: .none, symbol: Symbol("BTC-USDT-SWAP") ?? Symbol(), type: .swap,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 0))
    swap.isTradable = true
    swap.state = .live
    swap.contract = .linear
    swap.contractValue = Increment(mantissa: 1, decimals: 2)
    return InstrumentTable([pair, swap])
  }

  private func lot(_ text: String) throws -> DoorUnits {
    let number: Increment = try #require(DecimalNumber(text))
    return DoorUnits(lot: number)
  }

  @Test func aTargetOfOldLotsIsTheSameSizeOrIsRefused() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT")
      #expect(try ask.signal("BTC-USDT", 5, DoorUnits()).isDone, "nothing has changed yet")
      try desk.change(id) { $0.lot = Increment(mantissa: 1, decimals: 4) }
      let unsaid = try ask.signal("BTC-USDT", 5, DoorUnits())
      #expect(unsaid.code == .unitsChanged)
      #expect(unsaid.detail.contains("lots of 0.0001") && unsaid.detail.contains("lots of 0.001"))
      #expect(unsaid.detail.contains("--lot"))
      let old = try ask.signal("BTC-USDT", 5, lot("0.001"))
      #expect(old.isDone && old.first == 50 && old.detail.contains("5 lots of 0.001 are 50"))
      #expect(desk.state.signal(of: id, in: .manual)?.target.lots == 50)
      #expect(desk.state.signal(of: id, in: .manual)?.unitsChange == 1)
      #expect(try ask.signal("BTC-USDT", 7, lot("0.0001")).first == 7)
      let finer = try ask.signal("BTC-USDT", 5, lot("0.00001"))
      #expect(finer.code == .unitsChanged && finer.detail.contains("no whole number"))
      #expect(desk.state.signal(of: id, in: .manual)?.target.lots == 7, "and nothing was published")
      // Flat is flat in any lot.
      #expect(try ask.signal("BTC-USDT", 0, DoorUnits()).isDone)
      #expect(try ask.signal("BTC-USDT", 0, lot("1000000")).isDone)
    }
  }

  @Test func aReferenceOfOldTicksIsTheSamePrice() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT")
      try desk.change(id) { $0.tick = Increment(mantissa: 1, decimals: 2) }
      #expect(
        try ask.signal("BTC-USDT", 5, DoorUnits()).isDone, "no price was said, no lot changed")
      #expect(try ask.signal("BTC-USDT", 5, reference: 2_001, DoorUnits()).code == .unitsChanged)
      let tick = DoorUnits(tick: Increment(mantissa: 1, decimals: 1))
      #expect(try ask.signal("BTC-USDT", 5, reference: 2_001, tick).isDone)
      #expect(desk.state.signal(of: id, in: .manual)?.referenceHalfTicks == 20_010)
    }
  }

  /// A contract's value is money: a target is never counted over.
  @Test func aTargetOfAnotherContractValueIsRefused() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT-SWAP")
      let before = DoorUnits(of: desk.table[id])
      #expect(try ask.signal("BTC-USDT-SWAP", 5, before).isDone)
      try desk.change(id) { $0.contractValue = Increment(mantissa: 1, decimals: 1) }
      let old = try ask.signal("BTC-USDT-SWAP", 5, before)
      #expect(old.code == .unitsChanged && old.detail.contains("worth 0.1 now"))
      #expect(try ask.signal("BTC-USDT-SWAP", 5, DoorUnits()).code == .unitsChanged)
      #expect(try ask.signal("BTC-USDT-SWAP", 5, lot("1")).code == .unitsChanged)
      #expect(try ask.signal("BTC-USDT-SWAP", 5, DoorUnits(of: desk.table[id])).isDone)
      #expect(try ask.signal("BTC-USDT-SWAP", 0, before).isDone)
    }
  }

  /// What lies in a slot is shown in the lots of now, and what no longer has a meaning goes.
  @Test func theSlotsFollow() throws {
    try withDoor { (desk, ask) throws in
      let (pair, swap) = (try desk.id("BTC-USDT"), try desk.id("BTC-USDT-SWAP"))
      #expect(try ask.signal("BTC-USDT", 5, DoorUnits()).isDone)
      #expect(try ask.signal("BTC-USDT-SWAP", 5, DoorUnits()).isDone)
      try desk.change(pair) { $0.lot = Increment(mantissa: 1, decimals: 4) }
      try desk.change(swap) { $0.contractValue = Increment(mantissa: 1, decimals: 1) }
      for _ in 0..<200 where desk.state.signal(of: swap, in: .manual)?.isPresent == true {
        Thread.sleep(forTimeInterval: 0.02)
      }
      #expect(desk.state.signal(of: pair, in: .manual)?.target.lots == 50)
      #expect(desk.state.signal(of: swap, in: .manual)?.isPresent == false)
    }
  }

  private func limits(_ name: String?, _ edit: (inout DoorLimits) throws -> Void) throws
    -> DoorRequest
  {
    let scope = try name.map { DoorScope.instrument(try #require(Symbol($0))) } ?? .desk
    var limits = DoorLimits(scope: scope, person: "ada", reason: "less")
    try edit(&limits)
    return .limits(limits)
  }

  @Test func limitsOfOldLotsAreTheSameSizeOrAreRefused() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT")
      try desk.change(id) { $0.lot = Increment(mantissa: 1, decimals: 4) }
      let unsaid = try ask(limits("BTC-USDT") { $0.asked.positionLotsMaximum = 20 })
      #expect(unsaid.code == .unitsChanged && desk.nextLimitChange() == nil)
      let whole = try ask(limits(nil) { $0.asked.orderLotsMaximum = 20 })
      #expect(whole.code == .unitsChanged && whole.detail.contains("--instrument"))
      #expect(desk.nextLimitChange() == nil, "all or nothing")
      #expect(try ask(limits(nil) { $0.asked.openOrdersMaximum = 3 }).isDone, "no lots in it")
      while desk.nextLimitChange() != nil {}
      let said = try ask(
        limits("BTC-USDT") {
          $0.asked.positionLotsMaximum = 20
          $0.units = try lot("0.001")
        })
      #expect(said.isDone && said.detail.contains("position_lots 10000 → 200"))
      let told = try #require(desk.nextLimitChange())
      #expect(told.limits.positionLotsMaximum == 200 && told.unitsChange == 1)
    }
  }

  /// The Door says what the Gate will do: a contract that was worth more for a while has cut the limits, and they stay cut.
  @Test func theDoorsLimitsFollowAContractsValueAsTheGatesDo() throws {
    try withDoor { (desk, ask) throws in
      let id = try desk.id("BTC-USDT-SWAP")
      try desk.change(id) { $0.contractValue = Increment(mantissa: 1, decimals: 1) }
      try desk.change(id) { $0.contractValue = Increment(mantissa: 1, decimals: 2) }
      let reply = try ask.signal("BTC-USDT-SWAP", 500, DoorUnits(of: desk.table[id]))
      #expect(reply.isDone && reply.first == 100, "1,000 lots were cut to 100")
      #expect(reply.detail.contains("of 500 asked"))
    }
  }

  // ---- Between two starts ----

  private func history(_ lots: [(lot: String, value: String)]) throws -> JournalMemory {
    let history = try History()
    for (number, units) in lots.enumerated() {
      try history.start(UInt32(number + 1)) { segment in
        var item = RequestUnitsTests.table()[InstrumentID(index: 1)]
        item.id = InstrumentID(index: 0)
        item.lot = try #require(DecimalNumber(units.lot))
        item.contractValue = try #require(DecimalNumber(units.value))
        try segment.put(.instrument, InstrumentRecord(item), by: .door)
      }
    }
    return try history.memory
  }

  @Test func whatChangedBetweenTwoStartsIsAskedForToo() throws {
    try withDoor(history([("0.1", "0.01")])) { (desk, ask) throws in
      let unsaid = try ask.signal("BTC-USDT-SWAP", 5, DoorUnits())
      #expect(unsaid.code == .unitsChanged && unsaid.detail.contains("lots of 0.1"))
      #expect(try ask.signal("BTC-USDT-SWAP", 20, lot("0.1")).first == 2)
      #expect(try ask.signal("BTC-USDT-SWAP", 5, lot("0.1")).code == .unitsChanged)
      #expect(try ask.signal("BTC-USDT", 5, DoorUnits()).isDone, "the other one is as it was")
    }
    try withDoor(history([("0.1", "0.01"), ("1", "0.01")])) { (_, ask) throws in
      #expect(try ask.signal("BTC-USDT-SWAP", 5, DoorUnits()).isDone, "the last start knew it so")
    }
    try withDoor(history([("1", "0.1")])) { (_, ask) throws in
      #expect(try ask.signal("BTC-USDT-SWAP", 5, lot("1")).code == .unitsChanged)
    }
  }

  /// A file that was written for smaller lots or contracts: its limits are cut at every start until it says what it means.
  @Test(arguments: [
    ([("0.1", "0.01")], 100 as Int64, 10 as Int64), ([("1", "0.001")], 100, 10),
    ([("0.1", "0.001")], 10, 1), ([("0.1", "0.01"), ("1", "0.01")], 100, 10),
    ([("10", "0.1")], 1_000, 100), ([("1", "0.01")], 1_000, 100),
  ])
  func limitsAreNeverMoreMoneyThanAtAnEarlierStart(
    _ lots: [(String, String)], _ position: Int64, _ order: Int64
  ) throws {
    let memory = try history(lots.map { (lot: $0.0, value: $0.1) })
    try withDoor(memory) { (desk, ask) throws in
      let id = try desk.id("BTC-USDT-SWAP")
      let told = desk.nextLimitChange()
      if position == 1_000 {
        #expect(told == nil)
      } else {
        #expect(told?.instrument == id && told?.limits.positionLotsMaximum == position)
        #expect(told?.limits.orderLotsMaximum == order && told?.limits.isAllowed == true)
      }
      let most = try ask.signal("BTC-USDT-SWAP", 1_000, DoorUnits(of: desk.table[id]))
      #expect(most.first == position)
    }
  }

  /// Not even one lot is left: the instrument is not traded.
  @Test func aLimitBelowOneLotIsNoLimit() throws {
    try withDoor(history([("0.001", "0.01")])) { (desk, ask) throws in
      #expect(desk.nextLimitChange()?.limits.isAllowed == false)
      let id = try desk.id("BTC-USDT-SWAP")
      let reply = try ask.signal("BTC-USDT-SWAP", 1, DoorUnits(of: desk.table[id]))
      #expect(reply.code == .beyondLimit)
    }
  }
}
