// What a push of a context channel says; pure, housekeeping.

public import Quantities

public enum ContextEvent: Sendable {
  case trade(InstrumentID, TradeBody, WallMilliseconds)
  /// Of one instrument, or of none (`status`).
  case fact(ContextRecord)
  /// Of an index: its name is no instrument's id but may be the same text.
  case index(Symbol, ContextRecord)
  /// A bar of the exchange; `isClosed` is OKX's `confirm`.
  case bar(BarRecord)
}

/// The channels that the decoder knows.
public enum ContextChannel: Sendable, Equatable {
  case trades, tickers, fundingRate, markPrice, indexTickers, openInterest, priceLimit
  case liquidationOrders, status
  case candle(BarInterval)

  /// Nil for a name that is none of them.
  public init?(okxName name: String) {
    switch name {
    case "trades": self = .trades
    case "tickers": self = .tickers
    case "funding-rate": self = .fundingRate
    case "mark-price": self = .markPrice
    case "index-tickers": self = .indexTickers
    case "open-interest": self = .openInterest
    case "price-limit": self = .priceLimit
    case "liquidation-orders": self = .liquidationOrders
    case "status": self = .status
    default:
      guard name.hasPrefix("candle"),
        let interval = BarInterval.allCases.first(where: { name == "candle" + $0.okxName })
      else { return nil }
      self = .candle(interval)
    }
  }

  public var isOnBusiness: Bool {
    if case .candle = self { return true }
    return false
  }
}

/// States of OKX `status`, as the third figure of a status record.
public enum StatusState: Int64, Sendable, CaseIterable {
  case scheduled = 1
  case ongoing = 2
  case preOpen = 3
  case completed = 4
  case canceled = 5

  init?(_ text: String) {
    switch text {
    case "scheduled": self = .scheduled
    case "ongoing": self = .ongoing
    case "pre_open": self = .preOpen
    case "completed": self = .completed
    case "canceled": self = .canceled
    default: return nil
    }
  }
}
