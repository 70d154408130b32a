// How far from the market an order may be priced; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// The highest price of a buy order and the lowest of a sell order; nil where the engine limits neither.
  public func priceLimits(_ instrument: Int, at now: Int64) -> (buy: Price, sell: Price)? {
    guard let buy = priceLimit(instrument, .buy, at: now),
      let sell = priceLimit(instrument, .sell, at: now)
    else { return nil }
    return (buy, sell)
  }

  /// A share of the opposite best price, a wider one while the instrument is new, and never further from the index than
  /// the largest share (docs/OKX.md OKX-197).
  func priceLimit(_ instrument: Int, _ side: Side, at now: Int64) -> Price? {
    guard settings.priceLimitPercent > 0,
      let best = side == .buy ? books[instrument].bestAsk : books[instrument].bestBid
    else { return nil }
    let share =
      isNew(instrument, at: now) ? settings.priceLimitInitialPercent : settings.priceLimitPercent
    let limit = best.price.ticks + side.sign * (best.price.ticks * share / 100)
    let index = index(instrument)
    if index.isNone { return Price(ticks: limit) }
    let cap = index.ticks + side.sign * (index.ticks * settings.priceLimitMaximumPercent / 100)
    return Price(ticks: side == .buy ? min(limit, cap) : max(limit, cap))
  }

  private static let newMilliseconds: Int64 = 600_000

  private func isNew(_ instrument: Int, at now: Int64) -> Bool {
    guard let listed = Int64(catalogue[instrument].listTime) else { return false }
    let age = now / 1_000_000 - listed
    return age >= 0 && age < MatchingEngine.newMilliseconds
  }
}
