// Routes of the agents: who they are, what they decided, what they saw; control plane.
import Foundation
import Hummingbird
import Ledger
import Quantities

enum AgentRoutes {
  static let all: [Route] = [
    Route(.get, "/api/agents") { call in .json(Items(items: try await agents(call))) },
    Route(
      .get, "/api/agents/feed",
      query: [
        "limit", "cursor", "agent", "instrument", "from", "to", "text", "trace", "cycle",
      ]
    ) { call in
      let query = try feedQuery(call.query)
      let page = try await call.services.ledger.call { try $0.feed(query) }
      return .json(Page(items: page.items.map { DecisionCard($0) }, next: page.next))
    },
    Route(.get, "/api/agents/performance", query: ["from", "to"]) { call in
      let from = try call.query.time("from") ?? 0
      let to = try call.query.time("to") ?? WallMilliseconds.now().milliseconds
      return .json(try await call.services.ledger.call { try $0.performance(from: from, to: to) })
    },
    Route(.get, "/api/agents/decisions/{id}") { call in
      let id = try call.id("id")
      return .json(try await call.services.ledger.call { try detail(id, $0) })
    },
    Route(.get, "/api/agents/snapshots/{hash}") { call in
      let hash = call.parameter("hash")
      guard let text = try await call.services.ledger.call({ try $0.snapshot(hash: hash) }) else {
        throw Problem.unknown("no snapshot has this hash")
      }
      return .text(text, type: "application/json")
    },
  ]

  private static func feedQuery(_ query: QueryItems) throws(Problem) -> FeedQuery {
    FeedQuery(
      limit: Int(try query.integer("limit", in: 1...500) ?? PageLength.standard),
      cursor: try query.integer("cursor", in: 1...Int64.max), agent: query.text("agent"),
      instrument: query.text("instrument"), from: try query.time("from"),
      to: try query.time("to"), text: query.text("text"), trace: query.text("trace"),
      cycle: try query.integer("cycle", in: 0...Int64.max))
  }

  private static func detail(_ id: Int64, _ ledger: Ledger) throws -> DecisionDetail {
    // Ids end before the cursor's largest value, so the sum cannot overflow.
    guard id < Int64.max, let record = try ledger.record(id: id),
      let item = try ledger.feed(FeedQuery(limit: 1, cursor: id + 1)).items.first, item.id == id
    else { throw Problem.unknown("no decision has this id") }
    return DecisionDetail(
      card: DecisionCard(item), record: record,
      leaseAnswers: try ledger.leaseAnswers(cycle: record.cycle))
  }

  // ---- Who they are ----

  /// Records of each agent that its counts are taken from.
  private static let countedMax = 200

  private struct Agent: Encodable {
    var id: String
    var title: String
    var tags: [String]
    var cadenceSeconds: Int
    var lastOutcome: String?
    var lastAt: Int64?
    var source: String?
    var model: String?
    var promptVersion: Int?
    /// Outcomes among the newest records.
    var counts: [String: Int]

    private enum Key: String, CodingKey {
      case id, title, tags, source, model, counts
      case cadenceSeconds = "cadence_seconds"
      case lastOutcome = "last_outcome"
      case lastAt = "last_at"
      case promptVersion = "prompt_version"
    }

    func encode(to encoder: any Encoder) throws {
      var box = encoder.container(keyedBy: Key.self)
      try box.encode(id, forKey: .id)
      try box.encode(title, forKey: .title)
      try box.encode(tags, forKey: .tags)
      try box.encode(cadenceSeconds, forKey: .cadenceSeconds)
      try box.encode(lastOutcome, forKey: .lastOutcome)
      try box.encode(lastAt, forKey: .lastAt)
      try box.encode(source, forKey: .source)
      try box.encode(model, forKey: .model)
      try box.encode(promptVersion, forKey: .promptVersion)
      try box.encode(counts, forKey: .counts)
    }
  }

  private static func agents(_ call: Call) async throws -> [Agent] {
    let roles = call.services.team.roles
    return try await call.services.ledger.call { ledger in
      try roles.map { role in
        let recent = try ledger.feed(FeedQuery(limit: countedMax, agent: role.id)).items
        let last = recent.first
        var counts: [String: Int] = [:]
        for item in recent { counts[item.outcome.rawValue, default: 0] += 1 }
        return Agent(
          id: role.id, title: role.title, tags: role.tags, cadenceSeconds: role.cadenceSeconds,
          lastOutcome: last?.outcome.rawValue, lastAt: last?.recordedAt, source: last?.source,
          model: last.map { $0.returnedModel.isEmpty ? $0.requestedModel : $0.returnedModel },
          promptVersion: last?.promptVersion, counts: counts)
      }
    }
  }
}
