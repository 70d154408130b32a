// The channels of market context: their names, what each is asked for by, and what its pushes become; housekeeping.

public import Quantities

/// The channels that the decoder knows, by the names of `okx.context` in the configuration.
public enum ContextChannel: String, Sendable, CaseIterable {
  case trades
  case tickers
  case fundingRate = "funding-rate"
  case markPrice = "mark-price"
  case indexTickers = "index-tickers"
  case openInterest = "open-interest"
  case priceLimit = "price-limit"
  case liquidationOrders = "liquidation-orders"
  case status
  case instruments
  /// `candle1m` and the like on the wire: the interval is part of the name.
  case candle
}

/// What a subscription to a context channel names.
public enum ContextSubject: Sendable {
  /// Each instrument of these types; all where there are none.
  case instruments([InstrumentType])
  /// The index that prices each instrument.
  case indices
  /// Each of these types, once: the pushes bring instruments of others as well.
  case types([InstrumentType])
  /// Nothing: there is one such channel.
  case nothing
}

/// The figures of one element of a push, in the order of the record's fields.
public struct ContextFigures: Sendable {
  public var kind: ContextKind
  public var names: [String]
  /// How many of the first must be there.
  public var required = 1
}

extension ContextChannel {
  public var subject: ContextSubject {
    switch self {
    case .trades, .tickers, .markPrice, .priceLimit, .candle: .instruments([])
    case .fundingRate: .instruments([.swap])
    case .openInterest: .instruments([.swap, .futures, .option])
    case .indexTickers: .indices
    case .liquidationOrders: .types([.swap, .futures])
    case .status: .nothing
    case .instruments: .types([.spot, .swap, .futures, .option])
    }
  }

  /// There is one such channel for all instruments together.
  public var isOfNothing: Bool { if case .nothing = subject { true } else { false } }

  /// Asked for whatever the configuration names: the desk itself goes by them.
  public static let ownNeeds: [ContextChannel] = [.instruments, .status]

  /// Nil where a push is no fact: trades, candles and instruments.
  public var figures: ContextFigures? {
    switch self {
    case .trades, .candle, .instruments: nil
    case .tickers:
      ContextFigures(
        kind: .ticker, names: ["last", "open24h", "high24h", "low24h", "vol24h", "volCcy24h"],
        required: 0)
    case .fundingRate:
      ContextFigures(
        kind: .fundingRate,
        names: ["fundingRate", "nextFundingRate", "fundingTime", "nextFundingTime"])
    case .markPrice: ContextFigures(kind: .markPrice, names: ["markPx"])
    case .indexTickers:
      ContextFigures(kind: .indexPrice, names: ["idxPx", "open24h", "high24h", "low24h"])
    case .openInterest:
      ContextFigures(kind: .openInterest, names: ["oi", "oiCcy", "oiUsd"])
    case .priceLimit:
      ContextFigures(kind: .priceLimit, names: ["buyLmt", "sellLmt", "enabled"], required: 0)
    case .liquidationOrders:
      ContextFigures(kind: .liquidation, names: ["bkPx", "sz"], required: 2)
    case .status: ContextFigures(kind: .status, names: ["begin", "end"])
    }
  }

  /// As it stands in requests and pushes.
  public func okxName(_ interval: BarInterval = .minute) -> String {
    self == .candle ? rawValue + interval.okxName : rawValue
  }

  /// The channel of a name in a message, with the interval where it has one; nil for any other.
  public static func named(_ name: String) -> (channel: ContextChannel, interval: BarInterval?)? {
    if name != ContextChannel.candle.rawValue, let channel = ContextChannel(rawValue: name) {
      return (channel, nil)
    }
    return BarInterval.allCases
      .first { name == ContextChannel.candle.okxName($0) }
      .map { (.candle, $0) }
  }

  /// Served on the business path (docs/OKX.md OKX-036).
  public var isOnBusiness: Bool { ContextChannel.isOnBusiness(okxName()) }

  /// The same of any public channel by its name, of those too that only a recorder asks for.
  public static func isOnBusiness(_ name: String) -> Bool {
    name.contains(ContextChannel.candle.rawValue) || name == "trades-all"
  }
}

extension PublicTap.Channel {
  /// `ContextChannel.isOnBusiness`.
  public var isOnBusiness: Bool { ContextChannel.isOnBusiness(name) }
}
