// The reconciliation machine stepped by hand: what is asked, in which order, and what may be told of it.

import Account
import Channels
import Core
import Journal
import Orders
import Pipeline
import Quantities
import Testing

private let swap = reconciledSwap
private let begun = reconciliationBegun

@Suite struct ReconciliationTests {
  @Test func nothingIsAskedBeforeTheLineIsAcknowledged() {
    var stepped = Stepped()
    stepped.pass(60_000)
    #expect(stepped.asks.isEmpty && stepped.told.isEmpty)
  }

  @Test func anEpochIsReadInOrderAndClosedLast() {
    var stepped = Stepped()
    stepped.readNothing()
    stepped.open(1)
    #expect(stepped.asks.count == 3, "pending, fills and balances together")
    stepped.answer(
      pending: [live(ClientOrderID(start: 4, number: 1)!)],
      fills: [statedFill(7, trade: 70, at: begun + 5)])
    // Rows first, so that what positions state is compared with them counted.
    let order = ["fill", "workingOrder", "position", "epochRead"].map {
      stepped.names.firstIndex(of: $0) ?? -1
    }
    #expect(order == order.sorted() && !order.contains(-1), "\(stepped.names)")
    #expect(!stepped.isReady, "the Sender says when")
    stepped.take(.question(AccountQuestion(.closed)))
    #expect(stepped.isReady)
  }

  /// It is asked about each second: the note carries how often, so that the log can be spared.
  @Test func anOrderThatCannotBeAskedAboutIsCounted() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    func fail(_ number: UInt64) {
      let one = query(number)
      stepped.take(.question(AccountQuestion(one)))
      var reading = OrderReading(answer: .unheard(one))
      reading.failure = "OKX 50004: timeout"
      stepped.take(.order(one, reading))
    }
    for _ in 0..<3 { fail(1) }
    fail(2)
    #expect(stepped.unanswered == [1, 2, 3, 1])
    let one = query(1)
    stepped.take(.question(AccountQuestion(one)))
    stepped.answer(one, .found, live(one.clientOrder))
    fail(1)
    #expect(stepped.unanswered.last == 1, "it was heard of meanwhile")
  }

  @Test func aNewLineBeginsAnew() {
    var stepped = Stepped()
    stepped.open(1)
    let old = stepped.asks
    stepped.asks = []
    stepped.open(2)
    #expect(stepped.asks.count == 3)
    // What was asked before the second acknowledgement may have missed what the first line lost.
    for (_, round) in old { stepped.take(.pending(Stated(), round: round)) }
    for (_, round) in old { stepped.take(.fills(Stated(), round: round)) }
    for (_, round) in old { stepped.take(.balances(Stated(), round: round)) }
    #expect(stepped.told.isEmpty)
    stepped.answer()
    let read = stepped.told.compactMap { message -> UInt32? in
      if case .epochRead(let number) = message { number } else { nil }
    }
    #expect(read == [2])
  }

  @Test func anEndWaitsForARoundThatBeganAfterIt() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    stepped.told = []
    let (ended, lives) = (query(1), query(2))
    for one in [ended, lives] { stepped.take(.question(AccountQuestion(one))) }
    stepped.answer(ended, .found, live(ended.clientOrder, .cancelled))
    stepped.answer(lives, .notFound)
    #expect(stepped.told.isEmpty, "REST alone ends nothing")
    // The round that is under way began before the second answer; the next one confirms.
    for _ in 0..<3 {
      stepped.pass(1)
      stepped.answer(pending: [live(lives.clientOrder)])
    }
    var answers: [ClientOrderID: OrderAnswer] = [:]
    for message in stepped.told {
      if case .answer(let answer) = message { answers[answer.clientOrder] = answer }
    }
    #expect(answers[ended.clientOrder]?.kind == .found)
    #expect(answers[ended.clientOrder]?.update.state == .cancelled)
    // 51603, and yet among the pending orders: it lives.
    #expect(answers[lives.clientOrder]?.kind == .found)
    #expect(answers[lives.clientOrder]?.update.state == .live)
  }

  @Test func whatIsAtWorkIsAnsweredAtOnce() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    stepped.told = []
    stepped.take(.question(AccountQuestion(query(3))))
    stepped.answer(query(3), .found)
    #expect(stepped.names == ["answer"])
    stepped.take(.question(AccountQuestion(query(3))))
    stepped.answer(query(3), .failed)
    #expect(stepped.names == ["answer", "answer"])
  }

  /// REST lags: an order that an end on record closed shows at work a moment longer, and is asked about with what is on
  /// record of it counted.
  @Test func anEndedOrderThatRESTStillShowsIsAskedAbout() throws {
    let history = try History()
    let order = try #require(ClientOrderID(start: 4, number: 1))
    try history.start(4) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT-SWAP"])
      try segment.order(1, order, lots: 10, expires: begun + 800)
      try segment.report(.fill, 1, order, lots: 3, trade: 70, order: 900)
      try segment.report(.cancelled, 1, order)
    }
    var stepped = Stepped(try history.memory)
    stepped.open(1)
    stepped.answer(pending: [live(order)])
    let unproven = stepped.told.compactMap { message -> OrderUpdate? in
      if case .unproven(let update) = message { update } else { nil }
    }
    #expect(unproven.map(\.clientOrder) == [order])
    #expect(unproven.first?.cumulativeFilled.lots == 3, "what its push says is not on record")
    stepped.open(2)
    stepped.told = []
    stepped.answer(pending: [live(order)])
    #expect(stepped.names.contains("workingOrder"), "it is held by now")
  }

  @Test func aFailedRoundIsAskedAgainWithGrowingPauses() {
    var stepped = Stepped()
    stepped.open(1)
    var pauses: [Int64] = []
    for _ in 0..<4 {
      let round = stepped.asks[0].round
      stepped.asks = []
      stepped.take(.failed("HTTP 503", round: round))
      var waited: Int64 = 0
      while stepped.asks.isEmpty && waited < 60_000 {
        stepped.pass(10)
        waited += 10
      }
      pauses.append(waited)
    }
    #expect(pauses == [200, 400, 800, 1_600])
    #expect(!stepped.names.contains("epochRead"))
    stepped.answer()
    #expect(stepped.names.contains("epochRead"))
  }

  @Test func aDerivativeWithoutARowIsFlatUnlessItsRowIsOdd() {
    var stepped = Stepped()
    stepped.open(1)
    let odd = OddRow(
      path: "p", instrumentName: "ETH-USDT-SWAP", instrument: swap, clientOrder: .none,
      exchangeOrder: .none, bill: 0, field: "pos", value: "1e400", reason: .outOfRange)
    stepped.answer(
      fills: [statedFill(7, trade: 70, at: begun + 900)],
      positions: [], odd: [odd])
    let figures = stepped.told.compactMap { message -> (InstrumentID, StatedFigure)? in
      if case .position(let id, let stated, _) = message { (id, stated) } else { nil }
    }
    #expect(figures.map(\.0) == [InstrumentID(index: 2)], "spot has none, the odd one is unknown")
    #expect(figures.first?.1.lots == 0)
    #expect(figures.first?.1.time.milliseconds == begun + 900, "as of what was heard last")
  }

  /// An isolated row beside a cross row that is gone: the desk would never be told that it is flat.
  @Test(arguments: [OddReason.foreignMode, .foreignSide, .foreignType])
  func aForeignRowHidesNoFlat(_ reason: OddReason) {
    var stepped = Stepped()
    stepped.open(1)
    let odd = OddRow(
      path: "p", instrumentName: "ETH-USDT-SWAP", instrument: swap, clientOrder: .none,
      exchangeOrder: .none, bill: 0, field: "mgnMode", value: "isolated", reason: reason)
    stepped.answer(odd: [odd])
    let flat = stepped.told.compactMap { message -> InstrumentID? in
      if case .position(let id, let stated, _) = message, stated.lots == 0 { id } else { nil }
    }
    #expect(flat == [swap, InstrumentID(index: 2)])
  }

  /// Pending orders show the order in a row that is not understood: "not found" is no end then.
  @Test func anOddRowConfirmsNoEnd() throws {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    stepped.told = []
    stepped.take(.question(AccountQuestion(query(1))))
    stepped.answer(query(1), .notFound)
    stepped.pass(1)
    var rows = Stated<OrderUpdate>()
    rows.odd = [
      OddRow(
        path: "trade/orders-pending", instrumentName: "ETH-USDT-SWAP", instrument: swap,
        clientOrder: query(1).clientOrder, exchangeOrder: .none, bill: 0, field: "uTime",
        value: "9999999999999999", reason: .absurdTime)
    ]
    for (ask, round) in stepped.asks {
      if case .pending = ask { stepped.take(.pending(rows, round: round)) }
      if case .fills = ask { stepped.take(.fills(Stated(), round: round)) }
    }
    guard case .answer(let answer) = try #require(stepped.told.first) else { return }
    #expect(answer.kind == .failed && stepped.told.count == 1)
  }

  @Test func aDifferenceIsReadAtOnce() {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    #expect(stepped.asks.isEmpty)
    var question = AccountQuestion(.difference)
    question.instrument = swap
    stepped.take(.question(question))
    #expect(stepped.asks.count == 3 && stepped.notes == 1)
  }

  @Test func whatEarlierStartsLeftIsToldFirst() throws {
    let history = try History()
    let open = try #require(ClientOrderID(start: 4, number: 1))
    try history.start(4) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT-SWAP"])
      try segment.order(1, open, lots: 10, expires: begun + 800)
      try segment.report(.fill, 1, open, lots: 3, trade: 70, order: 900)
      try segment.report(.fill, 0, .none, lots: 5, order: 33)
      try segment.put(
        .fillCursor, FillCursor(billID: 0, time: WallMilliseconds(milliseconds: begun - 40_000)))
    }
    var stepped = Stepped(try history.memory)
    stepped.open(1)
    #expect(stepped.names == ["recorded", "recorded", "unproven"])
    guard case .unproven(let update) = stepped.told[2] else { return }
    #expect(update.clientOrder == open && update.cumulativeFilled.lots == 3)
    #expect(update.exchangeOrder.rawValue == 900 && update.instrument == swap)
    // The row that is on record is not told again; a new one is.
    stepped.told = []
    stepped.answer(fills: [
      statedFill(7, trade: 70, at: begun), statedFill(8, trade: 71, at: begun - 30_000),
    ])
    #expect(stepped.names.filter { $0 == "fill" }.count == 1)
    // "Not found" before its expTime is surely over is no answer.
    let asked = OrderQuery(
      clientOrder: open, exchangeOrder: .none, instrument: swap, askedAt: .zero)
    stepped.told = []
    stepped.take(.question(AccountQuestion(asked)))
    stepped.answer(asked, .notFound)
    guard case .answer(let early) = try #require(stepped.told.first) else { return }
    #expect(early.kind == .failed)
    stepped.pass(2_801)
    stepped.asks = []
    stepped.told = []
    stepped.take(.question(AccountQuestion(asked)))
    stepped.answer(asked, .notFound)
    stepped.pass(1)
    stepped.answer()
    stepped.pass(1)
    stepped.answer()
    guard case .answer(let late) = try #require(stepped.told.first) else { return }
    #expect(late.kind == .notFound)
    // A second line tells nothing of that again.
    stepped.told = []
    stepped.open(2)
    #expect(stepped.told.isEmpty)
  }
}
