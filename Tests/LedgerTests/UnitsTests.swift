// An exchange changes ticks, lots and contract values within a start and between two: sizes, prices and money stay.
import GRDB
import Journal
import Ledger
import Quantities
import Testing

extension StoryJournal {
  /// The stages take the instrument's new units; the row that names them may be written behind the report.
  mutating func change(
    tick: String, lot: String, ticks: Int64, lots: Int64, rowComesLate: Bool = false
  ) throws {
    var item = StoryJournal.instrument()
    item.tick = try #require(DecimalNumber(tick))
    item.lot = try #require(DecimalNumber(lot))
    if !rowComesLate { try append(.instrument, InstrumentRecord(item)) }
    var report = Report(kind: .instrument, instrument: item.id)
    report.price = Price(ticks: ticks)
    report.lastQuantity = Quantity(lots: lots)
    try append(.report, report)
    if rowComesLate { try append(.instrument, InstrumentRecord(item)) }
  }
}

@Suite struct UnitsTests {
  private let one: Int64 = 100_000_000

  @Test(arguments: [false, true])
  func aPositionIsTheSameSizeAndMoneyBehindAChange(_ rowComesLate: Bool) throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let buy = try story.order(.buy, lots: one)
    try story.report(.fill, buy, filled: one, last: one, price: 1_000)
    try Import(fixture.ledger, fixture.folder).all()
    #expect(try fixture.ledger.portfolio().positions.first?.averagePrice == "100")
    // A state that changed alone is no change of these.
    try story.change(tick: "0.1", lot: "0.00000001", ticks: 1, lots: 1)
    try story.change(
      tick: "0.01", lot: "0.000000001", ticks: 10, lots: 10, rowComesLate: rowComesLate)
    try Import(fixture.ledger, fixture.folder).all()
    var position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.lots == one * 10 && position.size == "1" && position.averagePrice == "100")
    let sell = try story.order(.sell, lots: 4 * one, bid: 10_999, ask: 11_001)
    try story.report(.fill, sell, .sell, filled: 4 * one, last: 4 * one, price: 11_000)
    try Import(fixture.ledger, fixture.folder).all()
    position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.size == "0.6" && position.lots == 6 * one)
    #expect(position.averagePrice == "100" && position.realisedPnL == "4")
    // Read at once as well as in three parts.
    let second = try LedgerFixture()
    try Import(second.ledger, fixture.folder).all()
    #expect(try second.ledger.portfolio().positions == [position])
    let before = try #require(try fixture.ledger.order(clOrdID: String(buy.rawValue)))
    #expect(before.order.size == "1" && before.order.price == "100" && before.order.lots == one)
    #expect(before.fills.map(\.price) == ["100"])
    let after = try #require(try fixture.ledger.order(clOrdID: String(sell.rawValue)))
    #expect(after.order.size == "0.4" && after.order.averagePrice == "110")
    #expect(after.order.referenceMid == "110" && after.intent?.bid == "109.99")
  }

  /// An order of before, what became of it behind the change: one story in one unit.
  @Test func anOrderThatSawAChangeIsToldInOneUnit() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let buy = try story.order(.buy, lots: 10, bid: 999, ask: 1_002)
    try story.report(.fill, buy, filled: 4, last: 4, price: 1_001)
    try story.change(tick: "0.05", lot: "0.000000001", ticks: 2, lots: 10)
    try story.report(.fill, buy, filled: 100, last: 60, price: 2_004)
    try story.report(.filled, buy, filled: 100)
    try Import(fixture.ledger, fixture.folder).all()
    let order = try #require(try fixture.ledger.order(clOrdID: String(buy.rawValue)))
    #expect(order.order.state == .filled)
    #expect(order.order.lots == 100 && order.order.filledLots == 100)
    #expect(order.order.size == "0.0000001" && order.order.averagePrice == "100.16")
    #expect(order.order.referenceMid == "100.05" && order.order.counterPrice == "100.2")
    #expect(order.order.slippageBps == "10.99")
    #expect(order.fills.map(\.price) == ["100.1", "100.2"])
    #expect(order.fills.map(\.lots) == [40, 60])
    #expect(order.reports.filter { $0.kind == "fill" }.map(\.filledLots) == [40, 100])
  }

  /// A restart finds a coarser lot, or a finer one: what was counted before goes on in it.
  @Test(arguments: [("0.0000001", "0.5"), ("0.000000001", "0.01")])
  func aPositionGoesOnInTheNextStartsUnits(_ lot: String, _ tick: String) throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let buy = try story.order(.buy, lots: one)
    try story.report(.fill, buy, filled: one, last: one, price: 1_000)
    try story.close()
    var next = try StoryJournal(fixture.folder, start: 8, named: false)
    var item = StoryJournal.instrument()
    item.lot = try #require(DecimalNumber(lot))
    item.tick = try #require(DecimalNumber(tick))
    try next.append(.instrument, InstrumentRecord(item))
    try Import(fixture.ledger, fixture.folder).all()
    var position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.size == "1" && position.averagePrice == "100", "before anything is traded")
    let size = try item.lot.exactly(40_000_000, of: #require(DecimalNumber("0.00000001")))
    let lots = try #require(size)
    let price = try #require(item.tick.exactly(110, of: Increment(mantissa: 1, decimals: 0)))
    let sell = try next.order(.sell, lots: lots)
    try next.report(.fill, sell, .sell, filled: lots, last: lots, price: price)
    try next.close()
    try Import(fixture.ledger, fixture.folder).all()
    position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.size == "0.6" && position.averagePrice == "100")
    #expect(position.realisedPnL == "4")
  }

  /// Half a lot is left of what was held: it is cut, and nothing is said of what the rest cost.
  @Test func whatNewLotsCannotSayHasNoCost() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let buy = try story.order(.buy, lots: 15)
    try story.report(.fill, buy, filled: 15, last: 15, price: 1_000)
    try story.close()
    var next = try StoryJournal(fixture.folder, start: 8, named: false)
    var item = StoryJournal.instrument()
    item.lot = Increment(mantissa: 1, decimals: 7)
    try next.append(.instrument, InstrumentRecord(item))
    try next.close()
    try Import(fixture.ledger, fixture.folder).all()
    let position = try #require(try fixture.ledger.portfolio().positions.first)
    #expect(position.size == "0.0000001" && position.averagePrice == nil)
  }

  /// What was gained at one contract value is that money at the next.
  @Test func gainsStayMoneyWhereAContractsValueChanges() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder, named: false)
    var item = StoryJournal.instrument()
    item.type = .swap
    item.contract = .linear
    item.lot = Increment(mantissa: 1, decimals: 0)
    item.contractValue = Increment(mantissa: 1, decimals: 2)
    try story.append(.instrument, InstrumentRecord(item))
    let buy = try story.order(.buy, lots: 10)
    try story.report(.fill, buy, filled: 10, last: 10, price: 1_000)
    let sell = try story.order(.sell, lots: 10)
    try story.report(.fill, sell, .sell, filled: 10, last: 10, price: 1_500)
    item.contractValue = Increment(mantissa: 1, decimals: 1)
    try story.append(.instrument, InstrumentRecord(item))
    var report = Report(kind: .instrument, instrument: item.id)
    (report.price, report.lastQuantity) = (Price(ticks: 1), Quantity(lots: 1))
    try story.append(.report, report)
    let again = try story.order(.buy, lots: 10)
    try story.report(.fill, again, filled: 10, last: 10, price: 1_000)
    let last = try story.order(.sell, lots: 10)
    try story.report(.fill, last, .sell, filled: 10, last: 10, price: 1_100)
    try Import(fixture.ledger, fixture.folder).all()
    // 10 contracts of 0.01 gain 50.0 each, then 10 of 0.1 gain 10.0 each.
    #expect(try fixture.ledger.portfolio().positions.first?.realisedPnL == "15")
  }

  /// Bars on either side of a change are each read in their own ticks.
  @Test func barsAreReadWhereTheyStand() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    func bar(_ minute: Int64, _ ticks: Int64, _ lots: Int64) -> BarRecord {
      BarRecord(
        instrument: InstrumentID(index: 0), interval: .minute,
        openTime: WallMilliseconds(milliseconds: minute * 60_000), open: Price(ticks: ticks),
        high: Price(ticks: ticks), low: Price(ticks: ticks), close: Price(ticks: ticks),
        volume: Quantity(lots: lots), source: .own, isClosed: true)
    }
    try story.append(.bar, bar(1, 1_000, 10))
    try story.change(tick: "0.01", lot: "0.000000001", ticks: 10, lots: 10)
    try story.append(.bar, bar(2, 10_000, 100))
    try Import(fixture.ledger, fixture.folder).all()
    let bars = try fixture.ledger.bars(
      instrument: "BTC-USDT", interval: 60, from: 0, to: 1_000_000)
    #expect(bars.map(\.close) == ["100", "100"])
    #expect(bars.map(\.volume) == ["0.0000001", "0.0000001"])
  }

  /// A signal says what its lots are.
  @Test func theAuditNamesTheLotOfASignal() throws {
    let fixture = try LedgerFixture()
    let cycle = try fixture.ledger.beginCycle(
      trace: LedgerFixture.trace(5), instrument: "BTC-USDT", at: 1)
    var story = try StoryJournal(fixture.folder)
    try story.signal(decision: UInt64(cycle))
    try story.change(tick: "0.1", lot: "0.000000001", ticks: 1, lots: 10)
    try story.signal(decision: UInt64(cycle), target: 100)
    try Import(fixture.ledger, fixture.folder).all()
    let trail = try #require(try fixture.ledger.audit(trace: LedgerFixture.trace(5)))
    #expect(trail.cycles.first?.signals.map(\.lot) == ["0.00000001", "0.000000001"])
    #expect(trail.text.contains("target 100 lots of 0.000000001"))
  }

  /// A file of a build before: what it knew of each start holds for all of it, and it says where that may be wrong.
  @Test func aLedgerOfAnEarlierBuildIsCarriedOver() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let buy = try story.order(.buy, lots: one)
    try story.report(.fill, buy, filled: one, last: one, price: 1_000)
    try story.change(tick: "0.1", lot: "0.000000001", ticks: 1, lots: 10)
    try Import(fixture.ledger, fixture.folder).all()
    try fixture.write { db in
      try db.execute(
        sql: """
          DROP TABLE instrument_rows; DROP TABLE instrument_units;
          DELETE FROM grdb_migrations WHERE identifier = 'journal/5'
          """)
    }
    let opened = try Ledger(path: fixture.path)
    #expect(try opened.portfolio().positions.first?.size == "1")
    #expect(try fixture.count("SELECT count(*) FROM journal_gaps") == 1)
  }
}
