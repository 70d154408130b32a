// What a role is asked with and what it answers; control plane.
import Ledger

/// What a prompt asks a model to run with. Absent: the endpoint's own default.
public struct ModelParameters: Sendable, Hashable, Codable {
  /// Absent: the endpoint's configured model.
  public var model: String?
  public var temperature: Double?
  public var topP: Double?
  public var maxTokens: Int?
  public var thinking: Bool?
  /// `low`, `medium`, `high`, as the endpoint names them.
  public var reasoningEffort: String?

  public init(
    model: String? = nil, temperature: Double? = nil, topP: Double? = nil, maxTokens: Int? = nil,
    thinking: Bool? = nil, reasoningEffort: String? = nil
  ) {
    self.model = model
    self.temperature = temperature
    self.topP = topP
    self.maxTokens = maxTokens
    self.thinking = thinking
    self.reasoningEffort = reasoningEffort
  }

  public var json: JSONValue {
    var object: [String: JSONValue] = [:]
    object["model"] = model.map { .string($0) }
    object["temperature"] = temperature.map { .number($0) }
    object["top_p"] = topP.map { .number($0) }
    object["max_tokens"] = maxTokens.map { .integer(Int64($0)) }
    object["thinking"] = thinking.map { .bool($0) }
    object["reasoning_effort"] = reasoningEffort.map { .string($0) }
    return .object(object)
  }
}

/// A prompt version with its snapshot filled in.
public struct RenderedPrompt: Sendable, Hashable {
  /// The same bytes for every call of one prompt version and schema, so that a provider's cache hits.
  public var system: String
  /// What changes: the snapshot's part that the role may see, and the answers before it.
  public var user: String
  /// Of the prompt; 0: none was stored.
  public var version: Int
  public var parameters: ModelParameters

  public init(
    system: String, user: String, version: Int, parameters: ModelParameters = ModelParameters()
  ) {
    self.system = system
    self.user = user
    self.version = version
    self.parameters = parameters
  }
}

/// A validated answer of a role earlier in the cycle.
public struct RoleOutput: Sendable, Hashable {
  public var role: String
  public var kind: RoleKind
  /// Permille of the position limit; see `Role.weightCap`.
  public var weightCap: Int
  /// Of the role's schema; an abstention is one too.
  public var output: JSONValue
  public var isAbstention: Bool
  /// Milliseconds since the role gave it; 0 within its own cycle.
  public var ageMilliseconds: Int64

  public init(
    role: String, kind: RoleKind, weightCap: Int, output: JSONValue, isAbstention: Bool,
    ageMilliseconds: Int64
  ) {
    self.role = role
    self.kind = kind
    self.weightCap = weightCap
    self.output = output
    self.isAbstention = isAbstention
    self.ageMilliseconds = ageMilliseconds
  }
}

/// One question to one role.
public struct RoleCall: Sendable {
  public var role: Role
  public var prompt: RenderedPrompt
  public var snapshot: Snapshot
  public var upstream: [RoleOutput]
  /// Raw news, for a role that may read it (`InputKind.rawNews`) alone; arrived before the snapshot.
  public var news: [NewsItem]
  /// An answer after it is not used.
  public var deadline: ContinuousClock.Instant
  public var trace: TraceContext

  public init(
    role: Role, prompt: RenderedPrompt, snapshot: Snapshot, upstream: [RoleOutput] = [],
    news: [NewsItem] = [], deadline: ContinuousClock.Instant, trace: TraceContext
  ) {
    self.role = role
    self.prompt = prompt
    self.snapshot = snapshot
    self.upstream = upstream
    self.news = news
    self.deadline = deadline
    self.trace = trace
  }

  /// What an answer may name: the snapshot's values, and the raw news that this role was shown.
  public var facts: Facts {
    var facts = snapshot.facts
    facts.newsIDs.formUnion(news.map(\.id))
    return facts
  }
}

/// One rung of the ladder as it went.
public struct Attempt: Sendable, Hashable, Codable {
  /// `local`, `strict_tool`, `json_mode`, `repair`.
  public var rung: String
  /// Endpoint name, or `local`.
  public var source: String
  /// `ok`, or a stable code of what went wrong.
  public var result: String
  /// One sentence for people.
  public var detail: String
  public var milliseconds: Int64

  public init(
    rung: String, source: String, result: String, detail: String = "", milliseconds: Int64 = 0
  ) {
    self.rung = rung
    self.source = source
    self.result = result
    self.detail = detail
    self.milliseconds = milliseconds
  }
}

/// What came of a call, whatever came of it.
public struct RoleAnswer: Sendable {
  /// `valid`, `repaired`, `abstained`, `noDecision`, `quarantined`, `late` or `failed`.
  public var outcome: DecisionOutcome
  /// One sentence; empty for a plain valid answer.
  public var reason: String
  /// Of the role's schema. Present for `valid`, `repaired`, `abstained`; never used otherwise.
  public var output: JSONValue?
  /// `local`, or the endpoint's name.
  public var source: String
  public var requestedModel: String
  public var returnedModel: String
  public var fingerprint: String
  public var usage: TokenUsage
  /// Millionths of a US dollar.
  public var costMicros: Int64
  public var attempts: [Attempt]
  public var rawReply: String
  public var grounding: JSONValue?
  /// As sent.
  public var parameters: JSONValue

  public init(
    outcome: DecisionOutcome, reason: String = "", output: JSONValue? = nil, source: String,
    requestedModel: String = "", returnedModel: String = "", fingerprint: String = "",
    usage: TokenUsage = TokenUsage(), costMicros: Int64 = 0, attempts: [Attempt] = [],
    rawReply: String = "", grounding: JSONValue? = nil, parameters: JSONValue = .object([:])
  ) {
    self.outcome = outcome
    self.reason = reason
    self.output = output
    self.source = source
    self.requestedModel = requestedModel
    self.returnedModel = returnedModel
    self.fingerprint = fingerprint
    self.usage = usage
    self.costMicros = costMicros
    self.attempts = attempts
    self.rawReply = rawReply
    self.grounding = grounding
    self.parameters = parameters
  }
}

/// Fills roles: rules of our own or a model. Never throws: what went wrong is an answer too.
public protocol Analyst: Sendable {
  func answer(_ call: RoleCall) async -> RoleAnswer
}

/// Where the prompt in use comes from; the Ledger's store is one. Read for every call.
public protocol PromptSource: Sendable {
  func live(role: String) throws -> PromptVersion
}
