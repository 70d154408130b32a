// How agents did: per agent, prompt version and model; control plane.

/// Counted over the records of one span of time.
///
/// What a decision was worth is said only where it can be known:
/// - Its *direction* is the sign of `stance` (analysts) or `target_permille` (decision maker) in its output; an
///   abstention, a zero or any other output has none.
/// - Its *horizon* is the output's own word: `seconds` and no word 60 s (one bar), `minutes` 5 min, `hours`
///   1 h, `days` 24 h.
/// - It *hit* when the close of the minute bar at its horizon's end lies, against the close of the minute bar
///   before the decision, on the side it named. Without both bars, or without a move, it is unknown and counted
///   neither as a hit nor as a miss.
/// - The *Brier score* is the mean of (confidence/100 − hit)² over the known ones: 0 is best, 0.25 is a coin.
/// - *P&L* is what the fills of the cycle's orders gained against the close at the horizon's end (5 min
///   where no decision maker named one), less their fees; it stands with `cycle` and the decision maker. A cycle
///   whose fills cannot be marked is in `pnlUnknown` instead.
public struct PerformanceRow: Sendable, Hashable, Codable {
  public var agentID: String
  public var promptVersion: Int
  /// As it was returned; a local analyst's source where no model was asked.
  public var model: String
  public var decisions: Int
  /// Of the right form and in time, abstentions and vetoes included.
  public var valid: Int
  /// valid / decisions.
  public var validity: Double
  /// Decisions whose outcome is known.
  public var known: Int
  public var hits: Int
  /// hits / known; null where nothing is known.
  public var hitRate: Double?
  public var brier: Double?
  /// By quote currency.
  public var pnl: [FeeItem]
  public var pnlUnknown: Int
  /// US dollars, a decimal string.
  public var costUSD: String

  enum CodingKeys: String, CodingKey {
    case agentID = "agent_id"
    case promptVersion = "prompt_version"
    case model, decisions, valid, validity, known, hits
    case hitRate = "hit_rate"
    case brier, pnl
    case pnlUnknown = "pnl_unknown"
    case costUSD = "cost_usd"
  }
}

public struct PerformanceReport: Sendable, Hashable, Codable {
  public var rows: [PerformanceRow]
  /// Records looked at: the newest of the span, at most `Ledger.performanceRecordsMax`.
  public var considered: Int
  /// Older records of the span were left out.
  public var isTruncated: Bool

  enum CodingKeys: String, CodingKey {
    case rows, considered
    case isTruncated = "truncated"
  }
}
