// One instrument's bars: a synthetic history, then what traded since; simulation.

import Quantities

/// Time is the market's: bars close when an event of a later bar comes, not by a clock. There is no hole
/// between history and live bars, nor where nothing trades: such a bar repeats the last price.
public struct CandleSeries: Sendable {
  private(set) var history: CandleHistory?
  /// Live bars, oldest first, one after the other; the last is open.
  private(set) var seconds: [Candle] = []
  private(set) var minutes: [Candle] = []
  /// Finished hours by their number since the epoch, filled on demand.
  var hours: [Int64: Candle] = [:]
  var day = DayFigures()
  /// Latest time that an event showed, milliseconds; nil before the first bar.
  public private(set) var now: Int64?
  /// The last trade; before the first the history's last price.
  public private(set) var lastPrice: Int64?
  public private(set) var lastLots: Int64 = 0

  /// Live seconds and minutes kept: four hours and thirty days.
  public static let secondsMax = 14_400
  public static let minutesMax = 43_200
  static let hoursMax = 4_096

  public init(history: CandleHistory? = nil, price: Int64? = nil) {
    self.history = history
    lastPrice = price
    if let history, let price {
      let minute = history.end / 60_000
      minutes = [
        history.minute(minute) ?? Candle(openTime: minute * 60_000, price: price)
      ]
      seconds = [Candle(openTime: history.end, price: price)]
      now = history.end
    }
  }

  /// The instrument's grid is another: so are the numbers of every bar.
  public mutating func change(to grid: GridChange) {
    if grid.isNone { return }
    history?.change(to: grid)
    for index in seconds.indices { seconds[index].change(to: grid) }
    for index in minutes.indices { minutes[index].change(to: grid) }
    for hour in hours.keys { hours[hour]?.change(to: grid) }
    day = DayFigures()
    lastPrice = lastPrice.map { $0 &* grid.prices }
    lastLots &*= grid.pastLots
  }

  /// A trade at `time`. One that comes late counts in the bar that is open now.
  public mutating func take(_ trade: TradePrint, at time: Int64) {
    let price = trade.price.ticks
    if now == nil {
      lastPrice = price
      now = time
      seconds = [Candle(openTime: time / 1_000 * 1_000, price: price)]
      minutes = [Candle(openTime: time / 60_000 * 60_000, price: price)]
    }
    advance(to: time)
    seconds[seconds.count - 1].take(price: price, lots: trade.quantity.lots)
    minutes[minutes.count - 1].take(price: price, lots: trade.quantity.lots)
    lastPrice = price
    lastLots = trade.quantity.lots
  }

  /// Closes what ended before `time`; time never runs backwards.
  public mutating func advance(to time: Int64) {
    guard let reached = now, time > reached, let price = lastPrice else { return }
    now = time
    CandleSeries.fill(&seconds, to: time, step: 1_000, price: price, max: CandleSeries.secondsMax)
    CandleSeries.fill(&minutes, to: time, step: 60_000, price: price, max: CandleSeries.minutesMax)
  }

  /// Appends bars without trades up to the one that holds `time`. A jump that leaves the window starts it anew.
  private static func fill(
    _ bars: inout [Candle], to time: Int64, step: Int64, price: Int64, max: Int
  ) {
    guard let last = bars.last?.openTime else { return }
    let target = time / step * step
    let count = (target - last) / step
    if count <= 0 { return }
    if count > Int64(max) {
      bars = [Candle(openTime: target, price: price)]
      return
    }
    for index in 1...count { bars.append(Candle(openTime: last + index * step, price: price)) }
    if bars.count > max + max / 4 { bars.removeFirst(bars.count - max) }
  }
}
