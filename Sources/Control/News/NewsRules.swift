// Labels by keyword: the news collector where no model is configured; control plane.
import Ledger

/// Deterministic and modest: magnitude is at most 2, confidence at most 60. It reads words, not sentences, so
/// an instruction in a text is to it what any other words are.
public enum NewsRules {
  private struct Rule {
    var words: [String]
    var category: NewsCategory
    var direction: Int
    var magnitude: Int
    var horizon: NewsHorizon
  }

  private static let rules: [Rule] = [
    Rule(
      words: ["hack", "hacked", "exploit", "exploited", "breach", "stolen", "drained"],
      category: .security, direction: -1, magnitude: 2, horizon: .hours),
    Rule(
      words: ["ban", "bans", "banned", "lawsuit", "sues", "charges", "fined", "crackdown"],
      category: .regulation, direction: -1, magnitude: 1, horizon: .days),
    Rule(
      words: ["approve", "approves", "approved", "approval"], category: .regulation, direction: 1,
      magnitude: 1, horizon: .days),
    Rule(
      words: ["delist", "delists", "delisting"], category: .listing, direction: -1, magnitude: 2,
      horizon: .days),
    Rule(
      words: ["list", "lists", "listing", "listed"], category: .listing, direction: 1,
      magnitude: 1, horizon: .hours),
    Rule(
      words: ["outage", "halt", "halted", "suspend", "suspends", "maintenance"],
      category: .exchange, direction: -1, magnitude: 1, horizon: .hours),
    Rule(
      words: ["cut", "cuts", "easing", "stimulus"], category: .macro, direction: 1, magnitude: 1,
      horizon: .days),
    Rule(
      words: ["hike", "hikes", "inflation", "recession", "tightening"], category: .macro,
      direction: -1, magnitude: 1, horizon: .days),
    Rule(
      words: ["inflow", "inflows", "accumulate", "buys"], category: .flows, direction: 1,
      magnitude: 1, horizon: .hours),
    Rule(
      words: ["outflow", "outflows", "liquidation", "liquidations", "selloff", "dump"],
      category: .flows, direction: -1, magnitude: 1, horizon: .hours),
    Rule(
      words: ["adopts", "adoption", "partnership", "integrates"], category: .adoption,
      direction: 1, magnitude: 1, horizon: .days),
    Rule(
      words: ["upgrade", "mainnet", "fork", "launch"], category: .technology, direction: 0,
      magnitude: 1, horizon: .days),
  ]

  private static let names: [String: [String]] = [
    "BTC": ["bitcoin"], "ETH": ["ethereum", "ether"], "SOL": ["solana"], "XRP": ["ripple"],
    "DOGE": ["dogecoin"], "ADA": ["cardano"], "LTC": ["litecoin"], "DOT": ["polkadot"],
  ]

  /// - Parameter instruments: the only ids that a label may name.
  public static func label(_ item: NewsItem, instruments: [String]) -> NewsLabel {
    let text =
      item.title.text(for: .newsCollector) + " " + item.body.text(for: .newsCollector)
    let words = Set(
      text.lowercased().split { !$0.isLetter && !$0.isNumber }.prefix(400).map(String.init))
    let named = instruments.filter { id in
      let base = id.split(separator: "-").first.map(String.init) ?? id
      return words.contains(base.lowercased())
        || names[base]?.contains { words.contains($0) } ?? false
    }
    let found = rules.filter { rule in rule.words.contains { words.contains($0) } }
    let direction = found.map(\.direction).reduce(0, +).signum()
    let strongest = found.filter { $0.direction == direction }
      .max { $0.magnitude < $1.magnitude }
    // Cleaning found something hidden in it: such an item says nothing.
    let isSuspect = !item.flags.isEmpty
    return NewsLabel(
      item: item.id, tier: item.tier, category: (strongest?.category ?? .other).rawValue,
      direction: isSuspect ? 0 : direction, magnitude: isSuspect ? 0 : strongest?.magnitude ?? 0,
      horizon: (strongest?.horizon ?? .hours).rawValue, instruments: named,
      confidence: strongest == nil || isSuspect ? 10 : min(60, 30 + 10 * found.count),
      arrivedAt: item.arrivedAt)
  }
}
