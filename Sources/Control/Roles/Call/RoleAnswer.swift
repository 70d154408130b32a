// What a role answers, and how each attempt went; control plane.
import JSON
import Ledger

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

extension Duration {
  /// Whole ones; what a call took goes on record so.
  package var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
