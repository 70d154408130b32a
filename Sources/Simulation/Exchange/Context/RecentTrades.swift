// The market's last trades, as `market/trades` lists them; simulation.

import Market

struct RecentTrades {
  /// By instrument, oldest first, at most `twice` the page.
  private var trades: [[(trade: TradePrint, time: Int64)]]

  /// Rows of one page of `market/trades`, and how many are kept.
  static let pageMax = 500

  init(instruments: Int) { trades = Array(repeating: [], count: instruments) }

  mutating func take(_ event: MarketEvent) {
    guard let trade = event.trade else { return }
    let twice = 2 * RecentTrades.pageMax
    trades[event.instrument].append((trade, event.exchangeTime))
    if trades[event.instrument].count > twice {
      trades[event.instrument].removeFirst(RecentTrades.pageMax)
    }
  }

  /// Newest first, at most a page.
  func latest(_ instrument: Int) -> [(trade: TradePrint, time: Int64)] {
    trades[instrument].suffix(RecentTrades.pageMax).reversed()
  }
}
