// Averages, oscillators and bands over a series, defined as TA-Lib defines them; control plane.

/// Each answer has the length of its input, oldest first, and is nil where the indicator has not warmed up:
/// absent, never zero. A period below its least answers nil throughout.
///
/// The order of operations is TA-Lib's own where sums run on, so that equality to 1e-9 holds at any price
/// level; `Tests/Peers/indicators/golden.py` makes the files it is held against.
public enum Indicators {
  /// Nothing known, for `count` values.
  static func absent(_ count: Int) -> [Double?] { [Double?](repeating: nil, count: count) }

  /// TA-Lib's idea of zero: |value| < 1e-14.
  static func isZero(_ value: Double) -> Bool { value > -1e-14 && value < 1e-14 }

  /// Mean of the last `period` values; first at index `period - 1`.
  public static func sma(_ values: [Double], period: Int) -> [Double?] {
    var out = absent(values.count)
    if period < 1 || values.count < period { return out }
    var total = 0.0
    for index in 0..<(period - 1) { total += values[index] }
    for index in (period - 1)..<values.count {
      total += values[index]
      out[index] = total / Double(period)
      total -= values[index - period + 1]
    }
    return out
  }

  /// Exponential average with k = 2 / (period + 1), seeded by the mean of the first `period` values.
  public static func ema(_ values: [Double], period: Int) -> [Double?] {
    ema(values, period: period, firstAt: period - 1)
  }

  /// The same with its first value at `firstAt`: the seed is the mean of the `period` values up to there.
  static func ema(_ values: [Double], period: Int, firstAt: Int) -> [Double?] {
    var out = absent(values.count)
    if period < 1 || firstAt < period - 1 || firstAt >= values.count { return out }
    var total = 0.0
    for index in (firstAt - period + 1)...firstAt { total += values[index] }
    var average = total / Double(period)
    out[firstAt] = average
    let factor = 2.0 / Double(period + 1)
    for index in (firstAt + 1)..<max(values.count, firstAt + 1) {
      average = (values[index] - average) * factor + average
      out[index] = average
    }
    return out
  }

  /// Wilder's relative strength index, 0…100; first at index `period`. A series without any change is 0, as
  /// in TA-Lib.
  public static func rsi(_ values: [Double], period: Int = 14) -> [Double?] {
    var out = absent(values.count)
    if period < 2 || values.count <= period { return out }
    var gain = 0.0
    var loss = 0.0
    for index in 1...period {
      let change = values[index] - values[index - 1]
      if change < 0 { loss -= change } else { gain += change }
    }
    gain /= Double(period)
    loss /= Double(period)
    func strength() -> Double {
      let both = gain + loss
      return isZero(both) ? 0 : 100 * (gain / both)
    }
    out[period] = strength()
    for index in (period + 1)..<max(values.count, period + 1) {
      let change = values[index] - values[index - 1]
      gain *= Double(period - 1)
      loss *= Double(period - 1)
      if change < 0 { loss -= change } else { gain += change }
      gain /= Double(period)
      loss /= Double(period)
      out[index] = strength()
    }
    return out
  }

  /// Moving average convergence and divergence.
  public struct MACD: Sendable, Equatable {
    /// Fast minus slow average.
    public var line: [Double?]
    /// Exponential average of the line.
    public var signal: [Double?]
    /// Line minus signal.
    public var histogram: [Double?]
  }

  /// All three first at index `slow + signal - 2`. The fast average is seeded where the slow one begins.
  public static func macd(
    _ values: [Double], fast: Int = 12, slow: Int = 26, signal: Int = 9
  ) -> MACD {
    let none = MACD(
      line: absent(values.count), signal: absent(values.count), histogram: absent(values.count))
    let first = slow - 1
    if fast < 2 || slow <= fast || signal < 1 || values.count < slow + signal - 1 { return none }
    let quick = ema(values, period: fast, firstAt: first)
    let calm = ema(values, period: slow, firstAt: first)
    let line = (first..<values.count).map { index in (quick[index] ?? 0) - (calm[index] ?? 0) }
    let average = ema(line, period: signal)
    var out = none
    for (offset, value) in line.enumerated() {
      guard let slowValue = average[offset] else { continue }
      out.line[first + offset] = value
      out.signal[first + offset] = slowValue
      out.histogram[first + offset] = value - slowValue
    }
    return out
  }

  /// Bollinger bands.
  public struct Bands: Sendable, Equatable {
    public var upper: [Double?]
    public var middle: [Double?]
    public var lower: [Double?]
  }

  /// Mean ± `width` population standard deviations of the last `period` values; first at `period - 1`.
  public static func bollinger(_ values: [Double], period: Int = 20, width: Double = 2) -> Bands {
    var out = Bands(
      upper: absent(values.count), middle: sma(values, period: period),
      lower: absent(values.count))
    if period < 2 || values.count < period { return out }
    for index in (period - 1)..<values.count {
      guard let mean = out.middle[index] else { continue }
      // From the deviations themselves: a difference of large squares loses the variance of calm prices.
      var squares = 0.0
      for value in values[(index - period + 1)...index] {
        squares += (value - mean) * (value - mean)
      }
      let deviation = (squares / Double(period)).squareRoot()
      out.upper[index] = mean + deviation * width
      out.lower[index] = mean - deviation * width
    }
    return out
  }
}
