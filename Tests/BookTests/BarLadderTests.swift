// Bars from trades against an aggregation that knows nothing of ladders, and the splice with the time before.

import Book
import Quantities
import Testing

private struct Print {
  var time: Int64
  var price: Int64
  var lots: Int64
  var side: Side

  var body: TradeBody {
    TradeBody(
      price: Price(ticks: price), quantity: Quantity(lots: lots), side: side, tradeID: 1, seqId: 0,
      count: 1, source: 0)
  }
  var at: WallMilliseconds { WallMilliseconds(milliseconds: time) }
}

/// Every bar of `interval` from the first print's to the last that is over at `end`, by looking through all
/// prints once a bar.
private func naive(_ prints: [Print], _ interval: BarInterval, until end: Int64) -> [BarRecord] {
  guard let first = prints.first else { return [] }
  let length = interval.seconds * 1_000
  var opening = first.time / length * length
  var close = first.price
  var bars: [BarRecord] = []
  while opening + length <= end {
    let inside = prints.filter { opening <= $0.time && $0.time < opening + length }
    let prices = inside.isEmpty ? [close] : inside.map(\.price)
    close = prices.last ?? close
    bars.append(
      BarRecord(
        instrument: InstrumentID(index: 3), interval: interval,
        openTime: WallMilliseconds(milliseconds: opening), open: Price(ticks: prices.first ?? 0),
        high: Price(ticks: prices.max() ?? 0), low: Price(ticks: prices.min() ?? 0),
        close: Price(ticks: close),
        volume: Quantity(lots: inside.reduce(0) { $0 + $1.lots }),
        bought: Quantity(lots: inside.reduce(0) { $0 + ($1.side == .buy ? $1.lots : 0) }),
        trades: UInt64(inside.count), source: .own, isClosed: true))
    opening += length
  }
  return bars
}

private func walk(
  from start: Int64, count: Int, gap: ClosedRange<Int64>, _ random: inout some RandomNumberGenerator
) -> [Print] {
  var time = start
  var price: Int64 = 50_000
  return (0..<count).map { _ in
    time += Int64.random(in: gap, using: &random)
    price = max(1, price + Int64.random(in: -9...9, using: &random))
    return Print(
      time: time, price: price, lots: Int64.random(in: 1...500, using: &random),
      side: Bool.random(using: &random) ? .buy : .sell)
  }
}

private struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

private let midnight: Int64 = 1_764_028_800_000

@Suite struct BarLadderTests {
  /// Quiet seconds are flat bars at the last close; every interval equals the naive sum of its trades.
  @Test(arguments: 1...12) func barsEqualANaiveAggregation(_ seed: Int) {
    var random = Seeded(state: UInt64(seed))
    let prints = walk(
      from: midnight + 17, count: 900, gap: 0...(seed < 9 ? 3_000 : 60_000), &random)
    var ladder = BarLadder(instrument: InstrumentID(index: 3))
    ladder.listen(from: WallMilliseconds(milliseconds: midnight))
    var closed: [BarInterval: [BarRecord]] = [:]
    var clock = midnight
    for print in prints {
      ladder.take(print.body, at: print.at) { closed[$0.interval, default: []].append($0) }
      clock = max(clock, print.time)
      if Int.random(in: 0..<3, using: &random) == 0 {
        ladder.advance(to: WallMilliseconds(milliseconds: clock)) {
          closed[$0.interval, default: []].append($0)
        }
      }
    }
    for interval in BarInterval.allCases {
      let expected = naive(
        prints, interval, until: interval.opening(of: prints.last!.at).milliseconds)
      #expect((closed[interval] ?? []) == expected, "seed \(seed) \(interval)")
    }
    #expect(ladder.counters.late == 0 && ladder.counters.skipped == 0)
    #expect((closed[.fiveMinutes] ?? []).count > 1)
  }

  /// We begin in the middle; the exchange has the closed bars of before. What is told later counts every
  /// trade once, and nothing is told of a bar whose beginning we did not see.
  @Test(arguments: 1...12) func spliceLosesNoTradeAndCountsNoneTwice(_ seed: Int) {
    var random = Seeded(state: UInt64(1_000 + seed))
    let prints = walk(from: midnight + 3, count: 4_000, gap: 0...8_000, &random)
    let begin = prints[Int.random(in: 500...2_500, using: &random)].time
    var ladder = BarLadder(instrument: InstrumentID(index: 3))
    ladder.listen(from: WallMilliseconds(milliseconds: begin))
    var closed: [BarInterval: [BarRecord]] = [:]
    var isSpliced = false
    var splicedAt: Int64 = 0
    for print in prints where print.time >= begin {
      ladder.take(print.body, at: print.at) { closed[$0.interval, default: []].append($0) }
      if isSpliced { continue }
      var theirs: [BarInterval: [BarRecord]] = [:]
      for interval in BarInterval.allCases where interval != .second {
        theirs[interval] = naive(prints, interval, until: print.time)
      }
      // The minute in which we began cannot be whole before it is over.
      let minute = BarInterval.minute.opening(of: WallMilliseconds(milliseconds: begin))
      let missing = ladder.splice(theirs)
      if print.time < minute.milliseconds + 60_000 && minute.milliseconds != begin {
        #expect(!missing.isEmpty, "seed \(seed)")
      }
      isSpliced = missing.isEmpty
      splicedAt = print.time
    }
    #expect(isSpliced && splicedAt < begin + 180_000, "seed \(seed)")
    let whole = prints.last!.at
    for interval in BarInterval.allCases where interval != .second {
      let all = naive(prints, interval, until: interval.opening(of: whole).milliseconds)
      let told = closed[interval] ?? []
      #expect(told == all.suffix(told.count), "seed \(seed) \(interval)")
      // From the first that could be whole on, none is missing.
      let due = all.filter { $0.endTime.milliseconds > splicedAt }.count
      #expect(told.count >= due, "seed \(seed) \(interval)")
    }
  }

  /// A bar of theirs is missing: the open one stays untold rather than short.
  @Test func aHoleInTheHistoryIsNotSpliced() {
    var random = Seeded(state: 5)
    let prints = walk(from: midnight + 3, count: 1_500, gap: 0...2_000, &random)
    let begin = midnight + 11 * 60_000 + 30_000
    let now = midnight + 13 * 60_000 + 10_000
    var ladder = BarLadder(instrument: InstrumentID(index: 3))
    ladder.listen(from: WallMilliseconds(milliseconds: begin))
    for print in prints where print.time >= begin && print.time < now {
      ladder.take(print.body, at: print.at) { _ in }
    }
    var theirs: [BarInterval: [BarRecord]] = [:]
    for interval in BarInterval.allCases { theirs[interval] = naive(prints, interval, until: now) }
    var short = theirs
    short[.minute]?.remove(at: 11)
    #expect(ladder.splice(short).contains(.fiveMinutes))
    #expect(ladder.open(.fiveMinutes) == nil && ladder.open(.day) == nil)
    #expect(ladder.splice(theirs).isEmpty && ladder.isSpliced)
  }

  /// Trades that nobody saw: what lay in the loss is not told, least of all as a quiet market.
  @Test func aLossTellsNoBarOfTheTimeNobodyListened() {
    var random = Seeded(state: 9)
    let prints = walk(from: midnight + 3, count: 4_000, gap: 0...900, &random)
    var ladder = BarLadder(instrument: InstrumentID(index: 3))
    ladder.listen(from: WallMilliseconds(milliseconds: midnight))
    let lost = midnight + 3 * 60_000 + 20_000
    let found = midnight + 6 * 60_000 + 40_500
    var told: [BarRecord] = []
    for print in prints where print.time < lost {
      ladder.take(print.body, at: print.at) { told.append($0) }
    }
    ladder.listen(from: nil)
    ladder.advance(to: WallMilliseconds(milliseconds: found)) { told.append($0) }
    for print in prints where print.time >= found {
      ladder.take(print.body, at: print.at) { told.append($0) }
    }
    for interval in [BarInterval.second, .minute, .fiveMinutes] {
      let all = naive(prints, interval, until: interval.opening(of: prints.last!.at).milliseconds)
      let mine = told.filter { $0.interval == interval }
      for bar in mine { #expect(all.contains(bar), "\(bar)") }
      #expect(
        mine.allSatisfy { $0.endTime.milliseconds <= lost || $0.openTime.milliseconds >= found })
      #expect(mine.contains { $0.openTime.milliseconds >= found })
    }
  }

  @Test func theirBarsAreComparedInEitherOrder() {
    var random = Seeded(state: 7)
    let prints = walk(from: midnight + 3, count: 600, gap: 0...900, &random)
    var ladder = BarLadder(instrument: InstrumentID(index: 3))
    ladder.listen(from: WallMilliseconds(milliseconds: midnight))
    let theirs = naive(prints, .minute, until: midnight + 3 * 60_000)
    var wrong = theirs[1]
    wrong.volume = Quantity(lots: wrong.volume.lots + 1)
    ladder.check(theirs[0])
    #expect(ladder.counters.agreed == 0)
    for print in prints { ladder.take(print.body, at: print.at) { _ in } }
    #expect(ladder.counters.agreed == 1 && ladder.counters.differed == 0)
    ladder.check(wrong)
    #expect(ladder.counters.differed == 1 && ladder.takeDiffering() == [wrong])
    #expect(ladder.takeDiffering().isEmpty)
  }

  @Test func hostileTimesAndSizesDoNotTrap() {
    var random = Seeded(state: 11)
    var ladder = BarLadder(instrument: InstrumentID(index: 3))
    let times: [Int64] = [0, 1, midnight, midnight + 500_000_000, .max - 1, .max]
    for _ in 0..<2_000 {
      let time = times.randomElement(using: &random) ?? 0
      let body = Print(time: time, price: .max, lots: .max, side: .buy).body
      ladder.take(body, at: WallMilliseconds(milliseconds: time)) { _ in }
      ladder.advance(to: WallMilliseconds(milliseconds: times.randomElement(using: &random) ?? 0)) {
        _ in
      }
    }
    #expect(ladder.counters.late > 0 && ladder.counters.skipped > 0)
  }
}
