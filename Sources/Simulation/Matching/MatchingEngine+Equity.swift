// What the account is worth at the market's prices: P&L, margins, equity, liquidation; simulation.

import Market
import Quantities

/// One currency of the account with what its positions add, and its worth in US dollars.
public struct CurrencyEquity: Sendable, Equatable {
  public var balance: CurrencyBalance
  /// Unrealised P&L of the positions settled in it.
  public var unrealised: Amount
  /// Margins of those positions.
  public var initialMargin: Amount
  public var maintenanceMargin: Amount
  /// Dollars a unit; nil where no listed market tells.
  public var dollars: DecimalNumber?

  public var equity: Amount { balance.cash + unrealised }
  public var available: Amount { balance.available + unrealised }
  /// OKX leaves out what has neither balance nor equity.
  public var isEmpty: Bool { balance.cash.units == 0 && equity.units == 0 }
  /// Nil without a price.
  public func worth(_ amount: Amount) -> Amount? {
    dollars.flatMap { try? amount.multiplied(by: $0) }
  }
}

/// The account as a whole, in US dollars: OKX `totalEq` and `availEq`. Currencies without a price do not count.
public struct AccountEquity: Sendable, Equatable {
  public var currencies: [CurrencyEquity]
  public var total: Amount
  public var available: Amount
}

extension MatchingEngine {
  static var dollarCurrencies: Set<String> { ["USDT", "USDC", "USD"] }

  /// The middle of the book, rounded down to a tick; `.none` without one.
  public func mark(_ instrument: Int) -> Price {
    guard let bid = books[instrument].bestBid, let ask = books[instrument].bestAsk else {
      return .none
    }
    return Price(ticks: bid.price.ticks + (ask.price.ticks - bid.price.ticks) / 2)
  }

  /// At the marks of this moment.
  public func equity() -> AccountEquity {
    var marks: [String: (upl: Amount, initial: Amount, maintenance: Amount)] = [:]
    for position in positions where catalogue[position.instrument].type != .spot {
      let specification = catalogue[position.instrument]
      let mark = mark(position.instrument)
      let upl = position.unrealised(specification, mark) ?? .zero
      let before = marks[specification.settlement] ?? (.zero, .zero, .zero)
      marks[specification.settlement] = (
        before.upl + upl, before.initial + position.margin,
        before.maintenance + maintenance(position, mark)
      )
    }
    var result = AccountEquity(currencies: [], total: .zero, available: .zero)
    for balance in balances {
      let figures = marks[balance.currency] ?? (.zero, .zero, .zero)
      let item = CurrencyEquity(
        balance: balance, unrealised: figures.upl, initialMargin: figures.initial,
        maintenanceMargin: figures.maintenance, dollars: dollars(balance.currency))
      result.total = result.total + (item.worth(item.equity) ?? .zero)
      result.available = result.available + (item.worth(item.available) ?? .zero)
      result.currencies.append(item)
    }
    return result
  }

  /// What has to stay: `maintenanceRate` of the worth at `mark`.
  public func maintenance(_ position: VenuePosition, _ mark: Price) -> Amount {
    if mark.isNone || catalogue[position.instrument].type == .spot { return .zero }
    guard let worth = value(position.instrument, mark, lots: abs(position.position.lots)),
      let kept = try? worth.multiplied(by: settings.maintenanceRate)
    else { return .zero }
    return kept.truncated(to: MatchingEngine.feeDecimalsMax)
  }

  private func dollars(_ currency: String) -> DecimalNumber? {
    if MatchingEngine.dollarCurrencies.contains(currency) {
      return DecimalNumber(mantissa: 1, decimals: 0)
    }
    for (index, item) in catalogue.list.enumerated()
    where item.type == .spot && item.base == currency
      && MatchingEngine.dollarCurrencies.contains(item.quote)
    {
      let price = mark(index)
      if !price.isNone { return item.decimal(price: price) }
    }
    return nil
  }

  /// The mark at which a position's currency is down to its maintenance, all else as it is; nil where no
  /// positive price does that. Cut towards zero four digits past the tick.
  public func liquidationPrice(_ position: VenuePosition) -> Amount? {
    let specification = catalogue[position.instrument]
    if specification.type == .spot || position.position.lots == 0 { return nil }
    let settlement = specification.settlement
    var rest = cash[settlement]?.cash ?? .zero
    for other in positions
    where other.instrument != position.instrument
      && catalogue[other.instrument].settlement == settlement
      && catalogue[other.instrument].type != .spot
    {
      let mark = mark(other.instrument)
      rest = rest + (other.unrealised(catalogue[other.instrument], mark) ?? .zero)
      rest = rest - maintenance(other, mark)
    }
    let lots = Amount(units: Int128(abs(position.position.lots)), decimals: 0)
    guard let contracts = try? lots.multiplied(by: specification.lot),
      let size = try? contracts.multiplied(by: specification.contractValue)
    else { return nil }
    let isLong = position.position.lots > 0
    let one = Amount(units: 1, decimals: 0)
    let rate = Amount(settings.maintenanceRate)
    let places = specification.tick.decimals + 4
    let price: Amount?
    if specification.contract == .inverse {
      // rest + cost ∓ size / P = rate × size / P
      let factor = isLong ? one + rate : one - rate
      let coins = isLong ? rest + position.openCost : (rest + position.openCost).negated
      if coins.units <= 0 { return nil }
      price = product(size, factor)?.divided(by: coins, places: places)
    } else {
      // rest ± size × P - cost = rate × size × P, the cost signed like the position
      let factor = isLong ? one - rate : one + rate
      let money = isLong ? position.openCost - rest : rest - position.openCost
      if money.units <= 0 { return nil }
      price = product(size, factor).flatMap { money.divided(by: $0, places: places) }
    }
    return price.flatMap { $0.units > 0 ? $0.normalized : nil }
  }

  private func product(_ a: Amount, _ b: Amount) -> Amount? {
    let plain = b.normalized
    return Int64(exactly: plain.units).flatMap {
      try? a.multiplied(by: DecimalNumber(mantissa: $0, decimals: plain.decimals))
    }
  }
}
