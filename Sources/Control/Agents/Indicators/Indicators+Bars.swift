// Range, direction, position in the range and volume flow of bars, defined as TA-Lib defines them; control plane.

extension Indicators {
  /// The largest of high − low and the distances of both from the close before.
  static func trueRange(_ bar: IndicatorBar, after previous: IndicatorBar) -> Double {
    var range = bar.high - bar.low
    range = max(range, abs(previous.close - bar.high))
    return max(range, abs(previous.close - bar.low))
  }

  /// Wilder's average true range; first at index `period`.
  public static func atr(_ bars: [IndicatorBar], period: Int = 14) -> [Double?] {
    var out = absent(bars.count)
    if period < 1 || bars.count <= period { return out }
    var total = 0.0
    for index in 1...period { total += trueRange(bars[index], after: bars[index - 1]) }
    var average = total / Double(period)
    out[period] = average
    for index in (period + 1)..<max(bars.count, period + 1) {
      average *= Double(period - 1)
      average += trueRange(bars[index], after: bars[index - 1])
      average /= Double(period)
      out[index] = average
    }
    return out
  }

  /// Wilder's directional movement, running.
  private struct Direction {
    var plus = 0.0
    var minus = 0.0
    var range = 0.0

    /// Adds one bar's movement after `decay` took its share: 0 while the first sums are gathered.
    mutating func take(_ bar: IndicatorBar, after previous: IndicatorBar, decay: Double) {
      let up = bar.high - previous.high
      let down = previous.low - bar.low
      minus -= minus * decay
      plus -= plus * decay
      if down > 0 && up < down { minus += down } else if up > 0 && up > down { plus += up }
      range = range - range * decay + Indicators.trueRange(bar, after: previous)
    }

    /// 0…100; nil where nothing moved.
    var index: Double? {
      if Indicators.isZero(range) { return nil }
      let below = 100 * (minus / range)
      let above = 100 * (plus / range)
      let both = below + above
      return Indicators.isZero(both) ? nil : 100 * (abs(below - above) / both)
    }
  }

  /// Wilder's average directional index, 0…100; first at index `2 × period − 1`.
  public static func adx(_ bars: [IndicatorBar], period: Int = 14) -> [Double?] {
    var out = absent(bars.count)
    let first = 2 * period - 1
    if period < 2 || bars.count <= first { return out }
    var direction = Direction()
    for index in 1..<period {
      direction.take(bars[index], after: bars[index - 1], decay: 0)
    }
    let decay = 1 / Double(period)
    var total = 0.0
    for index in period...first {
      direction.take(bars[index], after: bars[index - 1], decay: decay)
      total += direction.index ?? 0
    }
    var average = total / Double(period)
    out[first] = average
    for index in (first + 1)..<max(bars.count, first + 1) {
      direction.take(bars[index], after: bars[index - 1], decay: decay)
      if let value = direction.index {
        average = (average * Double(period - 1) + value) / Double(period)
      }
      out[index] = average
    }
    return out
  }

  /// Stochastic oscillator.
  public struct Stochastic: Sendable, Equatable {
    /// Smoothed place of the close in the range, 0…100.
    public var slowK: [Double?]
    /// Mean of `slowK`.
    public var slowD: [Double?]
  }

  /// Slow stochastic with simple means; both first at index `period + smoothK + smoothD − 3`.
  public static func stochastic(
    _ bars: [IndicatorBar], period: Int = 14, smoothK: Int = 3, smoothD: Int = 3
  ) -> Stochastic {
    var out = Stochastic(slowK: absent(bars.count), slowD: absent(bars.count))
    if period < 1 || smoothK < 1 || smoothD < 1 || bars.count < period { return out }
    let raw = ((period - 1)..<bars.count).map { index in
      let window = bars[(index - period + 1)...index]
      let low = window.reduce(Double.infinity) { min($0, $1.low) }
      let high = window.reduce(-Double.infinity) { max($0, $1.high) }
      let width = (high - low) / 100
      return width != 0 ? (bars[index].close - low) / width : 0
    }
    let slowK = sma(raw, period: smoothK)
    let known = slowK.compactMap(\.self)
    let slowD = sma(known, period: smoothD)
    let first = period + smoothK - 2
    for (offset, value) in slowD.enumerated() {
      guard let value else { continue }
      out.slowK[first + offset] = known[offset]
      out.slowD[first + offset] = value
    }
    return out
  }

  /// On-balance volume: the volume added when the close rises, taken away when it falls; from the first bar.
  public static func obv(_ bars: [IndicatorBar]) -> [Double?] {
    var out = absent(bars.count)
    guard let first = bars.first else { return out }
    var total = first.volume
    out[0] = total
    for index in 1..<max(bars.count, 1) {
      if bars[index].close > bars[index - 1].close {
        total += bars[index].volume
      } else if bars[index].close < bars[index - 1].close {
        total -= bars[index].volume
      }
      out[index] = total
    }
    return out
  }
}
