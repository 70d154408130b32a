// Order flow by rule: what is paid for weighs more than what is shown; control plane.
import Roles

enum OrderFlowRule {
  /// Shares of the score.
  private static let weights = (flow: 0.3, imbalance: 0.25, shown: 0.25, micro: 0.2)

  static func finding(_ snapshot: Snapshot) -> LocalAnalyst.Finding {
    let (usable, reason) = snapshot.usableMid()
    guard let mid = usable, let book = snapshot.book else { return .abstains(reason) }
    guard let indicators = snapshot.indicators, let shown = indicators[.imbalance5] else {
      return .abstains("the book's imbalance has not warmed up")
    }
    let depth = Double((book.bids + book.asks).reduce(Int64(0)) { $0 &+ max($1.lots, 0) })
    // A flow as large as what rests near the mid counts as one half.
    func share(_ lots: Double?) -> Double? {
      guard let lots, depth > 0 else { return nil }
      return lots / (abs(lots) + depth)
    }
    let flow = share(snapshot.trades?.flowLots.map { Double($0) })
    let imbalance = share(indicators[.orderFlowImbalance])
    var micro: Double?
    if let price = indicators[.microprice], let bid = book.bid, let ask = book.ask, ask > bid {
      micro = min(max((price - mid) / ((ask - bid) / 2), -1), 1)
    }
    let parts: [(name: String, weight: Double, value: Double?)] = [
      ("trade flow", weights.flow, flow), ("order-flow imbalance", weights.imbalance, imbalance),
      ("resting imbalance of 5 levels", weights.shown, shown),
      ("microprice from the mid, half spreads", weights.micro, micro),
    ]
    let known = parts.filter { $0.value != nil }
    let weight = known.reduce(0) { $0 + $1.weight }
    if weight <= 0 { return .abstains("no measure of flow has warmed up") }
    let score = known.reduce(0) { $0 + $1.weight * ($1.value ?? 0) } / weight
    let agreeing = known.filter { ($0.value ?? 0) * score > 0 }.reduce(0) { $0 + $1.weight }
    return .stance(
      score * 140, confidence: 20 + 45 * agreeing / weight, horizon: "seconds", at: mid,
      known.map { "\($0.name) \(Figures.text($0.value ?? 0))" },
      because: "score \(Figures.text(score)); "
        + "\(Figures.text(agreeing / weight * 100, digits: 0)) % of it one way")
  }
}
