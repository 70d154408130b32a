// What is asked of the feed of decisions, and what it answers; control plane.

/// Conditions that are present all hold. Newest first, in the order of appending.
public struct FeedQuery: Sendable, Hashable {
  /// 1…500.
  public var limit: Int
  /// `FeedPage.next` of the page before: records older than this id.
  public var cursor: Int64?
  public var agent: String?
  public var instrument: String?
  /// Unix milliseconds, both ends included: when the record was appended, as `FeedItem.recordedAt` says.
  public var from: Int64?
  public var to: Int64?
  /// Whole words, all of which occur in the texts of a record. Never a query language.
  public var text: String?
  /// W3C trace id.
  public var trace: String?
  public var cycle: Int64?

  public static let limits = 1...500

  public init(
    limit: Int = 50, cursor: Int64? = nil, agent: String? = nil, instrument: String? = nil,
    from: Int64? = nil, to: Int64? = nil, text: String? = nil, trace: String? = nil,
    cycle: Int64? = nil
  ) {
    self.limit = limit
    self.cursor = cursor
    self.agent = agent
    self.instrument = instrument
    self.from = from
    self.to = to
    self.text = text
    self.trace = trace
    self.cycle = cycle
  }
}

/// A decision record without its prompt and reply, with what it led to.
public struct FeedItem: Sendable, Hashable, Encodable {
  public var id: Int64
  public var cycle: Int64
  public var traceID: String
  public var spanID: String
  public var agentID: String
  public var instrument: String
  public var startedAt: Int64
  public var endedAt: Int64
  /// Unix milliseconds; never falls from one id to the next.
  public var recordedAt: Int64
  public var outcome: DecisionOutcome
  public var reason: String
  public var source: String
  public var promptVersion: Int
  public var schemaHash: String
  public var snapshotHash: String
  public var requestedModel: String
  public var returnedModel: String
  public var fingerprint: String
  public var usage: TokenUsage
  /// Millionths of a US dollar; encoded as `cost_usd`, a decimal string.
  public var costMicros: Int64
  public var latencyMilliseconds: Int64
  public var inputSummary: String
  public var conclusion: String
  public var tags: [String]
  public var lease: LeaseFields?
  /// `clOrdId`s of the orders whose decision is this record's cycle, oldest first, at most `ordersMax`.
  public var orderIDs: [String]

  /// A lease that lives long can be worked by many orders; the rest is found by `OrderQuery.decision`.
  public static let ordersMax = 200

  enum CodingKeys: String, CodingKey {
    case id, cycle
    case traceID = "trace_id"
    case spanID = "span_id"
    case agentID = "agent_id"
    case instrument
    case startedAt = "started_at"
    case endedAt = "ended_at"
    case recordedAt = "recorded_at"
    case outcome, reason, source
    case promptVersion = "prompt_version"
    case schemaHash = "schema_hash"
    case snapshotHash = "snapshot_hash"
    case requestedModel = "requested_model"
    case returnedModel = "returned_model"
    case fingerprint, usage
    case costUSD = "cost_usd"
    case latencyMilliseconds = "latency_ms"
    case inputSummary = "input_summary"
    case conclusion, tags, lease
    case orderIDs = "order_ids"
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(id, forKey: .id)
    try box.encode(cycle, forKey: .cycle)
    try box.encode(traceID, forKey: .traceID)
    try box.encode(spanID, forKey: .spanID)
    try box.encode(agentID, forKey: .agentID)
    try box.encode(instrument, forKey: .instrument)
    try box.encode(startedAt, forKey: .startedAt)
    try box.encode(endedAt, forKey: .endedAt)
    try box.encode(recordedAt, forKey: .recordedAt)
    try box.encode(outcome, forKey: .outcome)
    try box.encode(reason, forKey: .reason)
    try box.encode(source, forKey: .source)
    try box.encode(promptVersion, forKey: .promptVersion)
    try box.encode(schemaHash, forKey: .schemaHash)
    try box.encode(snapshotHash, forKey: .snapshotHash)
    try box.encode(requestedModel, forKey: .requestedModel)
    try box.encode(returnedModel, forKey: .returnedModel)
    try box.encode(fingerprint, forKey: .fingerprint)
    try box.encode(usage, forKey: .usage)
    try box.encode(USDollars.text(micros: costMicros), forKey: .costUSD)
    try box.encode(latencyMilliseconds, forKey: .latencyMilliseconds)
    try box.encode(inputSummary, forKey: .inputSummary)
    try box.encode(conclusion, forKey: .conclusion)
    try box.encode(tags, forKey: .tags)
    // `null` is said: a reader tells "no lease" from "not asked".
    try box.encode(lease, forKey: .lease)
    try box.encode(orderIDs, forKey: .orderIDs)
  }
}

public struct FeedPage: Sendable, Hashable, Encodable {
  public var items: [FeedItem]
  /// The cursor of the next page; nil: there is none.
  public var next: Int64?

  public init(items: [FeedItem], next: Int64?) {
    self.items = items
    self.next = next
  }

  enum CodingKeys: String, CodingKey { case items, next }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(items, forKey: .items)
    try box.encode(next, forKey: .next)
  }
}

/// Model cost as text.
public enum USDollars {
  /// `1234567` is `1.234567`; no trailing zeros.
  public static func text(micros: Int64) -> String {
    let whole = micros.magnitude / 1_000_000
    var digits = String(micros.magnitude % 1_000_000)
    digits = String(repeating: "0", count: 6 - digits.utf8.count) + digits
    while digits.last == "0" { digits.removeLast() }
    let sign = micros < 0 ? "-" : ""
    return digits.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(digits)"
  }
}
