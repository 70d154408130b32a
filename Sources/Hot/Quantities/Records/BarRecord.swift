// A bar: open, high, low, close and volume of an interval, in ticks and lots; both planes.

@frozen
public enum BarSource: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  /// From trades that we received.
  case own = 1
  /// From `market/candles`.
  case backfill = 2
  /// From a `candle*` push that differs from our own.
  case exchange = 3
}

/// Lengths of bars. All but the day open at multiples of their length; the day opens at 0:00 UTC
/// (OKX's `1Dutc`).
@frozen
public enum BarInterval: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case second = 0
  case minute = 1
  case fiveMinutes = 2
  case fifteenMinutes = 3
  case hour = 4
  case fourHours = 5
  case day = 6

  @inlinable public var seconds: Int64 {
    switch self {
    case .second: 1
    case .minute: 60
    case .fiveMinutes: 300
    case .fifteenMinutes: 900
    case .hour: 3_600
    case .fourHours: 14_400
    case .day: 86_400
    }
  }
  @inlinable public var milliseconds: Int64 { seconds * 1_000 }

  /// OKX's `bar`, the part of a channel's name behind `candle`.
  public var okxName: String {
    switch self {
    case .second: "1s"
    case .minute: "1m"
    case .fiveMinutes: "5m"
    case .fifteenMinutes: "15m"
    case .hour: "1H"
    case .fourHours: "4H"
    case .day: "1Dutc"
    }
  }

  public init?(seconds: Int64) {
    guard let found = BarInterval.allCases.first(where: { $0.seconds == seconds }) else {
      return nil
    }
    self = found
  }

  /// The opening time of the bar that holds `time`.
  @inlinable
  public func opening(of time: WallMilliseconds) -> WallMilliseconds {
    let length = milliseconds
    let remainder = time.milliseconds % length
    let floor = remainder < 0 ? remainder + length : remainder
    return WallMilliseconds(milliseconds: time.milliseconds - floor)
  }
}

/// 88 bytes.
@frozen
public struct BarRecord: Sendable, BitwiseCopyable, Equatable {
  public var openTime: WallMilliseconds
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  /// Lots traded, and of those the lots that takers bought (0 where the source does not say).
  public var volume: Quantity
  public var bought: Quantity
  /// Trades as the exchange aggregates them; 0 where the source does not say.
  public var trades: UInt64
  public var instrument: InstrumentID
  public var interval: BarInterval
  public var source: BarSource
  public var isClosed: Bool
  public var reserved: UInt8 = 0
  public var reserved2: UInt16 = 0
  public var reserved3: UInt64 = 0
  public var reserved4: UInt64 = 0

  @inlinable
  public init(
    instrument: InstrumentID, interval: BarInterval, openTime: WallMilliseconds, open: Price,
    high: Price, low: Price, close: Price, volume: Quantity, bought: Quantity = .zero,
    trades: UInt64 = 0, source: BarSource, isClosed: Bool
  ) {
    self.instrument = instrument
    self.interval = interval
    self.openTime = openTime
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
    self.bought = bought
    self.trades = trades
    self.source = source
    self.isClosed = isClosed
  }

  /// Time at which it is over.
  @inlinable public var endTime: WallMilliseconds {
    WallMilliseconds(milliseconds: openTime.milliseconds + interval.milliseconds)
  }

  /// The same prices and volume, whoever says so.
  @inlinable
  public func agrees(with other: BarRecord) -> Bool {
    openTime == other.openTime && open == other.open && high == other.high && low == other.low
      && close == other.close && volume == other.volume
  }
}
