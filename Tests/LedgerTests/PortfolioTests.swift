// The account's series and figures, and what decisions were worth.
import Foundation
import GRDB
import Journal
import Ledger
import Quantities
import Testing

@Suite struct PortfolioTests {
  private func equity(_ story: inout StoryJournal, _ cents: Int) throws {
    try story.append(
      .account,
      AccountRecord(
        total: Amount(units: Int128(cents), decimals: 2), available: nil,
        exchangeTime: .init(milliseconds: 1), receivedAt: .now(), isReconciled: true))
  }

  @Test func summaryFromFillsAndTheAccount() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    for cents in [10_000, 12_000, 9_000, 10_800] { try equity(&story, cents) }
    // Buys 10 at 100.0, sells 4 at 110.0: 6 stay at 100.0, 4 × 10.0 realised.
    let buy = try story.order(.buy, lots: 100_000_000)
    try story.report(.fill, buy, filled: 100_000_000, last: 100_000_000, price: 1_000, fee: -7)
    let sell = try story.order(.sell, lots: 40_000_000)
    try story.report(
      .fill, sell, .sell, filled: 40_000_000, last: 40_000_000, price: 1_100, fee: -3)
    try Import(fixture.ledger, fixture.folder).all()
    var summary = try fixture.ledger.portfolio()
    #expect(summary.equity?.total == "108")
    #expect(summary.equity?.available == nil)
    #expect(summary.drawdown == "0.1")
    #expect(summary.drawdownMax == "0.25")
    #expect(
      summary.fees == [
        FeeItem(currency: "BTC", amount: "-0.000007"),
        FeeItem(currency: "USDT", amount: "-0.000003"),
      ])
    let position = try #require(summary.positions.first)
    #expect(position.lots == 60_000_000)
    #expect(position.size == "0.6")
    #expect(position.averagePrice == "100")
    #expect(position.realisedPnL == "4")
    #expect(position.floatingPnL == nil)
    // Through flat to short: the rest closes at 90, and 0.1 are sold at 90.
    let more = try story.order(.sell, lots: 70_000_000)
    try story.report(.fill, more, .sell, filled: 70_000_000, last: 70_000_000, price: 900)
    try Import(fixture.ledger, fixture.folder).all()
    summary = try fixture.ledger.portfolio()
    #expect(summary.positions.first?.lots == -10_000_000)
    #expect(summary.positions.first?.averagePrice == "90")
    #expect(summary.positions.first?.realisedPnL == "-2")
  }

  @Test func equityIsTheLastOfEachSpan() throws {
    let fixture = try LedgerFixture()
    try DatabaseQueue(path: fixture.path).write { db in
      for second in 0..<100 {
        try db.execute(
          sql: "INSERT INTO equities VALUES (?, ?, ?, NULL, 0)",
          arguments: [second, 1_000_000 + second * 1_000, String(second)])
      }
    }
    let points = try fixture.ledger.equity(from: 1_000_000, to: 1_099_000, step: 30_000)
    // Spans begin at multiples of the step: 990000, 1020000, …
    #expect(points.map(\.total) == ["19", "49", "79", "99"])
    #expect(
      try fixture.ledger.equity(from: 1_030_500, to: 1_031_500, step: 1).map(\.total) == ["31"])
    #expect(try fixture.ledger.equity(from: 0, to: 5, step: 1).isEmpty)
    #expect(throws: LedgerError.self) { try fixture.ledger.equity(from: 0, to: 1, step: 0) }
    #expect(throws: LedgerError.self) { try fixture.ledger.equity(from: 2, to: 1, step: 1) }
  }

  @Test func outcomesAreKnownOnlyWhereBarsSayThem() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let cycle = try fixture.ledger.beginCycle(
      trace: LedgerFixture.trace(1), instrument: "BTC-USDT", at: 1)
    let order = try story.order(.buy, lots: 100_000_000, decision: UInt64(cycle))
    try story.report(.fill, order, filled: 100_000_000, last: 100_000_000, price: 1_000, fee: 0)
    try Import(fixture.ledger, fixture.folder).all()
    let minute: Int64 = 60_000
    try DatabaseQueue(path: fixture.path).write { db in
      // Closes 1000, 1010, 1020, … one tick step a minute from minute 100 to 110.
      for index in Int64(0)...10 {
        try db.execute(
          sql: """
            INSERT INTO bars(instrument, interval_s, open_at, source, run, instrument_id, place, open,
              high, low, close, lots, trades)
            VALUES ('BTC-USDT', 60, ?, 'own', 7, 0, ?, 1, 1, 1, ?, 1, 1)
            """, arguments: [(100 + index) * minute, index, 1_000 + index * 10])
      }
    }
    func add(_ output: String, at: Int64, agent: String = "technical_analyst") throws {
      var record = LedgerFixture.record(
        agent, cycle: agent == "technical_analyst" ? 1 : cycle, at: at)
      record.output = output
      record.costMicros = 10
      _ = try fixture.ledger.append(record)
    }
    let at = 102 * minute
    try add("{\"stance\":50,\"confidence\":80,\"horizon\":\"minutes\"}", at: at)
    try add("{\"stance\":-50,\"confidence\":60,\"horizon\":\"seconds\"}", at: at)
    // Beyond the bars, no direction, an abstention, no JSON: none is counted as right or wrong.
    try add("{\"stance\":50,\"confidence\":80,\"horizon\":\"hours\"}", at: at)
    try add("{\"stance\":0,\"confidence\":80}", at: at)
    try add("{\"abstain\":true,\"reason\":\"x\"}", at: at)
    try add("nonsense", at: at)
    try add(
      "{\"target_permille\":300,\"confidence\":70,\"horizon\":\"minutes\"}", at: at,
      agent: "decision_maker")
    let report = try fixture.ledger.performance(from: 0, to: .max)
    #expect(report.considered == 7)
    #expect(!report.isTruncated)
    let analyst = try #require(report.rows.first { $0.agentID == "technical_analyst" })
    #expect(analyst.decisions == 6)
    #expect(analyst.validity == 1)
    #expect(analyst.known == 2)
    #expect(analyst.hits == 1)
    // (0.8 - 1)² and (0.6 - 0)².
    #expect(abs((analyst.brier ?? 0) - 0.2) < 1e-12)
    #expect(analyst.costUSD == "0.00006")
    let maker = try #require(report.rows.first { $0.agentID == "decision_maker" })
    // One coin bought at 100.0, marked at the close of minute 107: 107.0.
    #expect(maker.pnl == [FeeItem(currency: "USDT", amount: "7")])
    #expect(maker.hitRate == 1)

    // The exchange's word of one of those minutes goes before ours.
    try DatabaseQueue(path: fixture.path).write { db in
      try db.execute(
        sql: """
          INSERT INTO bars(instrument, interval_s, open_at, source, run, instrument_id, place, open,
            high, low, close, lots, trades)
          VALUES ('BTC-USDT', 60, ?, 'exchange', 7, 0, 99, 1, 1, 1, 1234, 5, 1)
          """, arguments: [109 * minute])
    }
    let bars = try fixture.ledger.bars(
      instrument: "BTC-USDT", interval: 60, from: 105 * minute, to: 110 * minute, limit: 3)
    #expect(bars.map(\.close) == ["108", "123.4", "110"])
    #expect(bars.map(\.openAt) == [108 * minute, 109 * minute, 110 * minute])
    #expect(bars[1].volume == "0.00000005")
  }

  @Test func anAuditTrailHoldsTheWholeChain() throws {
    let fixture = try LedgerFixture()
    let cycle = try fixture.ledger.beginCycle(
      trace: LedgerFixture.trace(9), instrument: "BTC-USDT", at: 1)
    let other = try fixture.ledger.beginCycle(
      trace: LedgerFixture.trace(10), instrument: "BTC-USDT", at: 2)
    for agent in ["technical_analyst", "cycle"] {
      var record = LedgerFixture.record(agent, cycle: cycle, trace: 9)
      record.rawReply = "calm \u{1B}[2Jwater"
      _ = try fixture.ledger.append(record)
    }
    try fixture.ledger.record(
      leaseAnswer: LeaseAnswer(cycle: cycle, doorCode: "done", answeredAt: 5))
    var story = try StoryJournal(fixture.folder)
    try story.signal(decision: UInt64(cycle))
    try story.order(decision: UInt64(cycle), refusal: .position)
    let order = try story.order(lots: 10, decision: UInt64(cycle))
    try story.report(.fill, order, filled: 10, last: 10, price: 1_001, fee: -7)
    try Import(fixture.ledger, fixture.folder).all()
    let trail = try #require(try fixture.ledger.audit(trace: LedgerFixture.trace(9)))
    let one = try #require(trail.cycles.first)
    #expect(one.id == cycle)
    #expect(one.records.map(\.agentID) == ["technical_analyst", "cycle"])
    #expect(one.leaseAnswers.map(\.doorCode) == ["done"])
    #expect(one.signals.map(\.targetLots) == [10])
    #expect(one.intents.compactMap(\.verdict?.code) == ["position", "approved"])
    #expect(one.orders.map(\.order.clOrdID) == [String(order.rawValue)])
    #expect(one.orders.first?.fills.count == 1)
    let text = trail.text
    for part in [
      "trace \(LedgerFixture.trace(9))", "technical_analyst  valid", "door ", "target 10 lots",
      "position, 6",
      "order \(order.rawValue)", "slippage 0.5 ticks", "You trade.",
    ] { #expect(text.contains(part), "\(part)") }
    // What a model wrote cannot move the terminal's cursor.
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(try fixture.ledger.audit(trace: LedgerFixture.trace(11)) == nil)
    let list = try fixture.ledger.auditList()
    #expect(list.map(\.cycle) == [other, cycle])
    #expect(list.map(\.outcome) == ["", "valid"])
    #expect(list.map(\.orders) == [0, 1])
    let unended = try #require(try fixture.ledger.audit(trace: LedgerFixture.trace(10)))
    #expect(unended.text.contains("never ended"))
  }

  @Test func aReaderNeitherMakesNorMigrates() throws {
    let fixture = try LedgerFixture()
    let id = try fixture.ledger.append(LedgerFixture.record())
    let reader = try Ledger(reading: fixture.path)
    #expect(try reader.record(id: id) != nil)
    #expect(throws: LedgerError.self) { try reader.append(LedgerFixture.record()) }
    #expect(throws: LedgerError.self) { try Ledger(reading: fixture.folder + "/none") }
    #expect(!FileManager.default.fileExists(atPath: fixture.folder + "/none"))
  }
}
