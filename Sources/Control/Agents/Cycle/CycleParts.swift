// What a cycle works with; control plane.
import Channels
import Ledger
import Logging
import Models
import News
import Operations
import Prompts
import Quantities
import Roles

/// The figures of `agents.*` that a cycle reads.
public struct CycleSettings: Sendable, Hashable {
  public var cycleMilliseconds: Int64
  public var deadlineMilliseconds: Int64
  public var leaseMilliseconds: Int64
  public var driftBasisPoints: Int64
  /// How many times less often a role is asked once the larger part of its budget is spent.
  public var thriftFactor: Int64
  public var dataAgeMilliseconds: Int64
  /// What the core does with an expired lease: decides what a veto withdraws.
  public var onExpiry: ExpiryAction

  public init(_ configuration: Configuration) {
    let agents = configuration.agents
    cycleMilliseconds = agents.cycleSeconds * 1_000
    deadlineMilliseconds = agents.deadlineMilliseconds
    leaseMilliseconds = agents.leaseMilliseconds
    driftBasisPoints = agents.driftBasisPoints
    thriftFactor = configuration.llm.thriftFactor
    dataAgeMilliseconds = agents.dataAgeMilliseconds
    onExpiry = configuration.strategy.onExpiry
  }

  /// Shares of the deadline at which analysts, decision maker and risk controller must have answered.
  static let analystsShare = 0.5
  static let decisionShare = 0.8
}

struct CycleParts: Sendable {
  var team: Team
  var seat: @Sendable (Role) -> Seat
  /// How far the budget still carries a role.
  var thrift: @Sendable (String) -> Thrift
  var prompts: PromptRenderer
  /// Candidates beside the versions in use.
  var shadows: ShadowRuns
  var source: SnapshotTaker
  var ledger: CycleLedger
  var door: SignalDoor
  var settings: CycleSettings
  var caps: NewsCaps
  var counters: CycleCounters
  var tasks: TaskShelf
  var log: Logger

  /// Appends a record; false: it is not on record, and nothing may follow from it.
  func record(_ record: DecisionRecord) async -> Bool {
    do {
      try await ledger.append(record)
      return true
    } catch {
      counters.countUnrecorded()
      log.error(
        "a decision could not be put on record",
        metadata: ["agent": "\(record.agentID)", "error": "\(error)"])
      return false
    }
  }
}

enum WallClock {
  /// Unix milliseconds.
  static func now() -> Int64 { WallMilliseconds.now().milliseconds }
}
