// Indicators that are a function of the book alone; computed when read, bounded by 25 levels; hot plane.

import Quantities

/// All are nil unless both sides have a level.
@frozen
public enum BookIndicators {
  /// (Pb·qa + Pa·qb) / (qa + qb) in ticks: the size-weighted mid, the first-order term of Stoikov (2018),
  /// "The micro-price". Computed from the bid so that a deep price costs no digits.
  @inlinable
  public static func microprice(bid: MarketLevel, ask: MarketLevel) -> Double {
    let bidLots = Double(bid.quantity.lots)
    let askLots = Double(ask.quantity.lots)
    let spread = Double(ask.price.ticks &- bid.price.ticks)
    return Double(bid.price.ticks) + spread * (bidLots / (bidLots + askLots))
  }

  /// (B − A) / (B + A), B and A the lots of the best `levels` bids and asks (fewer where the side is
  /// shallower): Cartea, Jaimungal, Penalva (2015), §4. O(levels).
  @inlinable
  public static func imbalance<Book: OrderBook & ~Copyable>(_ book: borrowing Book, levels: Int)
    -> Double?
  {
    ratio(book.lots(.buy, best: levels), book.lots(.sell, best: levels))
  }

  @inlinable
  static func ratio(_ bids: Int64, _ asks: Int64) -> Double? {
    if bids <= 0 || asks <= 0 { return nil }
    return Double(bids &- asks) / Double(bids &+ asks)
  }
}
