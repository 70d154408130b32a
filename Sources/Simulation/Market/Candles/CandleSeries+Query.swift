// Reading bars of any interval out of seconds, minutes and hours; simulation.

import Quantities

extension CandleSeries {
  /// The bar of `interval` that opens at `time` (milliseconds), the open one included; nil where the series has none.
  public mutating func candle(_ interval: CandleInterval, at time: Int64) -> Candle? {
    guard let now, time <= now else { return nil }
    if interval == .second { return second(time / 1_000) }
    var bar: Candle?
    let end = min(time + interval.milliseconds, (now / 60_000 + 1) * 60_000)
    var at = time
    while at < end {
      let isHour = at % 3_600_000 == 0 && at + 3_600_000 <= end
      let part = isHour ? hour(at / 3_600_000) : minute(at / 60_000)
      at += isHour ? 3_600_000 : 60_000
      guard var part else { continue }
      if bar == nil {
        part.openTime = time
        bar = part
      } else {
        bar?.append(part)
      }
    }
    return bar
  }

  /// Opening time of the oldest bar of `interval` that is whole; nil without bars.
  public func oldest(_ interval: CandleInterval) -> Int64? {
    let isSecond = interval == .second
    guard let first = (isSecond ? seconds : minutes).first?.openTime else { return nil }
    var time = first
    // Once the live window has moved on, the history before it is no longer joined to it.
    if let history, first <= history.end {
      time = isSecond ? history.firstSecond * 1_000 : history.firstMinute * 60_000
    }
    let start = interval.start(of: time)
    return start == time ? start : start + interval.milliseconds
  }

  /// At most `limit` bars that open before `before` and after `after`, newest first. With `after` alone OKX
  /// still counts from the newest (`market/candles`: "the latest data will be returned").
  public mutating func candles(
    _ interval: CandleInterval, before: Int64, after: Int64, limit: Int, isClosedOnly: Bool
  ) -> [Candle] {
    guard let now, let oldest = oldest(interval) else { return [] }
    var newest = interval.start(of: now)
    if isClosedOnly { newest -= interval.milliseconds }
    if before <= newest { newest = interval.start(of: before - 1) }
    var found: [Candle] = []
    while newest >= oldest && newest > after && found.count < limit {
      if let bar = candle(interval, at: newest) { found.append(bar) }
      newest -= interval.milliseconds
    }
    return found
  }

  private func second(_ index: Int64) -> Candle? {
    guard let first = seconds.first else { return nil }
    let place = index - first.openTime / 1_000
    if place >= 0 { return place < Int64(seconds.count) ? seconds[Int(place)] : nil }
    if let history, first.openTime <= history.end { return history.second(index) }
    return nil
  }

  func minute(_ index: Int64) -> Candle? {
    guard let first = minutes.first else { return nil }
    let place = index - first.openTime / 60_000
    if place >= 0 { return place < Int64(minutes.count) ? minutes[Int(place)] : nil }
    if let history, first.openTime <= history.end { return history.minute(index) }
    return nil
  }

  /// A whole hour; kept once it is over.
  mutating func hour(_ index: Int64) -> Candle? {
    if let known = hours[index] { return known }
    var bar: Candle?
    for minute in index * 60..<index * 60 + 60 {
      guard let part = self.minute(minute) else { continue }
      if bar == nil { bar = part } else { bar?.append(part) }
    }
    if let bar, let now, now >= (index + 1) * 3_600_000 {
      if hours.count >= CandleSeries.hoursMax { hours.removeAll(keepingCapacity: true) }
      hours[index] = bar
    }
    return bar
  }
}

/// What `tickers` and `index-tickers` say of the last 24 hours, in ticks and lots.
public struct DayFigures: Sendable, Equatable {
  /// The minute that it was made in; what was closed then is in it.
  var minute: Int64 = -1
  public var open: Int64 = 0
  public var high: Int64 = 0
  public var low: Int64 = 0
  public var lots: Int64 = 0
  public var value: Int128 = 0
  /// Open of the day in UTC and in UTC+8.
  public var dayOpen: Int64 = 0
  public var dayOpenUTC8: Int64 = 0
}

extension CandleSeries {
  /// The 24 hours up to now, in whole minutes; nil before the first bar.
  public mutating func lastDay() -> DayFigures? {
    guard let now, let current = minutes.last else { return nil }
    let minute = now / 60_000
    if day.minute != minute { day = closedDay(minute) }
    var figures = day
    if figures.lots == 0 && figures.open == 0 {
      figures.open = current.open
      figures.high = current.high
      figures.low = current.low
    }
    figures.high = max(figures.high, current.high)
    figures.low = min(figures.low, current.low)
    figures.lots += current.lots
    figures.value += current.value
    if figures.dayOpen == 0 { figures.dayOpen = figures.open }
    if figures.dayOpenUTC8 == 0 { figures.dayOpenUTC8 = figures.open }
    return figures
  }

  private mutating func closedDay(_ minute: Int64) -> DayFigures {
    var figures = DayFigures()
    figures.minute = minute
    var bar: Candle?
    var at = minute - 1_439
    while at < minute {
      let isHour = at % 60 == 0 && at + 60 <= minute
      let part = isHour ? hour(at / 60) : self.minute(at)
      at += isHour ? 60 : 1
      guard let part else { continue }
      if bar == nil { bar = part } else { bar?.append(part) }
    }
    if let bar {
      figures.open = bar.open
      figures.high = bar.high
      figures.low = bar.low
      figures.lots = bar.lots
      figures.value = bar.value
    }
    figures.dayOpen = self.minute(minute - minute % 1_440)?.open ?? 0
    figures.dayOpenUTC8 =
      self.minute(CandleInterval.day.start(of: minute * 60_000) / 60_000)?.open ?? 0
    return figures
  }
}
