// The numbers of the matching model: fees, latency, limits, first balances; simulation.

import Market
import Quantities

/// Fee rates as fractions of the notional; positive is charged, negative is a rebate.
public struct FeeRates: Sendable, Equatable {
  public var maker: DecimalNumber
  public var taker: DecimalNumber
  public init(maker: DecimalNumber, taker: DecimalNumber) {
    self.maker = maker
    self.taker = taker
  }
}

public struct EngineSettings: Sendable {
  /// OKX regular tier: 0.08 % and 0.1 %.
  public var spotFees = FeeRates(
    maker: DecimalNumber(mantissa: 8, decimals: 4), taker: DecimalNumber(mantissa: 1, decimals: 3))
  /// OKX regular tier: 0.02 % and 0.05 %.
  public var derivativeFees = FeeRates(
    maker: DecimalNumber(mantissa: 2, decimals: 4), taker: DecimalNumber(mantissa: 5, decimals: 4))
  /// From the call of `place`, `amend` or `cancel` to its taking effect on the book; 0 for a real network.
  public var latencyNanoseconds: Int64 = 0
  /// Derivatives: initial margin is the notional over this.
  public var leverage: Int64 = 10
  /// Derivatives: share of the notional below which the margin must not fall (OKX tier 1: 0.4 %). The engine
  /// states where that is; it liquidates nobody.
  public var maintenanceRate = DecimalNumber(mantissa: 4, decimals: 3)
  /// OKX 51025.
  public var openOrdersPerInstrumentMax = 500
  public var openOrdersMax = 4_000
  /// A limit price further from the opposite best than this many percent is 51006; 0 is no limit.
  public var priceLimitPercent: Int64 = 0
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
