// A bar of trades and the intervals that OKX cuts them into; simulation.

import Quantities

/// Open, high, low and close in ticks, volume in lots. A bar in which nothing traded repeats the close before it.
public struct Candle: Sendable, Equatable {
  /// Milliseconds since the epoch at which the bar opens.
  public var openTime: Int64
  public var open: Int64
  public var high: Int64
  public var low: Int64
  public var close: Int64
  public var lots: Int64
  /// Σ price in ticks × lots.
  public var value: Int128
  /// Pushes of the `trades` channel in the bar.
  public var trades: Int64

  /// A bar in which nothing traded yet.
  public init(openTime: Int64, price: Int64) {
    self.openTime = openTime
    open = price
    high = price
    low = price
    close = price
    lots = 0
    value = 0
    trades = 0
  }

  mutating func change(to grid: GridChange) {
    open &*= grid.prices
    high &*= grid.prices
    low &*= grid.prices
    close &*= grid.prices
    lots &*= grid.pastLots
    value *= Int128(grid.prices) * Int128(grid.pastLots)
  }

  /// Takes a trade. The first one sets the open: what stood there was the close before.
  public mutating func take(price: Int64, lots traded: Int64) {
    if trades == 0 && lots == 0 {
      open = price
      high = price
      low = price
    }
    high = max(high, price)
    low = min(low, price)
    close = price
    lots += traded
    value += Int128(price) * Int128(traded)
    trades += 1
  }

  /// Takes the bar that follows, keeping this one's opening time.
  public mutating func append(_ later: Candle) {
    // A bar without trades says only that the price stood still.
    if later.trades == 0 && later.lots == 0 { return }
    if trades == 0 && lots == 0 {
      let time = openTime
      self = later
      openTime = time
      return
    }
    high = max(high, later.high)
    low = min(low, later.low)
    close = later.close
    lots += later.lots
    value += later.value
    trades += later.trades
  }
}

/// The bars that the simulated exchange serves, named as in OKX's `bar` parameter and `candle…` channels.
public enum CandleInterval: String, Sendable, CaseIterable, Hashable {
  case second = "1s"
  case minute = "1m"
  case minutes3 = "3m"
  case minutes5 = "5m"
  case minutes15 = "15m"
  case minutes30 = "30m"
  case hour = "1H"
  case hours2 = "2H"
  case hours4 = "4H"
  case hours6 = "6H"
  case hours12 = "12H"
  case day = "1D"
  case days2 = "2D"
  case days3 = "3D"
  case week = "1W"
  case hours6UTC = "6Hutc"
  case hours12UTC = "12Hutc"
  case dayUTC = "1Dutc"
  case days2UTC = "2Dutc"
  case days3UTC = "3Dutc"
  case weekUTC = "1Wutc"

  /// The interval of a channel such as `candle1Dutc`.
  public init?(channel name: String) {
    guard name.hasPrefix(CandleInterval.channelPrefix) else { return nil }
    self.init(rawValue: String(name.dropFirst(CandleInterval.channelPrefix.count)))
  }

  static let channelPrefix = "candle"

  public var milliseconds: Int64 {
    let hour: Int64 = 3_600_000
    return switch self {
    case .second: 1_000
    case .minute: 60_000
    case .minutes3: 180_000
    case .minutes5: 300_000
    case .minutes15: 900_000
    case .minutes30: 1_800_000
    case .hour: hour
    case .hours2: 2 * hour
    case .hours4: 4 * hour
    case .hours6, .hours6UTC: 6 * hour
    case .hours12, .hours12UTC: 12 * hour
    case .day, .dayUTC: 24 * hour
    case .days2, .days2UTC: 48 * hour
    case .days3, .days3UTC: 72 * hour
    case .week, .weekUTC: 168 * hour
    }
  }

  /// What an opening time leaves when divided by the length: bars of six hours and more open on UTC+8 unless
  /// asked for as `…utc` (docs/OKX.md OKX-087), weeks on Mondays (the epoch was a Thursday).
  private var offset: Int64 {
    let hour: Int64 = 3_600_000
    switch self {
    case .hours6, .hours12, .day, .days2, .days3: return -8 * hour
    case .week: return 96 * hour - 8 * hour
    case .weekUTC: return 96 * hour
    default: return 0
    }
  }

  /// The opening time of the bar that holds `time`, both in milliseconds.
  public func start(of time: Int64) -> Int64 {
    let shifted = time - offset
    let rest = shifted % milliseconds
    return time - (rest < 0 ? rest + milliseconds : rest)
  }
}
