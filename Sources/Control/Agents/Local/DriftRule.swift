// Drift by rule: is the move of the sampled mid more than its own noise; control plane.
import Roles

enum DriftRule {
  static let samplesMin = 20
  /// A wider spread makes every small drift worthless.
  private static let spreadBasisPointsMax = 25.0

  static func finding(_ snapshot: Snapshot) -> LocalAnalyst.Finding {
    let (usable, reason) = snapshot.usableMid()
    guard let mid = usable, let book = snapshot.book else { return .abstains(reason) }
    if let bid = book.bid, let ask = book.ask {
      let spread = (ask - bid) / mid * 10_000
      if spread > spreadBasisPointsMax {
        return .abstains("the spread is \(Figures.text(spread)) basis points wide")
      }
    }
    guard let series = snapshot.series.first(where: { $0.name == "mid" }),
      series.values.count >= samplesMin
    else {
      let count = snapshot.series.first { $0.name == "mid" }?.values.count ?? 0
      return .abstains("\(count) samples of the mid; it takes \(samplesMin)")
    }
    let values = series.values.suffix(60)
    let steps = zip(values, values.dropFirst()).map { $1 - $0 }
    let count = Double(steps.count)
    let mean = steps.reduce(0, +) / count
    let deviation =
      (steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    if deviation <= 0 { return .abstains("the mid has not moved in \(values.count) samples") }
    let drift = mean * count.squareRoot() / deviation
    // Below half a deviation there is nothing to say but "flat".
    let stance = abs(drift) < 0.5 ? 0 : drift / 3 * 100
    return .stance(
      stance, confidence: min(60, 20 + abs(drift) * 14), horizon: "minutes", at: mid,
      [
        "drift \(Figures.text(drift)) deviations over \(steps.count) steps",
        "step deviation \(Figures.text(deviation / mid * 10_000)) basis points",
      ], because: "the mid drifted \(Figures.text(drift)) of its own deviations")
  }
}
