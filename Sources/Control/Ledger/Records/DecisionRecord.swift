// What one role's call, or one whole cycle, was given, answered and led to; control plane.

/// Immutable once appended. Times are Unix milliseconds.
public struct DecisionRecord: Sendable, Hashable, Codable {
  /// 0 until appended; then 1 upwards, in the order of appending.
  public var id: Int64 = 0
  /// `beginCycle`'s answer; also the `DecisionID` of the cycle's lease and of its orders.
  public var cycle: Int64
  /// W3C trace id, 32 lower-case hex digits.
  public var traceID: String
  /// W3C span id, 16 lower-case hex digits.
  public var spanID: String
  /// The role's id; `cycle` for a cycle's own record.
  public var agentID: String
  public var instrument: String
  public var startedAt: Int64
  public var endedAt: Int64
  public var outcome: DecisionOutcome
  /// One sentence; empty for a plain valid answer.
  public var reason: String = ""
  /// `local`, an endpoint's name, or `cycle`.
  public var source: String
  /// 0: none.
  public var promptVersion: Int = 0
  public var schemaHash: String = ""
  public var snapshotHash: String = ""
  public var renderedPrompt: String = ""
  /// JSON, as sent.
  public var parameters: String = "{}"
  public var requestedModel: String = ""
  public var returnedModel: String = ""
  public var fingerprint: String = ""
  public var usage = TokenUsage()
  /// Millionths of a US dollar.
  public var costMicros: Int64 = 0
  public var latencyMilliseconds: Int64 = 0
  /// JSON list of the ladder's rungs.
  public var attempts: String = "[]"
  public var rawReply: String = ""
  /// Canonical JSON, or empty.
  public var output: String = ""
  /// JSON, or empty.
  public var validation: String = ""
  /// JSON, or empty.
  public var grounding: String = ""
  /// One line for a card.
  public var inputSummary: String = ""
  /// One line for a card.
  public var conclusion: String = ""
  public var tags: [String] = []
  public var lease: LeaseFields?

  /// The agent id of a cycle's own record.
  public static let cycleAgent = "cycle"

  enum CodingKeys: String, CodingKey {
    case id, cycle
    case traceID = "trace_id"
    case spanID = "span_id"
    case agentID = "agent_id"
    case instrument
    case startedAt = "started_at"
    case endedAt = "ended_at"
    case outcome, reason, source
    case promptVersion = "prompt_version"
    case schemaHash = "schema_hash"
    case snapshotHash = "snapshot_hash"
    case renderedPrompt = "rendered_prompt"
    case parameters
    case requestedModel = "requested_model"
    case returnedModel = "returned_model"
    case fingerprint, usage
    case costMicros = "cost_micros"
    case latencyMilliseconds = "latency_ms"
    case attempts
    case rawReply = "raw_reply"
    case output, validation, grounding
    case inputSummary = "input_summary"
    case conclusion, tags, lease
  }

  public init(
    cycle: Int64, traceID: String, spanID: String, agentID: String, instrument: String,
    startedAt: Int64, endedAt: Int64, outcome: DecisionOutcome, source: String
  ) {
    self.cycle = cycle
    self.traceID = traceID
    self.spanID = spanID
    self.agentID = agentID
    self.instrument = instrument
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.source = source
  }
}

extension DecisionRecord {
  /// Bytes of a prompt or a reply; an endpoint's reply is bounded well below.
  public static let textBytesMax = 4 << 20

  /// What must hold of any record: else it could not be found or joined again.
  func check() throws(LedgerError) {
    func hex(_ text: String, _ count: Int) -> Bool {
      text.utf8.count == count
        && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
    if !hex(traceID, 32) { throw .invalid(field: "trace_id", "is not 32 lower-case hex digits") }
    if !hex(spanID, 16) { throw .invalid(field: "span_id", "is not 16 lower-case hex digits") }
    if agentID.isEmpty || agentID.utf8.count > 128 {
      throw .invalid(field: "agent_id", "is empty or longer than 128 bytes")
    }
    if instrument.utf8.count > 64 { throw .invalid(field: "instrument", "is longer than 64 bytes") }
    if cycle < 0 { throw .invalid(field: "cycle", "is negative") }
    if startedAt < 0 || endedAt < startedAt {
      throw .invalid(field: "ended_at", "lies before started_at")
    }
    for (name, text) in [
      ("rendered_prompt", renderedPrompt), ("raw_reply", rawReply), ("output", output),
      ("attempts", attempts), ("validation", validation), ("grounding", grounding),
    ] where text.utf8.count > DecisionRecord.textBytesMax {
      throw .invalid(field: name, "is longer than \(DecisionRecord.textBytesMax) bytes")
    }
  }
}
