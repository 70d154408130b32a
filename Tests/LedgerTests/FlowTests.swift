// Bills in the account: flows by currency, settlements, and equity net of transfers whenever their bills come.
import Journal
import Ledger
import Quantities
import Testing

@Suite struct FlowTests {
  private let start: Int64 = 1_800_000_000_000

  /// A bill as the keeper writes it.
  private func bill(
    _ id: UInt64, _ type: Int32, _ currency: String, _ change: String, profit: String = "0",
    fee: String = "0", size: String = "0", instrument: String = "", at second: Int64 = 0
  ) throws -> BillRecord {
    BillRecord(
      bill: id, type: type, subType: 0, currency: try #require(Symbol(currency)),
      change: try #require(Amount(change)), balance: .zero, profit: try #require(Amount(profit)),
      fee: try #require(Amount(fee)), size: try #require(Amount(size)),
      instrument: Symbol(instrument) ?? Symbol(), exchangeOrder: .none,
      tradeID: UInt64(bitPattern: -3),
      exchangeTime: WallMilliseconds(milliseconds: start + second * 1_000))
  }

  /// One point a second, as the journal's own clock says it.
  private func equities(_ fixture: LedgerFixture, from second: Int64, _ totals: [String]) throws {
    try fixture.write { db in
      for (index, total) in totals.enumerated() {
        let at = second + Int64(index)
        try db.execute(
          sql: "INSERT INTO equities VALUES (?, ?, ?, NULL, 0)",
          arguments: [(1 << 40) + at, start + at * 1_000, total])
      }
    }
  }

  @Test func billsAreToldByWhatTheyMean() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    for bill in try [
      bill(1, 8, "USDT", "-0.5", profit: "-0.5"), bill(2, 8, "USDT", "0.125", profit: "0.125"),
      bill(3, 1, "USDT", "1000"), bill(4, 12, "USDT", "-250.5"), bill(5, 7, "BTC", "-0.00001"),
      bill(6, 2, "USDT", "77", fee: "-1"), bill(7, 27, "BTC", "0.2"),
      bill(8, 34, "USDT", "3", profit: "3", fee: "-0.25"),
    ] { try story.append(.bill, bill) }
    try Import(fixture.ledger, fixture.folder).all()
    try Import(fixture.ledger, fixture.folder).all()
    let summary = try fixture.ledger.portfolio()
    #expect(
      summary.flows.map {
        [$0.currency, $0.funding, $0.interest, $0.settlement, $0.transfers, $0.other]
      } == [
        ["BTC", "0", "-0.00001", "0", "0", "0.2"], ["USDT", "-0.375", "0", "3", "749.5", "0"],
      ])
    #expect(summary.fees == [FeeItem(currency: "USDT", amount: "-0.25")], "fills hold a trade's")
    #expect(summary.profit == nil && summary.drawdown == nil)
  }

  @Test func aSettlementMovesTheAverageAndAGainIsCountedOnce() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    // Ten coins at 100.0; the settlement at 110.0 pays 100 out.
    let buy = try story.order(.buy, lots: 1_000_000_000)
    try story.report(.fill, buy, filled: 1_000_000_000, last: 1_000_000_000, price: 1_000)
    try story.append(
      .bill, bill(1, 34, "USDT", "100", profit: "100", size: "10", instrument: "BTC-USDT"))
    let sell = try story.order(.sell, lots: 400_000_000)
    try story.report(
      .fill, sell, .sell, filled: 400_000_000, last: 400_000_000, price: 1_200)
    try Import(fixture.ledger, fixture.folder).all()
    var position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.averagePrice == "110" && position.size == "6")
    #expect(position.realisedPnL == "140", "100 at the settlement, 4 × 10 since")
    // Half of what is settled was closed before the bill came: only the rest moves.
    try story.append(
      .bill, bill(2, 34, "USDT", "-24", profit: "-24", size: "12", instrument: "BTC-USDT"))
    try Import(fixture.ledger, fixture.folder).all()
    position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.averagePrice == "108" && position.realisedPnL == "128")
    // The contract ends.
    try story.append(
      .bill, bill(3, 3, "USDT", "12", profit: "12", size: "6", instrument: "BTC-USDT"))
    try Import(fixture.ledger, fixture.folder).all()
    position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.lots == 0 && position.realisedPnL == "140")
  }

  @Test func transfersAreNoProfitAndNoLoss() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    try equities(fixture, from: 0, Array(repeating: "1000", count: 10))
    // A withdrawal of 900 at second 10; its bill comes much later than the equity that shows it.
    try equities(fixture, from: 10, Array(repeating: "100", count: 40))
    #expect(try fixture.ledger.portfolio().drawdownMax == "0.9", "nothing explains it yet")
    try story.append(.bill, bill(1, 1, "USDT", "-900", at: 10))
    try Import(fixture.ledger, fixture.folder).all()
    var summary = try fixture.ledger.portfolio()
    #expect(summary.drawdown == "0" && summary.drawdownMax == "0")
    #expect(summary.profit?.since == start && summary.profit?.amount == "0")
    // A deposit of 100, then a loss of 50: a quarter of the peak.
    try equities(fixture, from: 50, Array(repeating: "200", count: 10))
    try story.append(.bill, bill(2, 1, "USDT", "100", at: 50))
    try equities(fixture, from: 60, Array(repeating: "150", count: 300))
    try Import(fixture.ledger, fixture.folder).all()
    summary = try fixture.ledger.portfolio()
    #expect(summary.drawdown == "0.25" && summary.drawdownMax == "0.25")
    #expect(summary.profit?.since == start && summary.profit?.amount == "-50")
    // A coin whose price then nobody knows: the gain is not told, the fall is counted anew.
    try story.append(.bill, bill(3, 1, "BTC", "1", at: 360))
    try equities(fixture, from: 360, Array(repeating: "90000", count: 200))
    try Import(fixture.ledger, fixture.folder).all()
    summary = try fixture.ledger.portfolio()
    #expect(summary.profit == nil && summary.drawdown == "0" && summary.drawdownMax == "0.25")
  }

  @Test func aCoinIsWorthItsPriceThen() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    try Import(fixture.ledger, fixture.folder).all()
    try equities(fixture, from: 0, Array(repeating: "1000", count: 100))
    try fixture.write { db in
      try db.execute(
        sql: """
          INSERT INTO bars(instrument, interval_s, open_at, source, run, instrument_id, place, open,
            high, low, close, lots, trades)
          VALUES ('BTC-USDT', 60, ?, 'own', 7, 0, 1, 1, 1, 1, 5000, 1, 1)
          """, arguments: [start])
    }
    // 0.2 bitcoin at 500.0 are 100.
    try story.append(.bill, bill(1, 1, "BTC", "0.2", at: 100))
    try equities(fixture, from: 100, Array(repeating: "1100", count: 20))
    try Import(fixture.ledger, fixture.folder).all()
    let summary = try fixture.ledger.portfolio()
    #expect(summary.profit?.amount == "0" && summary.drawdownMax == "0")
  }

  @Test func aFoldFromTheBeginningSaysTheSame() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    var lastly: PortfolioSummary?
    for round in Int64(0)..<5 {
      let buy = try story.order(.buy, lots: 100_000_000)
      try story.report(
        .fill, buy, filled: 100_000_000, last: 100_000_000, price: 1_000 + round * 10)
      try story.append(
        .bill,
        bill(
          UInt64(round + 1), 34, "USDT", "1", profit: "1", size: "\(round + 1)",
          instrument: "BTC-USDT", at: round * 100))
      try story.append(.bill, bill(UInt64(100 + round), 1, "USDT", "10", at: round * 100))
      try equities(
        fixture, from: round * 100, Array(repeating: "\(100 + round * 11)", count: 100))
      try Import(fixture.ledger, fixture.folder).all()
      lastly = try fixture.ledger.portfolio()
    }
    let again = try Ledger(path: fixture.path).portfolio()
    #expect(again == lastly && again.positions.first?.realisedPnL == "5")
  }
}
