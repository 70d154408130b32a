// Bars: cut where OKX cuts them, made of trades alone, joined to their history without a hole.

import Market
import Quantities
import Testing

private func print(_ price: Int64, _ lots: Int64) -> TradePrint {
  TradePrint(
    id: 1, price: Price(ticks: price), quantity: Quantity(lots: lots), side: .buy, count: 1)
}

/// A bar outside of a macro, which cannot call what mutates.
private func bar(
  _ series: inout CandleSeries, _ interval: CandleInterval, _ time: Int64
) -> Candle? {
  series.candle(interval, at: time)
}

@Test func intervalsOpenWhereOKXSaysThem() {
  // 2026-11-25 03:20:26.5 UTC, a Wednesday; 11:20 in UTC+8.
  let time: Int64 = 1_795_576_826_500
  let opens: [(CandleInterval, Int64)] = [
    (.second, 1_795_576_826_000), (.minute, 1_795_576_800_000), (.minutes3, 1_795_576_680_000),
    (.minutes15, 1_795_576_500_000), (.hour, 1_795_575_600_000), (.hours4, 1_795_564_800_000),
    (.hours6UTC, 1_795_564_800_000), (.hours6, 1_795_557_600_000),
    (.hours12, 1_795_536_000_000), (.dayUTC, 1_795_564_800_000), (.day, 1_795_536_000_000),
    (.weekUTC, 1_795_392_000_000), (.week, 1_795_363_200_000),
  ]
  for (interval, open) in opens {
    #expect(interval.start(of: time) == open, "\(interval.rawValue)")
    #expect(interval.start(of: open) == open && interval.start(of: open - 1) < open)
  }
  #expect(CandleInterval(channel: "candle1Dutc") == .dayUTC)
  #expect(CandleInterval(channel: "candle2m") == nil && CandleInterval(channel: "candle") == nil)
}

@Test func barsAreOfTradesAndStandStillWithout() throws {
  var series = CandleSeries()
  var found = bar(&series, .second, 0)
  #expect(found == nil)
  let start: Int64 = 1_795_576_820_100
  series.take(print(100, 3), at: start)
  series.take(print(90, 2), at: start + 200)
  series.take(print(95, 1), at: start + 899)
  series.take(print(110, 5), at: start + 3_000)
  // A late print counts in the bar that is open.
  series.take(print(80, 1), at: start + 500)
  let second = start / 1_000 * 1_000
  found = bar(&series, .second, second)
  var one = try #require(found)
  #expect([one.open, one.high, one.low, one.close, one.lots] == [100, 100, 90, 95, 6])
  #expect(one.value == 100 * 3 + 90 * 2 + 95)
  for still in [second + 1_000, second + 2_000] {
    found = bar(&series, .second, still)
    one = try #require(found)
    #expect([one.open, one.high, one.low, one.close, one.lots] == [95, 95, 95, 95, 0])
  }
  found = bar(&series, .second, second + 3_000)
  one = try #require(found)
  #expect([one.open, one.high, one.low, one.close, one.lots] == [110, 110, 80, 80, 6])
  found = bar(&series, .second, second + 4_000)
  #expect(found == nil)
  series.advance(to: start + 60_000)
  found = bar(&series, .minute, start / 60_000 * 60_000)
  one = try #require(found)
  #expect([one.open, one.high, one.low, one.close, one.lots] == [100, 110, 80, 80, 12])
  found = bar(&series, .hour, CandleInterval.hour.start(of: start))
  #expect(found?.open == 100)
  // A jump of years starts the window anew instead of filling it.
  series.take(print(70, 1), at: start + 400 * 86_400_000)
  found = bar(&series, .minute, start / 60_000 * 60_000)
  #expect(found == nil)
  let day = series.lastDay()
  #expect(day?.high == 70)
}

@Test(arguments: [3, 4] as [UInt64]) func historyJoinsTheLiveBars(_ seed: UInt64) throws {
  let start: Int64 = 1_795_576_826_517
  var market = GeneratedMarket(
    instruments: 1, swaps: 1, seed: seed, messagesPerSecond: 200, start: start)
  var all = market.candles
  var last = start
  while last < start + 70_000 {
    let event = try following(&market)
    last = event.exchangeTime
    if let trade = event.trade { all[event.instrument].take(trade, at: last) }
  }
  for index in 0..<2 {
    all[index].advance(to: last)
    for interval in [CandleInterval.second, .minute, .minutes5, .hour, .dayUTC] {
      let bars = all[index].candles(
        interval, before: .max, after: -1, limit: 200, isClosedOnly: false)
      #expect(bars.count > 50)
      for (newer, older) in zip(bars, bars.dropFirst()) {
        #expect(newer.openTime == older.openTime + interval.milliseconds)
        #expect(newer.low <= min(newer.open, newer.close) && newer.low > 0)
        #expect(newer.high >= max(newer.open, newer.close))
        // The live book is thin enough for a print to jump by a quarter of a percent.
        let bound = newer.openTime < start ? older.close / 500 : older.close / 100
        #expect(abs(newer.open - older.close) <= bound, "\(interval) \(newer) \(older)")
      }
    }
    // A minute is what its seconds are, where one half is history and the other live.
    let minute = start / 60_000 * 60_000
    var whole: Candle?
    for second in stride(from: minute, to: minute + 60_000, by: 1_000) {
      let found = bar(&all[index], .second, second)
      let part = try #require(found)
      if whole == nil { whole = part } else { whole?.append(part) }
    }
    #expect(whole == all[index].candle(.minute, at: minute))
    let oldest = try #require(all[index].oldest(.minute))
    #expect(all[index].candle(.minute, at: oldest) != nil)
    #expect(all[index].candle(.minute, at: oldest - 60_000) == nil)
    #expect(
      all[index].candles(.minute, before: oldest, after: -1, limit: 9, isClosedOnly: true) == [])
  }
  #expect(
    GeneratedMarket(instruments: 1, seed: seed, start: start).candles[0].oldest(.dayUTC) != nil)
}

@Test func swapsLeaveTheSpotBooksAsTheyAre() throws {
  func first(_ swaps: Int) throws -> [MarketEvent] {
    var market = GeneratedMarket(instruments: 2, swaps: swaps, seed: 5, messagesPerSecond: 900)
    #expect(market.catalogue.count == 2 + min(swaps, 5))
    var found: [MarketEvent] = []
    while found.count < 400 {
      var event = try following(&market)
      if event.instrument < 2 {
        // The rate is shared among more books, so times differ; what happens does not.
        event.due = 0
        event.exchangeTime = 0
        found.append(event)
      }
    }
    return found.filter { $0.instrument == 0 }
  }
  let (plain, beside) = (try first(0), try first(9))
  let count = min(plain.count, beside.count)
  #expect(count > 50 && plain.prefix(count) == beside.prefix(count))
  let swap = GeneratedMarket(instruments: 1, swaps: 1, seed: 1).catalogue[1]
  #expect(swap.id == "BTC-USDT-SWAP" && swap.isTradable && swap.contract == .linear)
  #expect(swap.settle == "USDT" && swap.family == "BTC-USDT" && swap.contractCurrency == "BTC")
}
