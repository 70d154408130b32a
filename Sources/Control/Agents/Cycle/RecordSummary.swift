// One line for a card: what a role was shown, and what it made of it; control plane.
import Ledger
import Roles

enum RecordSummary {
  private static let lineCharactersMax = 240

  static func input(_ call: RoleCall) -> String {
    let snapshot = call.snapshot
    var parts = [snapshot.instrument.id]
    for kind in InputKind.allCases where call.role.inputs.contains(kind) {
      if let part = part(kind, call) { parts.append(part) }
    }
    return line(parts.joined(separator: ", "))
  }

  private static func part(_ kind: InputKind, _ call: RoleCall) -> String? {
    let snapshot = call.snapshot
    switch kind {
    case .book:
      guard let book = snapshot.book else { return "no book" }
      if !book.isValid { return "invalid book" }
      let mid = book.mid.map { "mid \($0)" } ?? "no mid"
      return mid + (book.spreadTicks.map { ", spread \($0) ticks" } ?? "")
    case .trades: return snapshot.trades.map { "last \($0.lastSide) \($0.lastPrice)" } ?? "no trade"
    case .indicators:
      return snapshot.indicators?[.imbalance5].map { "imbalance \(Figures.text($0))" }
    case .bars:
      let samples = snapshot.series.first { $0.name == "mid" }?.values.count ?? 0
      let bars = snapshot.bars.map { "\($0.rows.count) bars of \($0.intervalSeconds) s" }
      return (bars + ["\(samples) samples"]).joined(separator: ", ")
    case .context:
      guard let context = snapshot.context else { return "no market context" }
      return context.fundingRate.map { "funding \($0)" } ?? "context without funding"
    case .position:
      guard let position = snapshot.position else { return nil }
      return "position \(position.lots) lots"
        + (position.targetLots.map { ", target \($0)" } ?? ", no lease")
    case .account:
      return snapshot.account?.drawdownPermille.map { "drawdown \($0) permille" }
    case .limits:
      return snapshot.limits.map {
        "\($0.tradingState), limit \($0.positionLots.map { "\($0)" } ?? "none")"
      }
    case .orders: return "\(snapshot.orders.count) own orders"
    case .newsLabels: return "\(snapshot.news.count) labels"
    case .rawNews: return call.news.isEmpty ? "no news" : "\(call.news.count) items of news"
    case .stances: return "\(call.upstream.count) answers before it"
    }
  }

  static func conclusion(_ answer: RoleAnswer, _ role: Role) -> String {
    guard let output = answer.output else {
      return line("\(answer.outcome.rawValue): \(answer.reason)")
    }
    let reason = output[RoleSchema.reasonField]?.string ?? ""
    if role.schema.isAbstention(output) { return line("abstains: \(reason)") }
    func number(_ name: String) -> String { output[name]?.integer.map { "\($0)" } ?? "?" }
    switch role.kind {
    case .analyst:
      return line("stance \(number("stance")), confidence \(number("confidence")): \(reason)")
    case .collector: return line("\(output["labels"]?.array?.count ?? 0) labels: \(reason)")
    case .decision:
      return line(
        "target \(number("target_permille")) permille, confidence \(number("confidence")): "
          + reason)
    case .risk:
      return line(
        "\(output["verdict"]?.string ?? "?") \(number("target_permille")) permille: \(reason)")
    }
  }

  static func line(_ text: String) -> String {
    let plain = text.replacing("\n", with: " ")
    return plain.count > lineCharactersMax ? plain.prefix(lineCharactersMax - 1) + "…" : plain
  }
}
