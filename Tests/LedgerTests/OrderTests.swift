// Orders as they are told: state from reports, slippage from the intent's reference, fees by currency.
import Journal
import Ledger
import Quantities
import Testing

@Suite struct OrderTests {
  @Test func slippageIsSignedAgainstTheMidThatWasDecidedOn() throws {
    let fixture = try LedgerFixture()
    let cycle = try fixture.ledger.beginCycle(
      trace: LedgerFixture.trace(5), instrument: "BTC-USDT", at: 1)
    var story = try StoryJournal(fixture.folder)
    // Mid 1000.5 ticks of 0.1: buying at 1001 and 1002 is 0.5 and 1.5 ticks worse.
    let buy = try story.order(.buy, lots: 10, bid: 999, ask: 1_002, decision: UInt64(cycle))
    try story.report(.acknowledged, buy)
    try story.report(.fill, buy, filled: 4, last: 4, price: 1_001, fee: -7)
    try story.report(.fill, buy, filled: 10, last: 6, price: 1_002, fee: -3)
    try story.report(.filled, buy, filled: 10)
    // Selling above the mid is better than it.
    let sell = try story.order(.sell, lots: 10, bid: 999, ask: 1_002)
    try story.report(.fill, sell, .sell, filled: 3, last: 3, price: 1_003, fee: 2, trade: -744)
    try Import(fixture.ledger, fixture.folder).all()

    let first = try #require(try fixture.ledger.order(clOrdID: String(buy.rawValue)))
    #expect(first.order.state == .filled)
    #expect(first.order.filledLots == 10)
    #expect(first.order.referenceMid == "100.05")
    #expect(first.order.counterPrice == "100.2")
    #expect(first.order.averagePrice == "100.16")
    #expect(first.order.slippageTicks == "1.1")
    #expect(first.order.slippageBps == "10.99")
    #expect(first.order.fees == [FeeItem(currency: "BTC", amount: "-0.00001")])
    #expect(first.order.decision == cycle)
    #expect(first.order.traceID == LedgerFixture.trace(5))
    #expect(first.order.size == "0.0000001")
    #expect(first.fills.map(\.slippageTicks) == ["0.5", "1.5"])
    #expect(first.fills.map(\.slippageBps) == ["5", "14.99"])
    #expect(first.intent?.verdict?.code == "approved")
    #expect(first.intent?.bid == "99.9")
    #expect(first.reports.map(\.kind) == ["sent", "acknowledged", "fill", "fill", "filled"])

    let second = try #require(try fixture.ledger.order(clOrdID: String(sell.rawValue))).order
    #expect(second.state == .partiallyFilled)
    let liquidated = try #require(try fixture.ledger.order(clOrdID: String(sell.rawValue))).fills
    #expect(liquidated.map(\.tradeID) == ["-744"])
    #expect(second.slippageTicks == "-2.5")
    #expect(second.counterPrice == "99.9")
    #expect(second.fees == [FeeItem(currency: "USDT", amount: "0.000002")])
    #expect(try fixture.ledger.order(clOrdID: "1") == nil)
    #expect(try fixture.ledger.order(clOrdID: "x") == nil)
  }

  @Test func stateFollowsTheReports() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    var expected: [OrderPhase] = []
    func next(_ state: OrderPhase, _ kinds: [ReportKind], filled: Int64 = 0) throws {
      let id = try story.order()
      for kind in kinds {
        try story.report(
          kind, id, filled: filled, last: filled, price: 1_000,
          code: kind == .rejected ? .exchangeRejected : .approved)
      }
      expected.append(state)
    }
    try next(.sent, [])
    try next(.live, [.acknowledged, .live])
    try next(.partiallyFilled, [.live, .fill], filled: 3)
    try next(.filled, [.live, .fill], filled: 10)
    try next(.filled, [.fill, .filled, .live, .unknown], filled: 10)
    try next(.cancelled, [.live, .cancelled])
    // A fill that is told late does not revive what was cancelled.
    try next(.cancelled, [.live, .cancelled, .fill], filled: 2)
    try next(.rejected, [.rejected])
    try next(.unknown, [.unknown])
    try next(.live, [.unknown, .live])
    try next(.live, [.live, .cancelRejected])
    try Import(fixture.ledger, fixture.folder).all()
    let items = try fixture.ledger.orders(OrderQuery(limit: 500)).items
    #expect(items.map(\.state) == expected.reversed())
    #expect(items.first { $0.state == .rejected }?.code == "exchangeRejected")
    #expect(items.first { $0.state == .rejected }?.exchangeCode == 51_008)
    for state in OrderPhase.allCases {
      let found = try fixture.ledger.orders(OrderQuery(limit: 500, state: state)).items
      #expect(found.count == expected.filter { $0 == state }.count, "\(state)")
    }
  }

  @Test func aRefusalIsToldInTheExchangesWords() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    let first = try story.order()
    try story.refusal(first, "Order does not exist", code: 51_400, of: .cancel)
    try story.refusal(first, "Insufficient USDT margin in account", subCode: 1_000)
    try story.report(.rejected, first, code: .exchangeRejected)
    // Said after the report, or of another order: not this one's words.
    try story.refusal(first, "too late", subCode: 9)
    let second = try story.order()
    try story.report(.rejected, second, code: .exchangeRejected)
    try Import(fixture.ledger, fixture.folder).all()
    let detail = try #require(try fixture.ledger.order(clOrdID: String(first.rawValue)))
    #expect(detail.order.exchangeCode == 51_008 && detail.order.exchangeSubCode == 1_000)
    #expect(detail.order.exchangeText == "Insufficient USDT margin in account")
    #expect(detail.reports.map(\.exchangeSubCode) == [0, 1_000])
    #expect(detail.reports.last?.exchangeText == "Insufficient USDT margin in account")
    let other = try #require(try fixture.ledger.order(clOrdID: String(second.rawValue)))
    #expect(other.order.exchangeText.isEmpty && other.order.exchangeSubCode == 0)
  }

  @Test func conditionsAndPagesOfOrders() throws {
    let fixture = try LedgerFixture()
    var story = try StoryJournal(fixture.folder)
    for number in 0..<30 {
      try story.order(
        decision: number % 3 == 0 ? 42 : 0, source: number % 3 == 0 ? .agent : .manual)
      try story.order(refusal: .position)
    }
    try Import(fixture.ledger, fixture.folder).all()
    var seen: [String] = []
    var cursor: Int64?
    repeat {
      let page = try fixture.ledger.orders(OrderQuery(limit: 7, cursor: cursor))
      seen += page.items.map(\.clOrdID)
      cursor = page.next
    } while cursor != nil
    #expect(seen.count == 30)
    #expect(Set(seen).count == 30)
    #expect(try fixture.ledger.orders(OrderQuery(limit: 500, decision: 42)).items.count == 10)
    #expect(try fixture.ledger.orders(OrderQuery(instrument: "BTC-USDT")).items.count == 30)
    #expect(try fixture.ledger.orders(OrderQuery(instrument: "ETH-USDT")).items.isEmpty)
    #expect(try fixture.ledger.orders(OrderQuery(to: 1)).items.isEmpty)
    #expect(throws: LedgerError.self) { try fixture.ledger.orders(OrderQuery(limit: 0)) }

    var record = LedgerFixture.record("cycle", cycle: 42)
    record.outcome = .accepted
    _ = try fixture.ledger.append(record)
    _ = try fixture.ledger.append(LedgerFixture.record("macro_trader", cycle: 42))
    _ = try fixture.ledger.append(LedgerFixture.record("macro_trader", cycle: 41))
    let items = try fixture.ledger.feed(FeedQuery()).items
    #expect(items.map(\.orderIDs.count) == [0, 10, 10])
    #expect(Set(items[1].orderIDs).isSubset(of: Set(seen)))
  }
}
