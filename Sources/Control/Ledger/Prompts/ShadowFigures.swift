// How a candidate prompt did beside the one in use; control plane.

/// One snapshot answered with both versions. A shadow run is never published.
public struct ShadowRun: Sendable, Hashable, Codable {
  public struct Side: Sendable, Hashable, Codable {
    public var outcome: DecisionOutcome
    /// Of the answer's direction: what is compared.
    public var conclusion: String
    /// Millionths of a US dollar.
    public var costMicros: Int64
    public var latencyMilliseconds: Int64

    public init(
      outcome: DecisionOutcome, conclusion: String, costMicros: Int64, latencyMilliseconds: Int64
    ) {
      self.outcome = outcome
      self.conclusion = conclusion
      self.costMicros = costMicros
      self.latencyMilliseconds = latencyMilliseconds
    }

    /// The ladder gave an answer of the schema.
    public var isValid: Bool { [.valid, .repaired, .abstained].contains(outcome) }
  }

  public var snapshotHash: String
  public var live: Side
  public var candidate: Side
  public var agrees: Bool
  /// Unix milliseconds.
  public var ranAt: Int64

  public init(snapshotHash: String, live: Side, candidate: Side, agrees: Bool, ranAt: Int64) {
    self.snapshotHash = snapshotHash
    self.live = live
    self.candidate = candidate
    self.agrees = agrees
    self.ranAt = ranAt
  }
}

/// A comparison as it stands.
public struct ShadowFigures: Sendable, Hashable, Codable {
  public struct Side: Sendable, Hashable, Codable {
    /// Runs that ended in an answer of the schema.
    public var valid = 0
    public var costMicros: Int64 = 0
    /// Mean over the runs.
    public var latencyMilliseconds: Int64 = 0
    /// Runs that named a direction and whose market is known five minutes later, and those of them that it
    /// went the way of.
    public var known = 0
    public var hits = 0
  }

  public var id: Int64
  public var role: String
  public var candidate: Int
  public var live: Int
  public var runs: Int
  public var runsMin: Int
  /// Share of cycles that run both, in permille; 0: recorded snapshots alone.
  public var sharePermille: Int
  /// Runs in which both concluded the same.
  public var agreeing: Int
  public var liveSide = Side()
  public var candidateSide = Side()

  public var isComplete: Bool { runs >= runsMin }

  public var sentence: String {
    "Candidate \(candidate): \(candidateSide.valid) of \(runs) valid, "
      + "\(candidateSide.costMicros) micro-dollars, \(candidateSide.latencyMilliseconds) ms on average; "
      + "version \(live): \(liveSide.valid) valid, \(liveSide.costMicros) micro-dollars, "
      + "\(liveSide.latencyMilliseconds) ms; they agree in \(agreeing). Right about the next five minutes: "
      + "\(candidateSide.hits) of \(candidateSide.known) and \(liveSide.hits) of \(liveSide.known)."
  }
}
