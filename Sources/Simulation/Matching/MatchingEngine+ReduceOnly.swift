// Reduce-only orders and the position that they may not outgrow (docs/OKX.md OKX-104, OKX-116); simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Lots that a fill of the order may have: for a reduce-only one no more than are left of the position.
  func closable(_ order: VenueOrder) -> Int64 {
    if !order.reduceOnly { return .max }
    let isIsolated = order.tradeMode == "isolated"
    let lots = position(order.instrument, isIsolated: isIsolated).position.lots
    return (lots > 0) == (order.side == .buy) ? 0 : abs(lots)
  }

  /// Open lots of the reduce-only orders that trade before `order`: those of a better price, and of its own price
  /// that are there already. A market order comes first.
  func reducing(before order: VenueOrder) -> Int64 {
    if order.price.isNone { return 0 }
    return open[order.instrument].reduce(0) { sum, other in
      let comesFirst =
        other.reduceOnly && other.side == order.side && other.id != order.id
        && other.tradeMode == order.tradeMode
        && (order.side == .buy ? other.price >= order.price : other.price <= order.price)
      return comesFirst ? sum + other.remaining.lots : sum
    }
  }

  /// Shrinks and cancels resting reduce-only orders, the worst-ranked first, to what is left of the position.
  mutating func trimReduceOnly(
    _ instrument: Int, at now: Int64, into events: inout [EngineEvent]
  ) {
    let resting = open[instrument].filter {
      $0.reduceOnly && !$0.isInTransit && $0.tradeMode != "isolated"
    }
    if resting.isEmpty { return }
    let ranked = resting.sorted { a, b in
      if a.price == b.price { return a.arrival < b.arrival }
      return a.side == .buy ? a.price > b.price : a.price < b.price
    }
    let lots = position(instrument).position.lots
    var left: [Side: Int64] = [lots > 0 ? .sell : .buy: abs(lots)]
    for order in ranked {
      let rest = left[order.side] ?? 0
      left[order.side] = max(0, rest - order.remaining.lots)
      if order.remaining.lots <= rest { continue }
      guard var trimmed = take(order.id) else { continue }
      if rest == 0 {
        finish(trimmed, source: MatchingEngine.displacedSource, at: now, into: &events)
        continue
      }
      trimmed.quantity = Quantity(lots: trimmed.filled.lots + rest)
      trimmed.updatedAt = now / 1_000_000
      trimmed.isTrimmed = true
      report(trimmed, into: &events)
      trimmed.isTrimmed = false
      keep(trimmed)
      let hold = (try? fundsNeeded(trimmed, isChecked: false)) ?? .zero
      changeHold(of: trimmed.id, instrument, to: hold)
    }
  }

  /// OKX `cancelSource`: better-ranked orders of its side close the position already, or nothing does any more.
  static var displacedSource: String { "22" }
}
