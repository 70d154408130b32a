// Decision records as the API gives them: a card of the feed, or the whole record; control plane.
import Ledger

/// A feed item with its agent's title.
struct DecisionCard: Encodable {
  private let item: FeedItem

  init(_ item: FeedItem) { self.item = item }

  private enum Key: String, CodingKey { case title }

  func encode(to encoder: any Encoder) throws {
    try item.encode(to: encoder)
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(AgentTitles.of(item.agentID), forKey: .title)
  }
}

/// The same with everything that was sent and came back; JSON texts exactly as they were recorded.
struct DecisionDetail: Encodable {
  var card: DecisionCard
  var record: DecisionRecord
  var leaseAnswers: [LeaseAnswer]

  private enum Key: String, CodingKey {
    case parameters, attempts, output, validation, grounding
    case renderedPrompt = "rendered_prompt"
    case rawReply = "raw_reply"
    case leaseAnswers = "lease_answers"
  }

  func encode(to encoder: any Encoder) throws {
    try card.encode(to: encoder)
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(record.renderedPrompt, forKey: .renderedPrompt)
    try box.encode(record.parameters, forKey: .parameters)
    try box.encode(record.attempts, forKey: .attempts)
    try box.encode(record.rawReply, forKey: .rawReply)
    try box.encode(record.output, forKey: .output)
    try box.encode(record.validation, forKey: .validation)
    try box.encode(record.grounding, forKey: .grounding)
    try box.encode(leaseAnswers, forKey: .leaseAnswers)
  }
}

/// What agents are called on the page.
enum AgentTitles {
  static func of(_ id: String) -> String {
    if id == DecisionRecord.cycleAgent { return "Cycle" }
    let words = id.replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
