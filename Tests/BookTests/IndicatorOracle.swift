// Indicators recomputed from the whole history by their definitions: no state carried from event to event.

import Book
import Foundation
import Quantities

/// Everything that happened, as the oracle needs it.
struct IndicatorOracle {
  struct Best {
    var at: Int64
    /// Nil: no pair of best prices (one side empty, or crossed).
    var pair: (bid: TestLevel, ask: TestLevel)?
  }
  struct Trade {
    var at: Int64
    var ticks: Int64
    var lots: Int64
    var sign: Int64
  }

  let settings: IndicatorSettings
  /// Since the last snapshot.
  var bests: [Best] = []
  /// Since trades were last lost; `session` since the start.
  var trades: [Trade] = []
  var session: [Trade] = []
  var bids: [TestLevel] = []
  var asks: [TestLevel] = []
  var isValid = false

  private func isWarm(since start: Int64?, at now: Int64, wasFull: Bool) -> Bool {
    guard let start else { return false }
    return wasFull || now - start >= settings.windowNanoseconds
  }

  /// Indices of `times` inside the window at `now`, and whether the ring of `eventsMax` was ever full.
  private func window(_ times: [Int64], at now: Int64) -> (range: Range<Int>, wasFull: Bool) {
    let start = times.firstIndex { now - $0 < settings.windowNanoseconds } ?? times.count
    let wasFull = times.indices.contains { last in
      let first = last + 1 - settings.eventsMax
      // Full just after event `last` was put in, before anything expires then.
      return first >= 0
        && (last == 0 || times[last - 1] - times[first] < settings.windowNanoseconds)
    }
    return (max(start, times.count - settings.eventsMax)..<times.count, wasFull)
  }

  func values(at now: Int64) -> IndicatorValues {
    var values = IndicatorValues()
    let (range, wasFull) = window(trades.map(\.at), at: now)
    let recent = trades[range]
    if isWarm(since: trades.first?.at, at: now, wasFull: wasFull) {
      values.tradeFlow = recent.reduce(0) { $0 + $1.sign * $1.lots }
    }
    values.windowVWAP = average(Array(recent))
    values.sessionVWAP = average(session)
    if !isValid { return values }
    values.orderFlowImbalance = orderFlowImbalance(at: now)
    values.realisedVolatility = realisedVolatility(at: now)
    guard let bid = bids.first, let ask = asks.first else { return values }
    values.midHalfTicks = bid.ticks + ask.ticks
    values.spreadTicks = ask.ticks - bid.ticks
    let total = Double(bid.lots) + Double(ask.lots)
    values.microprice =
      (Double(bid.ticks) * Double(ask.lots) + Double(ask.ticks) * Double(bid.lots)) / total
    values.imbalance1 = imbalance(1)
    values.imbalance5 = imbalance(5)
    values.imbalance25 = imbalance(25)
    return values
  }

  private func average(_ trades: [Trade]) -> Double? {
    if trades.isEmpty { return nil }
    let volume = trades.reduce(0.0) { $0 + Double($1.lots) }
    return trades.reduce(0.0) { $0 + Double($1.lots) * Double($1.ticks) } / volume
  }

  private func imbalance(_ levels: Int) -> Double? {
    let b = bids.prefix(levels).reduce(0.0) { $0 + Double($1.lots) }
    let a = asks.prefix(levels).reduce(0.0) { $0 + Double($1.lots) }
    return (b - a) / (b + a)
  }

  private func orderFlowImbalance(at now: Int64) -> Int64? {
    var events: [(at: Int64, lots: Int64)] = []
    for (before, after) in zip(bests, bests.dropFirst()) {
      guard let old = before.pair, let new = after.pair else { continue }
      var e: Int64 = 0
      if new.bid.ticks >= old.bid.ticks { e += new.bid.lots }
      if new.bid.ticks <= old.bid.ticks { e -= old.bid.lots }
      if new.ask.ticks <= old.ask.ticks { e -= new.ask.lots }
      if new.ask.ticks >= old.ask.ticks { e += old.ask.lots }
      if e != 0 { events.append((after.at, e)) }
    }
    let start = bests.first { $0.pair != nil }?.at
    let (range, wasFull) = window(events.map(\.at), at: now)
    if !isWarm(since: start, at: now, wasFull: wasFull) { return nil }
    return events[range].reduce(0) { $0 + $1.lots }
  }

  private func realisedVolatility(at now: Int64) -> Double? {
    let mids = bests.compactMap { best in
      best.pair.map { (at: best.at, mid: Double($0.bid.ticks + $0.ask.ticks)) }
    }
    guard let start = mids.first?.at else { return nil }
    let interval = settings.volatilityIntervalNanoseconds
    let taken = (now - start) / interval
    if taken < settings.volatilitySamples { return nil }
    // The mid in force at a sample's time; at the very instant of an event, the one before it.
    func mid(_ sample: Int64) -> Double {
      (mids.last { $0.at < start + sample * interval } ?? mids[0]).mid
    }
    var sum = 0.0
    for sample in taken - Int64(settings.volatilitySamples) + 1...taken {
      let r = log(mid(sample) / mid(sample - 1))
      sum += r * r
    }
    return sum.squareRoot()
  }
}
