// Trend by rule: averages apart, momentum with them, extremes against them; control plane.
import Roles

enum TrendRule {
  static let fast = 12
  static let slow = 26
  /// Bars longer than this say little about minutes.
  private static let intervalSecondsMax = 900

  private struct Reading {
    var of: String
    var fast: Double
    var slow: Double
    /// Usual move of one step, quote currency.
    var step: Double
    var strength: Double?
    var direction: Double?
  }

  static func finding(_ snapshot: Snapshot) -> LocalAnalyst.Finding {
    let (usable, reason) = snapshot.usableMid()
    guard let mid = usable else { return .abstains(reason) }
    let readings =
      snapshot.bars.filter { $0.intervalSeconds <= intervalSecondsMax }
      .compactMap(reading) + [sampled(snapshot)].compactMap(\.self)
    if readings.isEmpty {
      let count = snapshot.series.first { $0.name == "mid" }?.values.count ?? 0
      return .abstains("averages have not warmed up: \(count) samples, it takes \(slow)")
    }
    var total = 0.0
    var observations: [String] = []
    for reading in readings {
      var score = min(max((reading.fast - reading.slow) / (reading.step * 3), -1), 1)
      if let strength = reading.strength {
        if strength > 75 && score > 0 || strength < 25 && score < 0 { score *= 0.5 }
        observations.append("\(reading.of): RSI \(Figures.text(strength, digits: 1))")
      }
      // Below 20 there is no trend to go with.
      if let direction = reading.direction, direction < 20 { score *= 0.5 }
      observations.append(
        "\(reading.of): fast average \(reading.fast > reading.slow ? "above" : "below") slow by "
          + "\(Figures.text(abs(reading.fast - reading.slow) / reading.step)) usual steps")
      total += score
    }
    let score = total / Double(readings.count)
    return .stance(
      score * 90, confidence: 25 + 35 * abs(score), horizon: "minutes", at: mid, observations,
      because: "trend score \(Figures.text(score)) over \(readings.count) series")
  }

  private static func reading(_ bars: BarSeries) -> Reading? {
    guard let fast = bars.emaFast, let slow = bars.emaSlow, let range = bars.atr, range > 0 else {
      return nil
    }
    return Reading(
      of: "\(bars.intervalSeconds) s bars", fast: fast, slow: slow, step: range,
      strength: bars.rsi, direction: bars.adx)
  }

  private static func sampled(_ snapshot: Snapshot) -> Reading? {
    guard let series = snapshot.series.first(where: { $0.name == "mid" }),
      series.values.count >= slow,
      let fast = Indicators.ema(series.values, period: fast).last.flatMap(\.self),
      let slow = Indicators.ema(series.values, period: slow).last.flatMap(\.self)
    else { return nil }
    let steps = zip(series.values, series.values.dropFirst()).map { abs($1 - $0) }
    let step = steps.reduce(0, +) / Double(steps.count)
    if step <= 0 { return nil }
    return Reading(
      of: "sampled mid", fast: fast, slow: slow, step: step,
      strength: Indicators.rsi(series.values).last.flatMap(\.self), direction: nil)
  }
}
