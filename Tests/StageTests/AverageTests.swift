// What a position cost by our fills, and by the exchange.

import Channels
import Orders
import Pipeline
import Quantities
import StageBench
import Testing

@Suite struct AverageTests {
  private let swap = InstrumentID(index: 1)

  /// A swap of 10 lots, bought at 1,000 ticks.
  private func bench() throws -> StageBench {
    let bench = try reconciledBench()
    var row = Report(kind: .fill, instrument: swap, side: .buy)
    row.exchangeOrder = ExchangeOrderID(rawValue: 901)
    row.lastQuantity = Quantity(lots: 10)
    row.lastPrice = Price(ticks: 1_000)
    row.tradeID = 1
    row.receivedAt = bench.now.instant
    row.exchangeTime = bench.now.wall
    #expect(bench.tellSender(.fill(row)))
    #expect(bench.tellSender(.epochRead(1)))
    bench.settle()
    bench.advance(by: 5_000_000_000)
    return bench
  }

  private func state(_ bench: StageBench, _ ticks: Int64, lots: Int64 = 10) -> [AccountQuestion] {
    bench.advance(by: 30_000_000_000)
    let stated = StatedFigure(
      lots: lots, tradeID: 1, time: bench.now.wall, askedAt: bench.now.instant)
    #expect(
      bench.tellSender(.position(instrument: swap, stated, averagePrice: Price(ticks: ticks))))
    bench.settle(.sender)
    while bench.nextQuery() != nil {}
    return bench.takeQuestions().filter { $0.kind == .average }
  }

  @Test func anAverageThatDiffersTwiceIsToldAndTaken() throws {
    let bench = try bench()
    #expect(state(bench, 1_001).isEmpty, "a tick is rounding")
    #expect(state(bench, 1_010).isEmpty, "one reading may be odd")
    #expect(state(bench, 1_000).isEmpty)
    #expect(state(bench, 1_010).isEmpty)
    let told = state(bench, 1_010)
    #expect(told.map(\.counted) == [1_000] && told.map(\.stated) == [1_010])
    #expect(bench.faults(.averageGap) == 1)
    #expect(state(bench, 1_010).isEmpty && state(bench, 1_010).isEmpty, "it is ours by now")
  }

  /// Other lots are another position: the watch's matter.
  @Test func lotsThatDifferAreNotCompared() throws {
    let bench = try bench()
    for _ in 0..<3 { #expect(state(bench, 1_010, lots: 9).isEmpty) }
  }
}
