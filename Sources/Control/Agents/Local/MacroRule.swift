// The wider market by rule: crowded funding, the basis, and labels of news; control plane.
import JSON
import Ledger
import News
import Roles

enum MacroRule {
  /// A funding rate per interval from which one side is crowded: 5 basis points.
  private static let crowdedFunding = 0.0005

  static func finding(_ snapshot: Snapshot) -> LocalAnalyst.Finding {
    let (usable, reason) = snapshot.usableMid()
    guard let mid = usable else { return .abstains(reason) }
    var score = 0.0
    var observations: [String] = []
    if let funding = snapshot.context?.fundingRate {
      // The crowd pays; leaning against it is paid.
      score -= min(max(funding / crowdedFunding, -1), 1) * 0.3
      observations.append("funding \(Figures.text(funding * 10_000)) basis points")
    }
    if let mark = snapshot.context?.markPrice, let index = snapshot.context?.indexPrice, index > 0 {
      let basis = (mark - index) / index * 10_000
      score -= min(max(basis / 20, -1), 1) * 0.2
      observations.append("basis \(Figures.text(basis)) basis points")
    }
    let labels = snapshot.news.filter {
      $0.instruments.isEmpty || $0.instruments.contains(snapshot.instrument.id)
    }
    if !labels.isEmpty {
      let news = labels.map(weight).reduce(0, +)
      score += min(max(news, -1), 1) * 0.5
      observations.append("\(labels.count) labels of news, together \(Figures.text(news))")
    }
    if observations.isEmpty {
      return .abstains("no funding, no mark price and no labelled news")
    }
    return .stance(
      score * 100, confidence: 15 + 30 * min(1, abs(score)), horizon: "hours", at: mid,
      observations, because: "macro score \(Figures.text(score))")
  }

  private static func weight(_ label: NewsLabel) -> Double {
    let trust: Double =
      switch label.tier {
      case .social: 0.1
      case .press: 0.3
      case .wire: 0.6
      case .official: 0.8
      }
    return Double(label.direction) * Double(label.magnitude) / 3 * Double(label.confidence) / 100
      * trust
  }
}

/// The news collector's stand-in: labels by keyword (`NewsRules`).
enum NewsRule {
  static func finding(_ call: RoleCall) -> LocalAnalyst.Finding {
    if call.news.isEmpty { return .abstains("no news arrived") }
    let labels = call.news.suffix(NewsEnvelope.itemsMax).map { item -> JSONValue in
      let label = NewsRules.label(item, instruments: [call.snapshot.instrument.id])
      return [
        "item": .string(label.item), "category": .string(label.category),
        "direction": .integer(Int64(label.direction)),
        "magnitude": .integer(Int64(label.magnitude)), "horizon": .string(label.horizon),
        "instruments": .array(label.instruments.map { .string($0) }),
        "confidence": .integer(Int64(label.confidence)),
      ]
    }
    return .says(["labels": .array(labels)], "labelled \(labels.count) items by keyword")
  }
}
