// The instruments' keeper alone: an exchange's list that changes, and stages that take their time.

import Core
import Foundation
import Journal
import Logging
import OKX
import Pipeline
import Quantities
import State
import Synchronization
import Testing

/// What the exchange lists, in its own words.
private final class Listed: Sendable {
  struct Row {
    var tick = "0.1"
    var lot = "0.001"
    var state = "live"
  }
  private struct Held {
    var rows: [String: Row]
    var isDown = false
    var asked = 0
  }
  private let held: Mutex<Held>

  init(_ names: [String]) {
    held = Mutex(Held(rows: Dictionary(uniqueKeysWithValues: names.map { ($0, Row()) })))
  }

  var asked: Int { held.withLock { $0.asked } }

  func set(_ name: String, _ edit: (inout Row) -> Void) {
    held.withLock {
      if var row = $0.rows[name] {
        edit(&row)
        $0.rows[name] = row
      }
    }
  }

  func remove(_ name: String) { held.withLock { $0.rows[name] = nil } }
  func setDown(_ isDown: Bool) { held.withLock { $0.isDown = isDown } }

  struct Down: Error {}

  func body() throws -> Data {
    try held.withLock { held in
      held.asked += 1
      if held.isDown { throw Down() }
      let rows = held.rows.map { name, row in
        let base = name.split(separator: "-")[0]
        return "{\"instType\":\"SPOT\",\"instId\":\"\(name)\",\"baseCcy\":\"\(base)\","
          + "\"quoteCcy\":\"USDT\",\"tickSz\":\"\(row.tick)\",\"lotSz\":\"\(row.lot)\","
          + "\"minSz\":\"\(row.lot)\",\"instIdCode\":\(name == "BTC-USDT" ? 1 : 2),\"maxLmtSz\":\"100\",\"state\":\"\(row.state)\"}"
      }
      return Data("{\"code\":\"0\",\"data\":[\(rows.joined(separator: ","))]}".utf8)
    }
  }
}

/// A keeper at work over a desk, and stages that a test plays.
private final class Kept {
  let desk: TestDesk
  let listed: Listed
  let mailbox = InstrumentMailbox()
  let holds: VenueHolds
  let context: MarketContext
  private let task: Task<Void, Never>

  init() throws {
    let names = ["BTC-USDT", "ETH-USDT"]
    let table = InstrumentTable(
      names.map { name in
        var item = Instrument(
          id: .none, symbol: Symbol(name) ?? Symbol(), type: .spot,
          tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
        item.isTradable = true
        item.state = .live
        item.maximumLots = 100_000
        item.code = name == "BTC-USDT" ? 1 : 2
        item.base = CurrencyID(index: name == "BTC-USDT" ? 1 : 2)
        item.quote = CurrencyID(index: 0)
        return item
      }, currencies: ["USDT", "BTC", "ETH"].compactMap { Symbol($0) })
    let desk = try TestDesk(table: table)
    let listed = Listed(names)
    self.desk = desk
    self.listed = listed
    holds = VenueHolds(board: desk.board, wake: {})
    context = MarketContext(instruments: table, state: desk.state, telemetry: desk.account)
    var pace = InstrumentPace()
    pace.poll = .milliseconds(5)
    pace.promptRead = .milliseconds(20)
    pace.dailyRead = .milliseconds(40)
    pace.settling = .milliseconds(20)
    let keeper = InstrumentKeeper(
      ports: InstrumentPorts(
        table: table, changes: desk.changes, mailbox: mailbox, holds: holds,
        coolOffs: CoolOffKeeper(table: table, holds: holds), context: context, state: desk.state,
        working: desk.working, telemetry: desk.account, rename: { _, _ in }),
      log: Logger(label: "test"), pace: pace, list: { _ in try listed.body() })
    task = Task { await keeper.run() }
  }

  deinit { task.cancel() }

  func wait(_ what: String, _ isSo: () -> Bool) async throws {
    for _ in 0..<1_000 {
      if isSo() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("it never came to this: \(what)")
  }

  /// As the reconciler does, up to the point where the stages are told.
  func nextChange() async throws -> InstrumentMailbox.Change {
    var change: InstrumentMailbox.Change?
    try await wait("a change") {
      change = mailbox.next()
      return change != nil
    }
    let found = try #require(change)
    desk.table.set(found.instrument)
    return found
  }

  func stays(_ milliseconds: Int = 200, _ isSo: () -> Bool) async throws -> Bool {
    for _ in 0..<(milliseconds / 5) {
      if !isSo() { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }

  func held(_ id: InstrumentID) -> TradingState { desk.board.requested(by: .exchange, for: id) }
}

@Suite struct InstrumentKeeperTests {
  private let pair = InstrumentID(index: 0)
  private let other = InstrumentID(index: 1)

  /// Held, its orders ended, told, and free only when every stage has it.
  @Test func aChangeGoesItsWay() async throws {
    let kept = try Kept()
    try await kept.wait("the list") { kept.listed.asked > 0 }
    #expect(kept.held(pair) == .active)
    kept.desk.working.note(own: 1, others: 0, of: pair)
    kept.listed.set("BTC-USDT") { ($0.tick, $0.lot) = ("0.01", "0.0001") }
    try await kept.wait("held") { kept.held(pair) == .cancelOnly }
    #expect(try await kept.stays { kept.mailbox.next() == nil }, "an order is at work")
    kept.desk.working.note(own: 0, others: 0, of: pair)
    let change = try await kept.nextChange()
    #expect(change.instrument.unitsChange == 1 && change.instrument.lot.description == "0.0001")
    let told = try #require(kept.desk.changes.change(change.number))
    #expect(told.tickFactor == 10 && told.lotFactor == 10)
    #expect(try await kept.stays { kept.held(pair) == .cancelOnly }, "the stages have not taken it")
    kept.desk.changes.finish(change.number)
    try await kept.wait("free") { kept.held(pair) == .active }
    let reader = try StateReader(path: kept.desk.folder + "/state")
    #expect(reader.instrument(pair).instrument.lot.description == "0.0001")
    #expect(reader.instrument(pair).instrument.unitsChange == 1)
    #expect(try await kept.stays { kept.mailbox.next() == nil }, "once")
    let rows = try kept.desk.records().filter { $0.kind == .instrument }
    #expect(rows.count == 1)
  }

  /// An instrument whose orders do not end keeps no other waiting, and takes what came meanwhile afterwards.
  @Test func oneThatWaitsKeepsNoOtherWaiting() async throws {
    let kept = try Kept()
    try await kept.wait("the list") { kept.listed.asked > 0 }
    kept.desk.working.note(own: 1, others: 0, of: pair)
    kept.listed.set("BTC-USDT") { $0.lot = "0.0001" }
    try await kept.wait("held") { kept.held(pair) == .cancelOnly }
    kept.listed.set("ETH-USDT") { $0.lot = "0.0001" }
    let first = try await kept.nextChange()
    #expect(first.instrument.id == other)
    kept.desk.changes.finish(first.number)
    try await kept.wait("free") { kept.held(other) == .active }
    #expect(kept.held(pair) == .cancelOnly)
    // A second word of the exchange's, and its stop, wait their turn and are not lost.
    kept.listed.set("BTC-USDT") { $0.lot = "0.00001" }
    #expect(try await kept.stays { kept.mailbox.next() == nil })
    kept.desk.working.note(own: 0, others: 0, of: pair)
    let second = try await kept.nextChange()
    #expect(second.instrument.lot.description == "0.0001")
    kept.listed.set("BTC-USDT") { $0.state = "suspend" }
    let asked = kept.listed.asked
    try await kept.wait("the list") { kept.listed.asked > asked + 1 }
    kept.desk.changes.finish(second.number)
    let third = try await kept.nextChange()
    #expect(third.instrument.lot.description == "0.00001" && third.instrument.state == .suspend)
    #expect(kept.held(pair) == .cancelOnly, "never free between the two")
    kept.desk.changes.finish(third.number)
    #expect(try await kept.stays { kept.held(pair) == .cancelOnly }, "suspended")
    #expect(third.instrument.unitsChange == 3)
  }

  /// A list that leaves one out once may be wrong; twice in a row it is not traded; and the exchange may be away.
  @Test func whatTheListNoLongerHas() async throws {
    let kept = try Kept()
    try await kept.wait("the list") { kept.listed.asked > 0 }
    kept.listed.setDown(true)
    let asked = kept.listed.asked
    try await kept.wait("asked again") { kept.listed.asked > asked + 2 }
    #expect(kept.held(pair) == .active && kept.mailbox.next() == nil)
    kept.listed.remove("ETH-USDT")
    kept.listed.setDown(false)
    let change = try await kept.nextChange()
    #expect(change.instrument.id == other && change.instrument.state == .unlisted)
    #expect(!change.instrument.isTradable && change.instrument.unitsChange == 0)
    kept.desk.changes.finish(change.number)
    try await kept.wait("held") { kept.held(other) == .cancelOnly }
    #expect(kept.held(pair) == .active)
  }

  /// No factors lead from one grid to the other: it is held, and nothing is told to the stages.
  @Test func aGridThatCannotBeCountedIsHeld() async throws {
    let kept = try Kept()
    try await kept.wait("the list") { kept.listed.asked > 0 }
    kept.listed.set("BTC-USDT") { $0.lot = "0.00000000001" }
    try await kept.wait("held") { kept.held(pair) == .cancelOnly }
    #expect(kept.holds.words(for: pair).contains("restart the desk"))
    #expect(try await kept.stays { kept.mailbox.next() == nil })
    kept.listed.set("BTC-USDT") { $0.lot = "0.001" }
    try await kept.wait("free") { kept.held(pair) == .active }
  }

  /// Trades and bars that were read in ticks of before, or come while they are exchanged, are in no bar.
  @Test func noBarMixesTicks() async throws {
    let kept = try Kept()
    try await kept.wait("the list") { kept.listed.asked > 0 }
    let context = kept.context
    let before = context.reads
    func trade(_ ticks: Int64, _ seconds: Int64) -> [ContextEvent] {
      [
        .trade(
          pair,
          TradeBody(
            price: Price(ticks: ticks), quantity: Quantity(lots: 5), side: .buy,
            tradeID: UInt64(seconds), seqId: seconds, count: 1, source: 0),
          WallMilliseconds(milliseconds: 1_800_000_000_000 + seconds * 1_000))
      ]
    }
    context.take(trade(1_000, 1), reads: before)
    kept.listed.set("BTC-USDT") { $0.tick = "0.01" }
    let change = try await kept.nextChange()
    // Read before, taken now: it would be a tenth of the price.
    context.take(trade(1_000, 2), reads: before)
    context.take(trade(10_010, 3), reads: context.reads)
    kept.desk.changes.finish(change.number)
    try await kept.wait("free") { kept.held(pair) == .active }
    context.take(trade(1_000, 4), reads: before)
    let reads = context.reads
    #expect(context.instruments[pair].tick.description == "0.01")
    for second in 5...7 { context.take(trade(10_020, Int64(second)), reads: reads) }
    let bars = try StateReader(path: kept.desk.folder + "/state").bars(pair, .second)
    #expect(!bars.isEmpty)
    for bar in bars {
      #expect(bar.low.ticks >= 10_000 && bar.high.ticks <= 10_020)
    }
    #expect(kept.desk.state.faults(.instrumentChanged) == 3, "and each is counted")
    // A list of bars that was asked for before says nothing either.
    #expect(context.backfill(pair, [.minute: []], reads: before) == [.minute])
  }
}
