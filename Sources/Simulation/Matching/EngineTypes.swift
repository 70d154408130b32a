// What goes into the matching engine and what comes out of it; simulation.

import Quantities

public enum VenueOrderType: String, Sendable {
  case market
  case limit
  case postOnly = "post_only"
  case fillOrKill = "fok"
  case immediateOrCancel = "ioc"
  /// FUTURES and SWAP: a market order as IOC.
  case optimalLimitIOC = "optimal_limit_ioc"
}

public enum SelfTradePrevention: String, Sendable {
  case cancelMaker = "cancel_maker"
  case cancelTaker = "cancel_taker"
  case cancelBoth = "cancel_both"
}

public enum VenueOrderState: String, Sendable {
  case live
  case partiallyFilled = "partially_filled"
  case filled
  case canceled
  public var isDone: Bool { self == .filled || self == .canceled }
}

/// An order as a request words it: texts, so that every check of them has one place.
public struct OrderRequest: Sendable {
  public var instrument: Int
  public var side: Side
  /// OKX `ordType`.
  public var type: String
  /// OKX `px`; empty for market orders.
  public var price: String
  /// OKX `sz`.
  public var size: String
  public var clientID: String
  /// `cash` for spot, `cross` for derivatives.
  public var tradeMode: String
  public var tag: String = ""
  public var reduceOnly: Bool = false
  /// `base_ccy` or `quote_ccy` for spot market orders; empty: buy quote, sell base.
  public var targetCurrency: String = ""
  /// OKX `stpMode`; empty is `cancel_maker`.
  public var selfTradePrevention: String = ""

  public init(
    instrument: Int, side: Side, type: String, price: String, size: String, clientID: String,
    tradeMode: String
  ) {
    self.instrument = instrument
    self.side = side
    self.type = type
    self.price = price
    self.size = size
    self.clientID = clientID
    self.tradeMode = tradeMode
  }
}

/// Which order a cancel, amend or query means. `orderID` wins, as on OKX.
public struct OrderSelector: Sendable {
  public var orderID: UInt64?
  public var clientID: String?
  public init(orderID: UInt64? = nil, clientID: String? = nil) {
    self.orderID = orderID
    self.clientID = clientID
  }
}

/// An sCode other than 0, with its sMsg. No order push follows it.
public struct VenueRefusal: Error, Sendable, Equatable {
  public var code: Int
  public var message: String
  public init(_ code: Int, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// One fill of one order: what `orders`, `fills` and `GET trade/fills` show.
public struct FillRecord: Sendable, Equatable {
  public var tradeID: UInt64
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
  /// Realised by this fill in the settle currency, fee not included; zero for spot.
  public var profit: Amount
  /// Milliseconds.
  public var time: Int64
  /// Rises by one with each fill: OKX `billId`, the paging key.
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
  public var tradeMode: String
  public var reduceOnly: Bool
  public var selfTradePrevention: SelfTradePrevention
  /// `.none` for market orders.
  public var price: Price
  public var quantity: Quantity
  public var filled: Quantity = .zero
  /// Spot market order with `quote_ccy`: the money to spend; `quantity` then follows the fills.
  public var quoteBudget: Amount?
  public var state: VenueOrderState = .live
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
  /// The fill that this push tells of; nil otherwise.
  public var lastFill: FillRecord?
  /// Position in the arrival order, so that two own orders at one price fill first come first.
  public var arrival: UInt64 = 0

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
  /// Derivatives: what the open lots cost, in the settle currency, signed like the position.
  public var openCost: Amount = .zero
  /// Spot and linear: Σ price ticks × lots of the open lots at entry, for the average price.
  public var realised: Amount = .zero
  public var fee: Amount = .zero
  public var createdAt: Int64 = 0
  public var updatedAt: Int64 = 0
  public var lastTrade: UInt64 = 0
  /// Entry price of the open lots as text, rounded; empty when flat.
  public var averagePrice: String = ""
}

/// What happened, in order.
public enum EngineEvent: Sendable, Equatable {
  /// The order after a change: a push of the `orders` channel.
  case order(VenueOrder)
  case balance(CurrencyBalance)
  case position(VenuePosition)
}
