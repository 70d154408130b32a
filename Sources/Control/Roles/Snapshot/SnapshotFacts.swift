// The sections of a snapshot about the market; control plane.

public struct InstrumentFacts: Sendable, Hashable, Codable {
  /// OKX `instId`.
  public var id: String
  /// `spot`, `swap`, …
  public var type: String
  /// Exact decimals: quote currency per tick, and base currency or contracts per lot.
  public var tickSize: String
  public var lotSize: String
  /// Of one contract, in its own currency; nil for spot.
  public var contractValue: String?
  public var quote: String
  public var isTradable: Bool
  /// False for spot: what is not held cannot be sold.
  public var mayBeShort: Bool

  public init(
    id: String, type: String, tickSize: String, lotSize: String, quote: String, isTradable: Bool
  ) {
    self.id = id
    self.type = type
    self.tickSize = tickSize
    self.lotSize = lotSize
    self.quote = quote
    self.isTradable = isTradable
    mayBeShort = type != "spot"
  }
}

public struct LevelFacts: Sendable, Hashable, Codable {
  public var price: Double
  public var lots: Int64
  public init(price: Double, lots: Int64) {
    self.price = price
    self.lots = lots
  }
}

/// The book; nothing of it may be acted on unless `isValid`.
public struct BookFacts: Sendable, Hashable, Codable {
  public var isValid: Bool
  /// Milliseconds since its last message came in.
  public var ageMilliseconds: Int64
  /// OKX `seqId`.
  public var sequence: Int64
  public var bid: Double?
  public var ask: Double?
  public var mid: Double?
  /// Bid + ask in ticks: the exact mid, as the lease's reference.
  public var midHalfTicks: Int64?
  public var spreadTicks: Int64?
  /// Best first, at most five a side.
  public var bids: [LevelFacts]
  public var asks: [LevelFacts]

  public init(isValid: Bool, ageMilliseconds: Int64, sequence: Int64) {
    self.isValid = isValid
    self.ageMilliseconds = ageMilliseconds
    self.sequence = sequence
    bids = []
    asks = []
  }
}

public struct TradeFacts: Sendable, Hashable, Codable {
  public var lastPrice: Double
  public var lastLots: Int64
  /// The taker's side: `buy` or `sell`.
  public var lastSide: String
  /// Unix milliseconds, the exchange's clock.
  public var lastAt: Int64
  /// Buys less sells, lots, over the core's window.
  public var flowLots: Int64?

  public init(
    lastPrice: Double, lastLots: Int64, lastSide: String, lastAt: Int64, flowLots: Int64?
  ) {
    self.lastPrice = lastPrice
    self.lastLots = lastLots
    self.lastSide = lastSide
    self.lastAt = lastAt
    self.flowLots = flowLots
  }
}

/// Evenly spaced values, oldest first.
public struct Series: Sendable, Hashable, Codable {
  public var name: String
  public var unit: String
  /// True: values are prices of the instrument.
  public var isPrice: Bool
  public var intervalMilliseconds: Int64
  /// Of the newest value, Unix milliseconds.
  public var newestAt: Int64
  public var values: [Double]

  public init(
    name: String, unit: String, isPrice: Bool, intervalMilliseconds: Int64, newestAt: Int64,
    values: [Double]
  ) {
    self.name = name
    self.unit = unit
    self.isPrice = isPrice
    self.intervalMilliseconds = intervalMilliseconds
    self.newestAt = newestAt
    self.values = values
  }
}

public struct BarFacts: Sendable, Hashable, Codable {
  /// Unix milliseconds.
  public var openedAt: Int64
  public var open: Double
  public var high: Double
  public var low: Double
  public var close: Double
  public var volumeLots: Double

  public init(
    openedAt: Int64, open: Double, high: Double, low: Double, close: Double, volumeLots: Double
  ) {
    self.openedAt = openedAt
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volumeLots = volumeLots
  }
}

/// Finished bars of one interval, oldest first, and the newest values of their indicators.
public struct BarSeries: Sendable, Hashable, Codable {
  public var intervalSeconds: Int
  public var rows: [BarFacts]
  /// EMA 12 and 26 of closes, quote currency.
  public var emaFast: Double?
  public var emaSlow: Double?
  /// Wilder's, 14 bars, 0…100.
  public var rsi: Double?
  /// MACD 12, 26, 9, quote currency.
  public var macdLine: Double?
  public var macdSignal: Double?
  /// 20 bars, 2 deviations.
  public var bollingerUpper: Double?
  public var bollingerMiddle: Double?
  public var bollingerLower: Double?
  /// 14 bars, quote currency.
  public var atr: Double?
  /// 14 bars, 0…100.
  public var adx: Double?
  /// 14, 3, 3, 0…100.
  public var stochasticK: Double?
  public var stochasticD: Double?
  /// Lots.
  public var obv: Double?

  public init(intervalSeconds: Int, rows: [BarFacts]) {
    self.intervalSeconds = intervalSeconds
    self.rows = rows
  }
}

/// What the exchange says of the instrument beside book and tape.
public struct ContextFacts: Sendable, Hashable, Codable {
  /// Share per funding interval: 0.0001 is one basis point.
  public var fundingRate: Double?
  public var nextFundingAt: Int64?
  public var markPrice: Double?
  public var indexPrice: Double?
  /// Contracts, as the exchange counts them, and what they are worth.
  public var openInterest: Double?
  public var openInterestUsd: Double?
  public var open24h: Double?
  public var high24h: Double?
  public var low24h: Double?
  /// Base currency or contracts.
  public var volume24h: Double?
  /// Highest buy and lowest sell the exchange takes.
  public var buyLimit: Double?
  public var sellLimit: Double?
  /// The newest, where there was one in the last hour.
  public var liquidation: LiquidationFacts?
  /// Of the oldest of these but the liquidation, milliseconds.
  public var ageMilliseconds: Int64?
  /// What the exchange's status says; absent: nothing announced.
  public var status: String?

  public init() {}
}

/// A position that the exchange closed by force.
public struct LiquidationFacts: Sendable, Hashable, Codable {
  /// Bankruptcy price, quote currency.
  public var price: Double
  /// Base currency or contracts.
  public var size: Double
  /// Of the order that closed it: `buy` closed a short.
  public var side: String
  public var ageMilliseconds: Int64

  public init(price: Double, size: Double, side: String, ageMilliseconds: Int64) {
    self.price = price
    self.size = size
    self.side = side
    self.ageMilliseconds = ageMilliseconds
  }
}
