// Decision records as rows, and back; control plane.
import Foundation
import GRDB

enum DecisionRows {
  private static let columns = [
    "cycle", "trace_id", "span_id", "agent_id", "instrument", "started_at", "ended_at",
    "recorded_at", "outcome", "reason", "source", "prompt_version", "schema_hash", "snapshot_hash",
    "requested_model", "returned_model", "fingerprint", "prompt_tokens", "completion_tokens",
    "cache_hit_tokens", "cache_miss_tokens", "reasoning_tokens", "cost_micros", "latency_ms",
    "input_summary", "conclusion", "tags", "lease",
  ]
  private static let insertion =
    "INSERT INTO decisions(\(columns.joined(separator: ", "))) VALUES ("
    + columns.map { _ in "?" }.joined(separator: ", ") + ")"

  /// Within the caller's transaction. `now`: Unix milliseconds.
  static func insert(_ record: DecisionRecord, now: Int64, _ db: Database) throws -> Int64 {
    // Never falls: so a span of time is a span of ids. Never ahead of the clock: a wrong time of one
    // record does not hold all later ones up.
    let before =
      try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT recorded_at FROM decisions ORDER BY id DESC LIMIT 1")) ?? 0
    let recordedAt = max(before, min(record.endedAt, now))
    let usage = record.usage
    try db.cachedStatement(sql: insertion).execute(
      arguments: [
        record.cycle, record.traceID, record.spanID, record.agentID, record.instrument,
        record.startedAt, record.endedAt, recordedAt, record.outcome.rawValue, record.reason,
        record.source, record.promptVersion, record.schemaHash, record.snapshotHash,
        record.requestedModel, record.returnedModel, record.fingerprint, usage.promptTokens,
        usage.completionTokens, usage.cacheHitTokens, usage.cacheMissTokens, usage.reasoningTokens,
        record.costMicros, record.latencyMilliseconds, record.inputSummary, record.conclusion,
        text(record.tags), record.lease.map { text($0) },
      ])
    let id = db.lastInsertedRowID
    try db.cachedStatement(sql: "INSERT INTO decision_texts VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .execute(arguments: [
        id, record.renderedPrompt, record.parameters, record.attempts, record.rawReply,
        record.output, record.validation, record.grounding,
      ])
    try db.cachedStatement(
      sql: """
        INSERT INTO decision_words(
          rowid, keys, conclusion, input_summary, rendered_prompt, raw_reply, output)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      id, SearchText.keys(agent: record.agentID, instrument: record.instrument),
      record.conclusion, record.inputSummary, record.renderedPrompt, record.rawReply, record.output,
    ])
    return id
  }

  /// A row of `decisions` joined with `decision_texts`.
  static func record(_ row: Row) -> DecisionRecord {
    let item = item(row)
    var record = DecisionRecord(
      cycle: item.cycle, traceID: item.traceID, spanID: item.spanID, agentID: item.agentID,
      instrument: item.instrument, startedAt: item.startedAt, endedAt: item.endedAt,
      outcome: item.outcome, source: item.source)
    record.id = item.id
    record.reason = item.reason
    record.promptVersion = item.promptVersion
    record.schemaHash = item.schemaHash
    record.snapshotHash = item.snapshotHash
    record.requestedModel = item.requestedModel
    record.returnedModel = item.returnedModel
    record.fingerprint = item.fingerprint
    record.usage = item.usage
    record.costMicros = item.costMicros
    record.latencyMilliseconds = item.latencyMilliseconds
    record.inputSummary = item.inputSummary
    record.conclusion = item.conclusion
    record.tags = item.tags
    record.lease = item.lease
    record.renderedPrompt = row["rendered_prompt"]
    record.parameters = row["parameters"]
    record.attempts = row["attempts"]
    record.rawReply = row["raw_reply"]
    record.output = row["output"]
    record.validation = row["validation"]
    record.grounding = row["grounding"]
    return record
  }

  /// A row of `decisions`; its orders are not filled in.
  static func item(_ row: Row) -> FeedItem {
    FeedItem(
      id: row["id"], cycle: row["cycle"], traceID: row["trace_id"], spanID: row["span_id"],
      agentID: row["agent_id"], instrument: row["instrument"], startedAt: row["started_at"],
      endedAt: row["ended_at"], recordedAt: row["recorded_at"],
      // A word of a later build: shown as what is never acted on.
      outcome: DecisionOutcome(rawValue: row["outcome"]) ?? .failed, reason: row["reason"],
      source: row["source"], promptVersion: row["prompt_version"], schemaHash: row["schema_hash"],
      snapshotHash: row["snapshot_hash"], requestedModel: row["requested_model"],
      returnedModel: row["returned_model"], fingerprint: row["fingerprint"],
      usage: TokenUsage(
        promptTokens: row["prompt_tokens"], completionTokens: row["completion_tokens"],
        cacheHitTokens: row["cache_hit_tokens"], cacheMissTokens: row["cache_miss_tokens"],
        reasoningTokens: row["reasoning_tokens"]), costMicros: row["cost_micros"],
      latencyMilliseconds: row["latency_ms"], inputSummary: row["input_summary"],
      conclusion: row["conclusion"], tags: value([String].self, row["tags"]) ?? [],
      lease: value(LeaseFields.self, row["lease"]), orderIDs: [])
  }

  /// The newest answer of each cycle.
  static func doorCodes(cycles: Set<Int64>, _ db: Database) throws -> [Int64: String] {
    var codes: [Int64: String] = [:]
    let statement = try db.cachedStatement(
      sql: "SELECT door_code FROM lease_answers WHERE cycle = ? ORDER BY id DESC LIMIT 1")
    for cycle in cycles {
      codes[cycle] = try String.fetchOne(statement, arguments: [cycle])
    }
    return codes
  }

  /// What a later row says of the lease goes before what the record itself did.
  static func answered(_ lease: LeaseFields?, _ code: String?) -> LeaseFields? {
    guard var lease, let code else { return lease }
    lease.doorCode = code
    return lease
  }

  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(value)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private static func value<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
    text.flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
  }
}
