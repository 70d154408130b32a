// What goes into the matching engine: orders as requests word them, and refusals; simulation.

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
  /// OKX `tradeQuoteCcy` of spot; empty: the pair's own quote currency.
  public var tradeQuote: String = ""
  /// OKX `stpMode`; empty is `cancel_maker`.
  public var selfTradePrevention: String = ""
  /// The algo order that makes it.
  public var algo: OrderAlgo?

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

/// The algo order that an order comes from: OKX `algoId` and `algoClOrdId`.
public struct OrderAlgo: Sendable, Equatable {
  public var id: UInt64
  public var clientID: String
  public init(id: UInt64, clientID: String) {
    self.id = id
    self.clientID = clientID
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
  /// OKX `subCode`; empty where the code has none.
  public var subCode: String
  public init(_ code: Int, _ message: String, subCode: String = "") {
    self.code = code
    self.message = message
    self.subCode = subCode
  }
}
