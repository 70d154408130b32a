// What Account says is taken in its order: each word finds all that was said before it counted.

import Channels
import Journal
import Orders
import Pipeline
import Quantities
import StageBench
import Testing

/// A pair and a swap, by a REST that only the test speaks for.
func reconciledBench() throws -> StageBench {
  var options = BenchOptions()
  options.catalogue = BenchOptions.pairAndSwap()
  options.sender.reconciliation = .rest
  let bench = try StageBench(options)
  bench.open()
  return bench
}

@Suite struct AccountOrderTests {
  private let swap = InstrumentID(index: 1)

  private func bench() throws -> StageBench { try reconciledBench() }

  private func row(_ lots: Int64, trade: UInt64, at bench: StageBench) -> Report {
    var row = Report(kind: .fill, instrument: swap, side: .buy)
    row.exchangeOrder = ExchangeOrderID(rawValue: 900 + trade)
    row.lastQuantity = Quantity(lots: lots)
    row.lastPrice = Price(ticks: 1_000)
    row.tradeID = trade
    row.exchangeTime = bench.now.wall
    row.isReconciled = true
    return row
  }

  /// Of what is told of the account: the rows here are of nobody's orders.
  private func kinds(_ bench: StageBench) -> [AccountQuestion.Kind] {
    while bench.nextQuery() != nil {}
    return bench.takeQuestions().map(\.kind).filter { $0 != .foreign }
  }

  /// Rows and the position that holds them lie in the ring together: nothing differs, and nothing is repaired.
  @Test func aPositionIsHeldAgainstTheRowsToldBeforeIt() throws {
    let bench = try bench()
    #expect(kinds(bench).contains(.epoch))
    for trade in 1...3 as ClosedRange<UInt64> {
      #expect(bench.tellSender(.fill(row(5, trade: trade, at: bench))))
    }
    let stated = StatedFigure(
      lots: 15, tradeID: 3, time: bench.now.wall, askedAt: bench.now.instant)
    #expect(
      bench.tellSender(.position(instrument: swap, stated, averagePrice: Price(ticks: 1_000))))
    #expect(bench.tellSender(.epochRead(1)))
    bench.advance(by: 5_000_000)
    bench.settle(.sender)
    bench.collect()
    #expect(bench.position(1) == 15)
    #expect(bench.reports(.fill).count == 3 && bench.reports(.position).isEmpty)
    #expect(bench.collected(.position, of: .sender).isEmpty, "no repair is on record")
    bench.advance(by: 5_000_000)
    bench.settle(.sender)
    #expect(kinds(bench) == [.closed])
  }

  /// The journal's count begins a start; what was pushed before it was told comes on top.
  @Test func whatTheJournalEndedWithIsAddedToWhatWasPushed() throws {
    let bench = try bench()
    #expect(bench.tellSender(.fill(row(5, trade: 1, at: bench))))
    #expect(bench.tellSender(.recorded(instrument: swap, quantity: Quantity(lots: -12))))
    bench.settle()
    #expect(bench.position(1) == -7 && bench.builderPosition(1) == -7)
  }

  /// A position that holds a fill nobody told of is the exchange's word: taken, on record with both figures, once.
  @Test func aPositionThatDiffersIsTakenOnceInAnEpoch() throws {
    let bench = try bench()
    _ = kinds(bench)
    #expect(bench.tellSender(.fill(row(5, trade: 1, at: bench))))
    let stated = StatedFigure(lots: 9, tradeID: 2, time: bench.now.wall, askedAt: bench.now.instant)
    #expect(bench.tellSender(.position(instrument: swap, stated, averagePrice: .none)))
    bench.settle(.sender)
    // The fill that it held is told after all: it moves nothing.
    #expect(bench.tellSender(.fill(row(4, trade: 2, at: bench))))
    bench.settle(.sender)
    bench.collect()
    #expect(bench.position(1) == 9)
    let repairs = bench.collected(.position, of: .sender).compactMap {
      $0.read(PositionRecord.self)
    }
    #expect(repairs.first.map { [$0.before.lots, $0.position.lots] } == [5, 9])
    #expect(bench.reports(.fill).count == 2, "it is on record all the same")
  }

  /// What a person is told of when cancels are asked for.
  @Test func whatWorksIsShownByInstrumentAndOwner() throws {
    let bench = try bench()
    let phone = bench.venue.phone(
      .buy, instrument: 1, price: "50.0", size: "1", at: bench.wallNanoseconds, bench.account)
    #expect(phone != nil)
    bench.run()
    bench.advance(by: 5_000_000)
    bench.run()
    #expect(bench.working.own(swap) == 0 && bench.working.others(swap) == 1)
    bench.venue.cancelByPhone(
      try #require(phone), instrument: 1, at: bench.wallNanoseconds, bench.account)
    bench.run()
    bench.advance(by: 5_000_000)
    bench.run()
    #expect(bench.working.own(swap) == 0 && bench.working.others(swap) == 0)
  }
}
