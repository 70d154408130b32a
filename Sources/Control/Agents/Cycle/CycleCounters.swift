// What the desk's agents did since they started; control plane.
import Ledger
import Roles
import Synchronization

/// Figures for `/api/agents` and the log. Each count only grows.
public struct AgentFigures: Sendable, Hashable, Codable {
  public struct RoleFigures: Sendable, Hashable, Codable {
    /// By outcome.
    public var outcomes: [String: Int] = [:]
    /// Rungs that were tried, and how they went: `strict_tool ok`, `repair schema`, …
    public var rungs: [String: Int] = [:]
    /// Times its last answer was taken again because its cadence was not over.
    public var reused = 0
    public var latencyMillisecondsTotal: Int64 = 0
    public var latencyMillisecondsMax: Int64 = 0
    public var lastOutcome = ""
    public var lastSource = ""
    public var lastModel = ""
    public var lastPromptVersion = 0
    public init() {}
  }

  public var roles: [String: RoleFigures] = [:]
  /// By the cycle's outcome.
  public var cycles: [String: Int] = [:]
  /// By the Door's answer.
  public var doorCodes: [String: Int] = [:]
  /// Cycles that found no snapshot, by fault.
  public var faults: [String: Int] = [:]
  /// Records that the Ledger did not take. Any is a reason to look.
  public var unrecorded = 0
  public init() {}
}

public final class CycleCounters: Sendable {
  private let held = Mutex(AgentFigures())

  public init() {}

  public var figures: AgentFigures { held.withLock { $0 } }

  func count(_ answer: RoleAnswer, of role: String, latency: Int64, promptVersion: Int) {
    held.withLock { held in
      var figures = held.roles[role] ?? .init()
      figures.outcomes[answer.outcome.rawValue, default: 0] += 1
      for attempt in answer.attempts {
        figures.rungs["\(attempt.rung) \(attempt.result)", default: 0] += 1
      }
      figures.latencyMillisecondsTotal += latency
      figures.latencyMillisecondsMax = max(figures.latencyMillisecondsMax, latency)
      figures.lastOutcome = answer.outcome.rawValue
      figures.lastSource = answer.source
      figures.lastModel = answer.returnedModel
      figures.lastPromptVersion = promptVersion
      held.roles[role] = figures
    }
  }

  func countReuse(of role: String) {
    held.withLock { $0.roles[role, default: .init()].reused += 1 }
  }
  func count(cycle outcome: DecisionOutcome) {
    held.withLock { $0.cycles[outcome.rawValue, default: 0] += 1 }
  }
  func count(door code: String) { held.withLock { $0.doorCodes[code, default: 0] += 1 } }
  func count(_ fault: SnapshotFault) {
    held.withLock { $0.faults[fault.rawValue, default: 0] += 1 }
  }
  func countUnrecorded() { held.withLock { $0.unrecorded += 1 } }
}
