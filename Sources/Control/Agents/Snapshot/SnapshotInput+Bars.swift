// From State's bars to a snapshot's: finished ones without a hole, and indicators over all that are kept; control plane.
import Foundation
import Quantities
import Roles
import State

extension SnapshotInput {
  /// Bars of one interval as they are shown: an interval, and how many of its newest rows.
  struct BarView {
    var interval: BarInterval
    var rows: Int
  }

  /// Short ones to see a turn in, long ones to see where it stands. Indicators are over all that State keeps.
  static let barViews = [
    BarView(interval: .minute, rows: 20), BarView(interval: .fiveMinutes, rows: 12),
    BarView(interval: .fifteenMinutes, rows: 12), BarView(interval: .hour, rows: 12),
    BarView(interval: .fourHours, rows: 6), BarView(interval: .day, rows: 7),
  ]

  /// How many intervals after its end the newest finished bar still counts as the newest: one that is open
  /// now, and one for the exchange to be late with.
  private static let staleIntervals: Int64 = 2

  func barSeries(_ read: (BarInterval) -> [BarRecord]) -> [BarSeries] {
    SnapshotInput.barViews.compactMap { view in
      series(of: unbroken(read(view.interval), view.interval), view)
    }
  }

  /// The newest finished bars that follow each other, oldest first; none where the newest is of long ago.
  private func unbroken(_ bars: [BarRecord], _ interval: BarInterval) -> [BarRecord] {
    let closed = bars.filter(\.isClosed)
    guard let last = closed.last else { return [] }
    let late = takenAt - last.endTime.milliseconds
    if late > SnapshotInput.staleIntervals * interval.milliseconds { return [] }
    var first = closed.count - 1
    while first > 0, closed[first - 1].endTime == closed[first].openTime { first -= 1 }
    return Array(closed[first...])
  }

  private func series(of bars: [BarRecord], _ view: BarView) -> BarSeries? {
    let facts = bars.compactMap { bar -> BarFacts? in
      guard let open = price(bar.open.ticks), let high = price(bar.high.ticks),
        let low = price(bar.low.ticks), let close = price(bar.close.ticks)
      else { return nil }
      return BarFacts(
        openedAt: bar.openTime.milliseconds, open: open, high: high, low: low, close: close,
        volumeLots: Double(bar.volume.lots))
    }
    // A price that cannot be told would be a hole.
    if facts.isEmpty || facts.count != bars.count { return nil }
    var series = BarSeries(
      intervalSeconds: Int(view.interval.seconds), rows: facts.suffix(view.rows))
    series.measure(facts, priceDigits: Int(entry.instrument.tick.decimals) + 3)
    return series
  }
}

extension BarSeries {
  /// Digits behind the point of what is not a price.
  private static let oscillatorDigits = 3

  /// Sets the indicators of the newest of `bars`, oldest first; one that has not warmed up stays absent.
  /// - Parameter priceDigits: digits behind the point of averages and ranges, which no tick holds.
  mutating func measure(_ bars: [BarFacts], priceDigits: Int) {
    let input = bars.map {
      IndicatorBar(
        open: $0.open, high: $0.high, low: $0.low, close: $0.close, volume: $0.volumeLots)
    }
    let closes = bars.map(\.close)
    func newest(_ values: [Double?], _ digits: Int = BarSeries.oscillatorDigits) -> Double? {
      guard let value = values.last.flatMap(\.self), value.isFinite else { return nil }
      let scale = pow(10, Double(digits))
      let rounded = (value * scale).rounded() / scale
      return rounded.isFinite ? rounded : nil
    }
    emaFast = newest(Indicators.ema(closes, period: 12), priceDigits)
    emaSlow = newest(Indicators.ema(closes, period: 26), priceDigits)
    rsi = newest(Indicators.rsi(closes))
    let macd = Indicators.macd(closes)
    macdLine = newest(macd.line, priceDigits)
    macdSignal = newest(macd.signal, priceDigits)
    let bands = Indicators.bollinger(closes)
    bollingerUpper = newest(bands.upper, priceDigits)
    bollingerMiddle = newest(bands.middle, priceDigits)
    bollingerLower = newest(bands.lower, priceDigits)
    atr = newest(Indicators.atr(input), priceDigits)
    adx = newest(Indicators.adx(input))
    let stochastic = Indicators.stochastic(input)
    stochasticK = newest(stochastic.slowK)
    stochasticD = newest(stochastic.slowD)
    obv = newest(Indicators.obv(input))
  }
}
