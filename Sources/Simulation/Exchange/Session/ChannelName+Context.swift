// Which channels tell of a market beside books and trades, and how often; simulation.

extension ChannelName {
  /// Served from the exchange's figures rather than from the market's own events.
  var isContext: Bool {
    switch self {
    case .candle, .fundingRate, .markPrice, .indexTickers, .openInterest, .priceLimit,
      .liquidationOrders, .adlWarning, .status:
      true
    default: false
    }
  }

  /// Of `adl-warning` where somebody is near auto-deleveraging (docs/OKX.md OKX-089).
  static let warnedCadence: (change: Int64, repeat: Int64?) = (1_000_000_000, 1_000_000_000)

  /// Nanoseconds between pushes of a change, and after which an unchanged row comes again; nil: never.
  var cadence: (change: Int64, repeat: Int64?) {
    let millisecond: Int64 = 1_000_000
    return switch self {
    case .tickers: (100 * millisecond, nil)
    case .indexTickers: (100 * millisecond, 60_000 * millisecond)
    case .markPrice: (200 * millisecond, 10_000 * millisecond)
    case .priceLimit: (200 * millisecond, nil)
    case .openInterest: (3_000 * millisecond, 3_000 * millisecond)
    case .adlWarning: (60_000 * millisecond, 60_000 * millisecond)
    case .fundingRate: (30_000 * millisecond, 60_000 * millisecond)
    default: (1_000 * millisecond, nil)
    }
  }
}
