// What the matching engine holds and reports: orders, fills, balances, positions; simulation.

import Market
import Quantities

/// Who made an order; raw values are OKX `category`. What the system made has no place in the market's own trades.
public enum OrderCategory: String, Sendable {
  case normal
  case autoDeleveraging = "adl"
  case partialLiquidation = "partial_liquidation"
  case fullLiquidation = "full_liquidation"

  public var isSystem: Bool { self != .normal }
}

/// One fill of one order: what `orders`, `fills` and `GET trade/fills` show.
public struct FillRecord: Sendable, Equatable {
  /// Negative where the system made the order (docs/OKX.md OKX-177).
  public var tradeID: Int64
  public var category: OrderCategory
  public var orderID: UInt64
  public var clientID: String
  public var tag: String
  public var instrument: Int
  public var side: Side
  public var price: Price
  public var quantity: Quantity
  public var isTaker: Bool
  /// Negative = charged.
  public var fee: Amount
  public var feeCurrency: String
  /// What was paid or earned: the settlement currency, or what a spot order named.
  public var paidIn: String
  /// Realised by this fill in the settle currency, fee not included; zero for spot.
  public var profit: Amount
  /// Milliseconds.
  public var time: Int64
  /// OKX `billId`, the paging key: that of the first of its bills, so that it rises from fill to fill.
  public var billID: UInt64
}

/// An order as the exchange holds it.
public struct VenueOrder: Sendable, Equatable {
  public var id: UInt64
  public var clientID: String
  public var tag: String
  public var instrument: Int
  public var side: Side
  public var type: VenueOrderType
  public var category = OrderCategory.normal
  public var tradeMode: String
  public var reduceOnly: Bool
  public var selfTradePrevention: SelfTradePrevention
  public var algo: OrderAlgo?
  /// What it is paid in; empty: its instrument's settlement currency.
  public var paidIn = ""
  /// That of its instrument when it was placed; empty for spot.
  public var leverage = ""
  /// `.none` for market orders.
  public var price: Price
  public var quantity: Quantity
  public var filled: Quantity = .zero
  /// Spot market order with `quote_ccy`: the money to spend; `quantity` then follows the fills.
  public var quoteBudget: Amount?
  public var state: VenueOrderState = .live
  /// OKX `sz` of such an order, whatever is left of the money.
  public var quoteSize: Amount?
  /// Σ price ticks × lots of the fills.
  public var filledValue: Int128 = 0
  /// Accumulated; negative = charged.
  public var fee: Amount = .zero
  public var feeCurrency: String = ""
  public var profit: Amount = .zero
  /// OKX `cancelSource`; empty unless cancelled.
  public var cancelSource: String = ""
  public var createdAt: Int64
  public var updatedAt: Int64
  /// Displayed lots at its price that trade before it.
  public var queueAhead: Quantity = .zero
  /// The `reqId` of the amend that this push answers; empty otherwise.
  public var amendRequest: String = ""
  public var amendResult: String = ""
  /// This push tells that the system made a reduce-only order smaller.
  public var isTrimmed = false
  /// The fill that this push tells of; nil otherwise.
  public var lastFill: FillRecord?
  /// Its last fill, whatever came after.
  public var latestFill: FillRecord?
  /// Position in the arrival order: of two own orders at one price the earlier fills first.
  public internal(set) var arrival: UInt64 = 0
  /// Accepted by the gateway and still on its way to the book.
  public internal(set) var isInTransit = false
  /// What is held for the open part, and in which currency.
  public internal(set) var hold: Amount = .zero
  public internal(set) var holdCurrency: String = ""

  public var remaining: Quantity { Quantity(lots: quantity.lots - filled.lots) }
}

public struct CurrencyBalance: Sendable, Equatable {
  public var currency: String
  public var cash: Amount
  /// Held for open orders and, for derivatives, positions.
  public var frozen: Amount
  public var updatedAt: Int64
  public var available: Amount { (try? cash.adding(frozen.negated)) ?? .zero }
}

public struct VenuePosition: Sendable, Equatable {
  public var instrument: Int
  /// Signed sum of fills.
  public var position: Quantity
  /// Lots filled, both sides together.
  public var filled: Int64 = 0
  /// What the open lots cost in the settlement currency, signed like the position.
  public var openCost: Amount = .zero
  /// Realised P&L in the settlement currency since the position was opened, fees not included; spot books none.
  public var realised: Amount = .zero
  /// Fees of a derivative since the position was opened; negative = charged.
  public var fee: Amount = .zero
  /// Funding since the position was opened; negative = paid.
  public var funding: Amount = .zero
  /// Realised by settlements since the position was opened.
  public var settled: Amount = .zero
  public var createdAt: Int64 = 0
  public var updatedAt: Int64 = 0
  /// 0 after a trade of the system's, until the next own one.
  public var lastTrade: Int64 = 0
  /// Held of the settlement currency for the open lots; zero for spot.
  public var margin: Amount = .zero
  /// Of isolated margin: a position of its own beside the cross one.
  public var isIsolated = false
}

/// What happened, in order.
public enum EngineEvent: Sendable, Equatable {
  /// The order after a change: a push of the `orders` channel.
  case order(VenueOrder)
  case balance(CurrencyBalance)
  case position(VenuePosition)
  /// The algo order after a change: a push of `orders-algo` or `algo-advance`.
  case algo(AlgoOrder)
}
