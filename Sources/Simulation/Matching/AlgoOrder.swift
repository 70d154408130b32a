// An algo order: it waits outside the book for a price and then becomes an order (docs/OKX.md OKX-230 …); simulation.

import Market
import Quantities

/// OKX `ordType` of an algo order.
public enum AlgoType: String, Sendable {
  /// A take-profit or a stop; with both, the stop alone is looked at (docs/OKX.md OKX-231).
  case conditional
  case oneCancelsOther = "oco"
  case trigger
  case trailing = "move_order_stop"

  /// `orders-algo` tells of it, else `algo-advance` (docs/OKX.md OKX-236).
  public var isAdvanced: Bool { self == .trailing }
  /// Guards a position or takes its profit: `tp` and `sl` prices.
  public var isProtection: Bool { self == .conditional || self == .oneCancelsOther }

  /// How many of it may wait: of protections for each instrument, of the others in all (docs/OKX.md OKX-235).
  public var waitingMax: Int {
    switch self {
    case .conditional, .oneCancelsOther: 100
    case .trailing: 50
    case .trigger: 500
    }
  }
}

/// Which price a trigger looks at.
public enum TriggerSource: String, Sendable { case last, index, mark }

public enum AlgoState: String, Sendable {
  case live
  case effective
  case canceled
  case failed = "order_failed"
  case partiallyFailed = "partially_failed"
}

/// OKX `actualSide`.
public enum AlgoLegName: String, Sendable {
  case takeProfit = "tp"
  case stopLoss = "sl"
}

/// One price to wait for, and the order it makes.
public struct AlgoLeg: Sendable, Equatable {
  public var trigger: Price
  public var source: TriggerSource
  /// `.none`: at market.
  public var price: Price
  /// Whether the price has to rise to the trigger or to fall; nil until a price shows on which side it is.
  public var isRising: Bool?

  /// True where `now` is at the trigger or past it.
  func isMet(by now: Price) -> Bool {
    guard !now.isNone, let isRising else { return false }
    return isRising ? now >= trigger : now <= trigger
  }
}

/// A stop that follows the best price since it became active.
public struct AlgoTrail: Sendable, Equatable {
  /// Share of the best price; nil where `spread` is given.
  public var ratio: DecimalNumber?
  public var spread: Price
  /// `.none`: active from the start.
  public var activation: Price
  public var isActive: Bool
  /// Highest for a sell order, lowest for a buy order; `.none` until a trade showed one.
  public var best: Price = .none

  /// Where it triggers; `.none` until it is active. The distance is cut to whole ticks.
  public func trigger(_ side: Side) -> Price {
    if best.isNone { return .none }
    var distance = spread.ticks
    if let ratio {
      let product = Int128(best.ticks) * Int128(ratio.mantissa)
      var power: Int128 = 1
      for _ in 0..<ratio.decimals { power *= 10 }
      distance = Int64(clamping: product / power)
    }
    return Price(ticks: best.ticks - side.opposite.sign * distance)
  }
}

public struct AlgoOrder: Sendable, Equatable {
  public var id: UInt64
  /// OKX `algoClOrdId`.
  public var clientID: String
  public var tag: String
  public var instrument: Int
  public var side: Side
  public var type: AlgoType
  public var tradeMode: String
  public var reduceOnly: Bool
  /// OKX `sz`, as it was asked; empty where the whole position goes.
  public var size: String
  public var targetCurrency: String
  /// OKX `closeFraction` 1: all of the position that there is then.
  public var closesPosition: Bool
  /// OKX `cxlOnClosePos`: cancelled once the position is closed.
  public var diesWithPosition: Bool
  public var takeProfit: AlgoLeg?
  public var stopLoss: AlgoLeg?
  public var trigger: AlgoLeg?
  /// OKX `advanceOrdType`: `ioc`, `fok` or empty; of a trigger order.
  public var childType: String
  public var trail: AlgoTrail?
  public var leverage: String

  public var state = AlgoState.live
  /// sCode of the order that was refused; empty otherwise.
  public var failCode = ""
  /// The last price when it was placed; `.none` where there was none.
  public var lastAtPlacing: Price
  public var createdAt: Int64
  public var updatedAt: Int64
  /// Milliseconds; 0 before.
  public var triggeredAt: Int64 = 0
  public var triggeredLeg: AlgoLegName?
  public var actualSize: Quantity = .zero
  /// `.none`: at market, or nothing yet.
  public var actualPrice: Price = .none
  /// The orders it made.
  public var orders: [UInt64] = []
  /// Of the amend that this push answers; empty otherwise.
  public var amendRequest = ""
  public var amendResult = ""

  var isIsolated: Bool { tradeMode == "isolated" }
  /// Goes with the position that it closes.
  var isTied: Bool { closesPosition || diesWithPosition }
}

/// Which algo order a cancel, amend or query means; `id` wins, as on OKX.
public struct AlgoSelector: Sendable {
  public var id: UInt64?
  public var clientID: String?
  public init(id: UInt64? = nil, clientID: String? = nil) {
    self.id = id
    self.clientID = clientID
  }

  func means(_ order: AlgoOrder) -> Bool {
    if let id { return order.id == id }
    return !order.clientID.isEmpty && order.clientID == clientID
  }
}
