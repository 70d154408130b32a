// How a role's call or a whole cycle ended, and what a model used for it; control plane.

/// The words of records, feeds and counters.
public enum DecisionOutcome: String, Sendable, Hashable, Codable, CaseIterable {
  case valid
  /// Valid after one repair call.
  case repaired
  case abstained
  case noDecision = "no_decision"
  /// Names what the snapshot does not hold.
  case quarantined
  /// Came after the cycle's deadline; never used.
  case late
  case vetoed
  case trimmed
  case accepted
  case failed
}

/// Tokens, as the endpoint reported them.
public struct TokenUsage: Sendable, Hashable, Codable {
  public var promptTokens: Int
  public var completionTokens: Int
  public var cacheHitTokens: Int
  public var cacheMissTokens: Int
  public var reasoningTokens: Int

  enum CodingKeys: String, CodingKey {
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
    case cacheHitTokens = "cache_hit_tokens"
    case cacheMissTokens = "cache_miss_tokens"
    case reasoningTokens = "reasoning_tokens"
  }

  public init(
    promptTokens: Int = 0, completionTokens: Int = 0, cacheHitTokens: Int = 0,
    cacheMissTokens: Int = 0, reasoningTokens: Int = 0
  ) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cacheHitTokens = cacheHitTokens
    self.cacheMissTokens = cacheMissTokens
    self.reasoningTokens = reasoningTokens
  }
}
