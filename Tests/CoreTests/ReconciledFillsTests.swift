// Which rows of trade/fills are told, and how far it is on record that they were read.

import Account
import Channels
import Core
import Journal
import Orders
import Pipeline
import Quantities
import Testing

private let begun = reconciliationBegun

@Suite struct ReconciledFillsTests {
  @Test func rowsAreToldOnceAndTheCursorFollowsLate() {
    var stepped = Stepped()
    stepped.readNothing()
    stepped.open(1)
    stepped.answer(fills: [
      statedFill(7, trade: 70, at: begun + 5), statedFill(8, trade: 71, at: begun + 6),
    ])
    #expect(stepped.names.filter { $0 == "fill" }.count == 2)
    #expect(!stepped.names.contains("cursor"), "one with an earlier bill may still show")
    stepped.told = []
    stepped.pass(31_000)
    stepped.answer(
      fills: [
        statedFill(7, trade: 70, at: begun + 5), statedFill(8, trade: 71, at: begun + 6),
        statedFill(9, trade: 72, at: begun + 70_000),
      ])
    #expect(stepped.names.filter { $0 == "fill" }.count == 1)
    #expect(
      stepped.cursors
        == [FillCursor(billID: 8, time: WallMilliseconds(milliseconds: begun + 6))])
    stepped.pass(31_000)
    guard case .fills(let after, let begin) = stepped.asks[1].0 else {
      Issue.record("no fills asked for")
      return
    }
    #expect(after == 8 && begin.milliseconds == begun + 6 - 60_000)
  }

  /// What was filled before the first reading ever is in the positions it states, whatever the two clocks say.
  @Test(arguments: [-60_000, 60_000] as [Int64])
  func theFirstReadingEverIsHistory(skew: Int64) throws {
    var stepped = Stepped()
    stepped.open(1)
    let rows = [statedFill(7, trade: 70, at: begun + skew), statedFill(9, trade: 0, at: begun)]
    stepped.answer(fills: rows)
    #expect(!stepped.names.contains("fill"))
    #expect(stepped.cursors.map(\.billID) == [9])
    stepped.told = []
    stepped.open(2)
    guard case .fills(let after, _) = stepped.asks[1].0 else { return }
    #expect(after == 9)
    stepped.answer(fills: rows + [statedFill(10, trade: 71, at: begun + skew)])
    #expect(stepped.fills.map(\.tradeID) == [71])
  }

  /// None was there to read: the next start asks from then on, and not past a bill.
  @Test func anEmptyFirstReadingIsOnRecord() throws {
    var stepped = Stepped()
    stepped.open(1)
    stepped.answer()
    let first = try #require(stepped.cursors.first)
    #expect(first == FillCursor(billID: 0, time: WallMilliseconds(milliseconds: begun)))
    let history = try History()
    try history.start(4) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT-SWAP"])
      try segment.put(.fillCursor, first)
    }
    var next = Stepped(try history.memory)
    next.open(1)
    guard case .fills(let after, let begin) = next.asks[1].0 else { return }
    #expect(after == nil && begin.milliseconds == begun - 60_000)
    next.answer(fills: [statedFill(7, trade: 70, at: begun - 5)])
    #expect(next.fills.count == 1, "it was not there")
  }

  /// The newest fill on record says nothing of earlier ones that no push told: without a cursor all the journal's time
  /// is read, ours of any time among it.
  @Test func withoutACursorTheWholeJournalIsRead() throws {
    let history = try History()
    try history.start(4) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT-SWAP"])
      try segment.fill(1, .buy, 2, trade: 70, order: 900, at: begun)
    }
    let memory = try history.memory
    let began = try #require(memory.began).milliseconds
    var stepped = Stepped(memory)
    stepped.open(1)
    guard case .fills(let after, let begin) = stepped.asks[1].0 else { return }
    #expect(after == nil && begin.milliseconds == began - 60_000)
    var ours = statedFill(8, trade: 72, at: began - 9)
    ours.report.clientOrder = try #require(ClientOrderID(start: 4, number: 9))
    stepped.answer(fills: [
      statedFill(6, trade: 69, at: began - 9), statedFill(7, trade: 71, at: began), ours,
    ])
    #expect(stepped.fills.map(\.tradeID) == [71, 72])
  }

  /// A row that names no trade, as a liquidation's may, has its bill for a name: the next start knows it by that.
  @Test func aRowWithoutATradeIsKnownByItsBill() throws {
    var stepped = Stepped()
    stepped.readNothing()
    stepped.open(1)
    stepped.answer(fills: [
      statedFill(7, trade: 0, at: begun + 5), statedFill(8, trade: 0, at: begun + 5),
    ])
    let told = stepped.fills
    #expect(told.count == 2 && told[0].tradeID != told[1].tradeID)
    #expect(told.allSatisfy { Int64(bitPattern: $0.tradeID) < 0 }, "no book's trade")
    let history = try History()
    try history.start(4) { segment in
      try segment.name(["BTC-USDT", "ETH-USDT-SWAP"])
      for var report in told {
        report.instrument = InstrumentID(index: 1)
        try segment.put(.report, report)
      }
      try segment.put(
        .fillCursor, FillCursor(billID: 0, time: WallMilliseconds(milliseconds: begun)))
    }
    var next = Stepped(try history.memory)
    next.open(1)
    next.answer(fills: [
      statedFill(7, trade: 0, at: begun + 5), statedFill(8, trade: 0, at: begun + 5),
      statedFill(9, trade: 0, at: begun + 5),
    ])
    #expect(next.fills.count == 1)
  }
}
