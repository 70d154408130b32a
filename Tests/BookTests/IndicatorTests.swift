// The incremental indicators against the oracle over random streams, and by hand where a book shows it.

import Book
import Quantities
import Testing

private func isClose(_ a: Double?, _ b: Double?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return abs(a - b) <= 1e-12 * max(abs(a), abs(b), 1e-3)
}

/// A volatility is a root of squares of 2⁻⁶⁰ steps: relative 1e-12 where a return is 1e-6 or more.
private func isCloseVolatility(_ a: Double?, _ b: Double?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return abs(a - b) <= 1e-11 * max(abs(a), abs(b)) + 1e-16
}

private func compare(_ values: IndicatorValues, _ oracle: IndicatorValues, _ place: String) {
  #expect(values.midHalfTicks == oracle.midHalfTicks, "\(place)")
  #expect(values.spreadTicks == oracle.spreadTicks, "\(place)")
  #expect(isClose(values.microprice, oracle.microprice), "\(place)")
  #expect(isClose(values.imbalance1, oracle.imbalance1), "\(place)")
  #expect(isClose(values.imbalance5, oracle.imbalance5), "\(place)")
  #expect(isClose(values.imbalance25, oracle.imbalance25), "\(place)")
  #expect(values.orderFlowImbalance == oracle.orderFlowImbalance, "\(place)")
  #expect(values.tradeFlow == oracle.tradeFlow, "\(place)")
  #expect(isClose(values.windowVWAP, oracle.windowVWAP), "\(place)")
  #expect(isClose(values.sessionVWAP, oracle.sessionVWAP), "\(place)")
  #expect(
    isCloseVolatility(values.realisedVolatility, oracle.realisedVolatility),
    "\(place): \(values.realisedVolatility ?? -1) \(oracle.realisedVolatility ?? -1)")
}

/// Time windows, event windows and both at once.
private let streams: [(settings: IndicatorSettings, pace: Int64, seed: UInt64)] = [
  (
    IndicatorSettings(
      windowNanoseconds: 1000, eventsMax: 1024, volatilityIntervalNanoseconds: 100,
      volatilitySamples: 10), 20, 11
  ),
  (
    IndicatorSettings(
      windowNanoseconds: 1_000_000, eventsMax: 16, volatilityIntervalNanoseconds: 50,
      volatilitySamples: 120), 20, 12
  ),
  (
    IndicatorSettings(
      windowNanoseconds: 700, eventsMax: 8, volatilityIntervalNanoseconds: 977,
      volatilitySamples: 1), 150, 13
  ),
]

/// The view and the oracle, led through one random stream of messages.
private struct IndicatorWalk: ~Copyable {
  let pace: Int64
  var random: SeededRandom
  var view: MarketView
  var oracle: IndicatorOracle
  var now: Int64 = 1_000_000
  private var mid: Int64 = 50_000
  private var sequence: Int64 = 1

  init(settings: IndicatorSettings, pace: Int64, seed: UInt64) {
    self.pace = pace
    random = SeededRandom(seed: seed)
    view = MarketView(instrument: testInstrument(), checksum: BookChecksum(), settings: settings)
    oracle = IndicatorOracle(settings: settings)
  }

  mutating func step() {
    let isSilence = Int.random(in: 0..<200, using: &random) == 0
    now += Int64.random(in: 0...(isSilence ? pace * 500 : pace), using: &random)
    switch Int.random(in: 0..<1000, using: &random) {
    case 0..<3:
      var message = TestMessage(.invalid, at: now)
      message.header.fault = .sequenceGap
      _ = view.apply(message)
      oracle.isValid = false
      oracle.bests = []
    case 3..<6:
      _ = view.apply(TestMessage(.invalid, at: now, channel: .trades))
      oracle.trades = []
    case 6..<300:
      let side: Side = Bool.random(using: &random) ? .buy : .sell
      let lots = Int64.random(in: 1...1_000_000_000, using: &random)
      _ = view.apply(.trade(mid, lots, side, at: now))
      let trade = IndicatorOracle.Trade(at: now, ticks: mid, lots: lots, sign: side.sign)
      oracle.trades.append(trade)
      oracle.session.append(trade)
    default: bookMessage()
    }
  }

  private mutating func levels(
    _ direction: Int64, _ kind: MarketMessageKind, shift: Int64
  ) -> [TestLevel] {
    // Rarely empty when a snapshot: a one-sided book.
    if kind == .snapshot && Int.random(in: 0..<6, using: &random) == 0 { return [] }
    let count = Int.random(in: kind == .snapshot ? 30...40 : 0...3, using: &random)
    var found: [TestLevel] = []
    for _ in 0..<count {
      let ticks = mid + direction * Int64.random(in: shift...40, using: &random)
      let isGone = Int.random(in: 0..<3, using: &random) == 0
      let lots = isGone ? 0 : Int64.random(in: 1...1_000_000_000, using: &random)
      found.append(TestLevel(ticks: ticks, lots: lots))
    }
    return found
  }

  private mutating func bookMessage() {
    mid += Int64.random(in: -3...3, using: &random)
    let kind: MarketMessageKind =
      !view.book.hasSnapshot || Int.random(in: 0..<1000, using: &random) == 0 ? .snapshot : .update
    let shift = Int.random(in: 0..<30, using: &random) == 0 ? Int64(-2) : 1
    var bids = levels(-1, kind, shift: shift)
    var asks = levels(1, kind, shift: shift)
    // Clears what the moved mid has crossed, most of the time.
    if kind == .update && Int.random(in: 0..<10, using: &random) > 0 {
      let old = (bids: view.book.levels(.buy), asks: view.book.levels(.sell))
      bids += old.bids.filter { $0.ticks > mid }.map { TestLevel(ticks: $0.ticks, lots: 0) }
      asks += old.asks.filter { $0.ticks <= mid }.map { TestLevel(ticks: $0.ticks, lots: 0) }
    }
    let message = TestMessage(
      kind, bids: bids, asks: asks, previous: kind == .snapshot ? -1 : sequence,
      sequence: sequence + 1, at: now)
    sequence += 1
    let result = view.apply(message)
    oracle.bids = view.book.levels(.buy)
    oracle.asks = view.book.levels(.sell)
    oracle.isValid = result == .applied
    if kind == .snapshot { oracle.bests = [] }
    let isPaired = oracle.isValid && !oracle.bids.isEmpty && !oracle.asks.isEmpty
    oracle.bests.append(.init(at: now, pair: isPaired ? (oracle.bids[0], oracle.asks[0]) : nil))
  }
}

@Test(arguments: streams.indices)
func indicatorsMatchTheOracle(_ index: Int) {
  let stream = streams[index]
  var walk = IndicatorWalk(settings: stream.settings, pace: stream.pace, seed: stream.seed)
  var present: [String: Int] = [:]
  for step in 0..<4000 {
    walk.step()
    // Not after every event: state must survive events between readings.
    guard Int.random(in: 0..<3, using: &walk.random) == 0 else { continue }
    walk.now += Int64.random(in: 0...stream.pace, using: &walk.random)
    let values = walk.view.indicators(at: Instant(nanoseconds: walk.now))
    compare(values, walk.oracle.values(at: walk.now), "seed \(stream.seed) step \(step)")
    if values.orderFlowImbalance != nil { present["ofi", default: 0] += 1 }
    if values.tradeFlow != nil { present["flow", default: 0] += 1 }
    if values.realisedVolatility ?? 0 > 0 { present["volatility", default: 0] += 1 }
    if values.midHalfTicks == nil { present["none", default: 0] += 1 }
  }
  for key in ["ofi", "flow", "volatility", "none"] {
    #expect(present[key, default: 0] > 3, "seed \(stream.seed): \(key)")
  }
}

private func snapshot(_ bid: (Int64, Int64), _ ask: (Int64, Int64), at: Int64) -> TestMessage {
  TestMessage(
    .snapshot, bids: [TestLevel(ticks: bid.0, lots: bid.1)],
    asks: [TestLevel(ticks: ask.0, lots: ask.1)], previous: -1, at: at)
}

@Test func indicatorsByHand() {
  var view = MarketView(
    instrument: testInstrument(), checksum: BookChecksum(),
    settings: IndicatorSettings(
      windowNanoseconds: 100, eventsMax: 4, volatilityIntervalNanoseconds: 10,
      volatilitySamples: 2))
  #expect(view.apply(snapshot((100, 30), (104, 10), at: 0)) == .applied)
  var values = view.indicators(at: Instant(nanoseconds: 0))
  #expect(values.midHalfTicks == 204 && values.spreadTicks == 4)
  #expect(values.microprice == 103)
  #expect(values.imbalance1 == 0.5 && values.imbalance25 == 0.5)
  #expect(values.orderFlowImbalance == nil && values.realisedVolatility == nil)
  #expect(values.tradeFlow == nil && values.windowVWAP == nil && values.sessionVWAP == nil)
  // The bid improves to 102 × 7: e = +7. Then the ask shrinks from 10 to 4: e = -4 + 10 = +6.
  _ = view.apply(TestMessage(.update, bids: [TestLevel(ticks: 102, lots: 7)], at: 5))
  _ = view.apply(TestMessage(.update, asks: [TestLevel(ticks: 104, lots: 4)], at: 50))
  #expect(view.indicators(at: Instant(nanoseconds: 99)).orderFlowImbalance == nil)
  #expect(view.indicators(at: Instant(nanoseconds: 100)).orderFlowImbalance == 13)
  #expect(view.indicators(at: Instant(nanoseconds: 105)).orderFlowImbalance == 6)
  #expect(view.indicators(at: Instant(nanoseconds: 150)).orderFlowImbalance == 0)
  _ = view.apply(.trade(100, 3, .buy, at: 200))
  _ = view.apply(.trade(110, 1, .sell, at: 210))
  values = view.indicators(at: Instant(nanoseconds: 210))
  #expect(values.tradeFlow == nil && values.windowVWAP == 102.5)
  #expect(view.indicators(at: Instant(nanoseconds: 300)).tradeFlow == -1)
  values = view.indicators(at: Instant(nanoseconds: 1000))
  #expect(values.tradeFlow == 0 && values.windowVWAP == nil && values.sessionVWAP == 102.5)
  view.startSession()
  #expect(view.indicators(at: Instant(nanoseconds: 1000)).sessionVWAP == nil)
  #expect(values.realisedVolatility == 0)
}

@Test func extremeValuesDoNotTrap() {
  var view = MarketView(
    instrument: testInstrument(), checksum: BookChecksum(),
    settings: IndicatorSettings(windowNanoseconds: 1, eventsMax: 2))
  let top = Int64(1) << 56
  let deep = (0..<400).map { TestLevel(ticks: top - 1 - Int64($0), lots: top) }
  _ = view.apply(
    TestMessage(
      .snapshot, bids: deep, asks: [TestLevel(ticks: top, lots: top)], previous: -1, at: .min))
  _ = view.apply(TestMessage(.update, bids: [TestLevel(ticks: top - 1, lots: 1)], at: .max))
  for at in [Int64.min, 0, .max] { _ = view.apply(.trade(top, top, .buy, at: at)) }
  let values = view.indicators(at: Instant(nanoseconds: .max))
  #expect(values.midHalfTicks == 2 * top - 1)
  #expect(view.indicators(at: Instant(nanoseconds: .min)).spreadTicks == 1)
}
