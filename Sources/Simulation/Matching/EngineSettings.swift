// What an engine is told at start: its models, limits, margins, first balances; simulation.

import Market
import Quantities

public struct EngineSettings: Sendable {
  public var fees: any FeeModel = TierFees()
  public var latency: any LatencyModel = FixedLatency()
  public var queue: any QueueModel = ProportionalQueue()
  /// OKX `feeType` 1: a spot buy pays in the quote currency instead of the base.
  public var spotFeesInQuote = false
  /// A post_only order that would take is pushed as live before it is cancelled, as OKX did until 2026-08-20
  /// (docs/OKX.md OKX-109).
  public var announcesPostOnly = false
  /// Derivatives: initial margin is the notional over this.
  public var leverage: Int64 = 10
  /// Derivatives: share of the notional below which the margin must not fall (OKX tier 1: 0.4 %). The engine
  /// states where that is; it liquidates nobody.
  public var maintenanceRate = DecimalNumber(mantissa: 4, decimals: 3)
  /// OKX 51025.
  public var openOrdersPerInstrumentMax = 500
  public var openOrdersMax = 4_000
  /// A limit price further from the opposite best than this many percent is 51006; 0 is no limit (docs/OKX.md OKX-197).
  public var priceLimitPercent: Int64 = 0
  /// The same in the first ten minutes after the listing, and of the index at any time.
  public var priceLimitInitialPercent: Int64 = 5
  public var priceLimitMaximumPercent: Int64 = 15
  /// Cash of each currency at start; nil: `defaultBalances`.
  public var balances: [String: Amount]?
  /// Done orders and fills kept for queries.
  public var historyMax = 100_000

  public init() {}

  /// Enough of every currency for a demo: a million of each quote or settle currency, and of each
  /// base currency the larger of 1,000 and 1,000 times `minSz`.
  public static func defaultBalances(_ catalogue: InstrumentCatalogue) -> [String: Amount] {
    var balances: [String: Amount] = [:]
    for item in catalogue.list {
      for currency in [item.quote, item.settle] where !currency.isEmpty {
        balances[currency] = Amount(units: 1_000_000, decimals: 0)
      }
    }
    for item in catalogue.list where item.type == .spot && !item.base.isEmpty {
      let minimum = Amount(item.decimal(quantity: Quantity(lots: item.minimumLots)))
      let thousand = DecimalNumber(mantissa: 1_000, decimals: 0)
      let wanted = (try? minimum.multiplied(by: thousand)) ?? .zero
      let floor = Amount(thousand)
      let seed = wanted.isLess(than: floor) == false ? wanted.normalized : floor
      if balances[item.base]?.isLess(than: seed) ?? true { balances[item.base] = seed }
    }
    return balances
  }
}
