// Cycles against a real ledger file, a real state file and a real door.
import AgentFixtures
import Agents
import Foundation
import JSON
import Ledger
import Operations
import Roles
import Testing

@Suite(.serialized) struct CycleTests {
  /// Runs the agents until `isDone` holds or the time is up.
  private func run(
    _ agents: AgentService, seconds: Double = 15, until isDone: () throws -> Bool
  ) async throws {
    let task = Task { await agents.run() }
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end, try !isDone() {
      try await Task.sleep(for: .milliseconds(30))
    }
    task.cancel()
    await task.value
  }

  private static let decision: JSONValue = [
    "abstain": false, "reason": "told to", "target_permille": 400, "confidence": 60,
    "urgency": "normal", "horizon": "minutes", "disagreement": 0,
  ]

  private static func stance(_ stance: Int64) -> JSONValue {
    [
      "abstain": false, "reason": "told to", "stance": .integer(stance), "confidence": 60,
      "horizon": "minutes", "reference_price": 10_000.05, "observations": [],
    ]
  }

  @Test func aCycleEndsInALeaseThatIsOnRecordFirst() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    let agents = try core.agents()
    try await run(agents) {
      try !core.signals.isEmpty
        && !core.ledger.leaseAnswers(cycle: try Need.some(core.records("cycle").first).cycle)
          .isEmpty
    }
    let cycle = try #require(try core.records("cycle").first)
    let lease = try #require(cycle.lease)
    let signal = try #require(core.signals.first)
    #expect(signal.source == .agent)
    #expect(signal.decision == UInt64(cycle.cycle))
    #expect(signal.target == lease.targetLots && lease.targetLots > 0)
    #expect(signal.referenceHalfTicks == 200_001)
    #expect(signal.timeToLiveMilliseconds == 30_000)
    #expect(signal.maximumDriftBasisPoints == 50)
    let trace = String(format: "%016lx%016lx", signal.traceHigh, signal.traceLow)
    #expect(trace == cycle.traceID)
    #expect(lease.doorCode == "done")
    let roles = try core.records().filter { $0.cycle == cycle.cycle && $0.agentID != "cycle" }
    #expect(Set(roles.map(\.agentID)) == Set(RoleID.shipped))
    #expect(roles.allSatisfy { $0.snapshotHash == cycle.snapshotHash && $0.traceID == trace })
    #expect(roles.allSatisfy { $0.source == "local" && $0.id < cycle.id })
    let stored = try #require(try core.ledger.snapshot(hash: cycle.snapshotHash))
    #expect(try Snapshot(stored: stored).hash == cycle.snapshotHash)
    let macro = try #require(roles.first { $0.agentID == RoleID.macroTrader })
    #expect(macro.outcome == .abstained && macro.conclusion.contains("no funding"))
  }

  @Test func aRoleIsReusedBetweenItsCadences() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    let agents = try core.agents()
    try await run(agents) { try core.records("cycle").count >= 3 }
    let macro = try core.records(RoleID.macroTrader)
    #expect(!macro[0].tags.contains("reused"))
    #expect(macro[1].tags.contains("reused") && macro[1].reason.contains("cycle \(macro[0].cycle)"))
    #expect(macro[1].output == macro[0].output && macro[1].outcome == macro[0].outcome)
    #expect((agents.figures.roles[RoleID.macroTrader]?.reused ?? 0) > 0)
  }

  @Test func aLateAnswerIsRecordedAndNotUsed() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show(lean: 0)
    // Long enough that a loaded machine makes the late one late and nobody else.
    let configuration = core.configuration { $0.agents.deadlineMilliseconds = 3_000 }
    let agents = try core.agents(configuration) { role in
      switch role.id {
      case RoleID.technicalAnalyst:
        Seat(FixedAnalyst(output: Self.stance(100), pauseMilliseconds: 3_600), seeing: .local)
      case RoleID.decisionMaker: Seat(FixedAnalyst(output: Self.decision), seeing: .local)
      default: .local
      }
    }
    try await run(agents, seconds: 40) { try core.records(RoleID.technicalAnalyst).count >= 2 }
    let late = try #require(try core.records(RoleID.technicalAnalyst).first)
    #expect(late.outcome == .late)
    // Its stance would have carried the target of 400 permille: without it nothing does.
    let cycle = try #require(try core.records("cycle").first { $0.cycle == late.cycle })
    #expect(cycle.id < late.id)
    #expect(cycle.lease?.targetLots == 0 && cycle.outcome == .trimmed)
  }

  @Test func aLateDecisionMakesNoLease() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    let configuration = core.configuration { $0.agents.deadlineMilliseconds = 300 }
    let agents = try core.agents(configuration) { role in
      role.id == RoleID.decisionMaker
        ? Seat(FixedAnalyst(output: Self.decision, pauseMilliseconds: 700), seeing: .local) : .local
    }
    try await run(agents) { try core.records(RoleID.decisionMaker).count >= 1 }
    #expect(try core.records("cycle").allSatisfy { $0.outcome == .late && $0.lease == nil })
    #expect(core.signals.isEmpty)
  }

  @Test(arguments: [
    ("{\"verdict\":\"veto\",\"target_permille\":0,\"reason\":\"no\"}", DecisionOutcome.vetoed),
    ("{\"verdict\":\"accept\",\"target_permille\":900,\"reason\":\"more\"}", .vetoed),
    ("{\"verdict\":\"trim\",\"target_permille\":-100,\"reason\":\"turn\"}", .vetoed),
    ("{\"verdict\":\"trim\",\"target_permille\":100,\"reason\":\"less\"}", .trimmed),
    ("{\"verdict\":\"accept\",\"target_permille\":400,\"reason\":\"fine\"}", .accepted),
    ("{\"verdict\":\"maybe\",\"target_permille\":400,\"reason\":\"?\"}", .noDecision),
  ])
  func theVerdictIsHeldToItsBounds(_ text: String, _ outcome: DecisionOutcome) async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    let verdict = try JSONValue(parsing: text)
    let agents = try core.agents { role in
      switch role.id {
      case RoleID.decisionMaker: Seat(FixedAnalyst(output: Self.decision), seeing: .local)
      case RoleID.riskController: Seat(FixedAnalyst(output: verdict), seeing: .local)
      default: .local
      }
    }
    try await run(agents) { try !core.records("cycle").isEmpty }
    let cycle = try #require(try core.records("cycle").first)
    #expect(cycle.outcome == outcome, "\(cycle.reason)")
    switch outcome {
    case .trimmed: #expect(cycle.lease?.targetLots == 1)
    case .accepted: #expect(cycle.lease?.targetLots == 4)
    default: #expect(cycle.lease == nil && core.signals.isEmpty)
    }
  }

  @Test func nobodySpeaksNothingIsPublished() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    let agents = try core.agents { role in
      role.kind == .analyst
        ? Seat(
          FixedAnalyst(output: role.schema.abstention("nothing to say"), outcome: .abstained),
          seeing: .local)
        : .local
    }
    try await run(agents) { try !core.records("cycle").isEmpty }
    let cycle = try #require(try core.records("cycle").first)
    #expect(cycle.outcome == .abstained && cycle.reason.contains("no analyst"))
    #expect(core.signals.isEmpty)
  }

  @Test(arguments: [(false, Int64(0)), (true, 100_000)])
  func noLeaseOnAnInvalidOrOldBook(_ isValid: Bool, _ age: Int64) async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show(isValid: isValid, ageMilliseconds: age)
    // A team whose every member says yes.
    let agents = try core.agents { role in
      switch role.kind {
      case .analyst: Seat(FixedAnalyst(output: Self.stance(100)), seeing: .local)
      case .decision: Seat(FixedAnalyst(output: Self.decision), seeing: .local)
      case .risk:
        Seat(
          FixedAnalyst(output: ["verdict": "accept", "target_permille": 400, "reason": "yes"]),
          seeing: .local)
      case .collector: .local
      }
    }
    try await run(agents) { try !core.records("cycle").isEmpty }
    let cycle = try #require(try core.records("cycle").first)
    #expect(cycle.outcome == .noDecision && cycle.lease == nil, "\(cycle.conclusion)")
    #expect(core.signals.isEmpty)
  }

  @Test func anAnswerOutsideOfItsSchemaIsNotUsed() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    var wild = try #require(Self.decision.object)
    wild["target_permille"] = 4_000
    let output = JSONValue.object(wild)
    let agents = try core.agents { role in
      role.kind == .decision ? Seat(FixedAnalyst(output: output), seeing: .local) : .local
    }
    try await run(agents) { try !core.records("cycle").isEmpty }
    let record = try #require(try core.records(RoleID.decisionMaker).first)
    #expect(record.outcome == .failed && record.reason.contains("/target_permille"))
    #expect(try core.records("cycle").first?.outcome == .noDecision)
    #expect(core.signals.isEmpty)
  }

  @Test func aRefusalOfTheDoorIsARowOfItsOwn() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    core.answer(.refused)
    let agents = try core.agents()
    try await run(agents) { agents.figures.doorCodes["refused"] != nil }
    let cycle = try #require(try core.records("cycle").first)
    #expect(try core.ledger.leaseAnswers(cycle: cycle.cycle).map(\.doorCode) == ["refused"])
  }

  @Test func withoutACoreCyclesAreRecordedAndGoOn() async throws {
    let core = try TestCore(isListening: false)
    defer { core.end() }
    core.show()
    let agents = try core.agents()
    try await run(agents) { (agents.figures.doorCodes["core_down"] ?? 0) >= 2 }
    let cycle = try #require(try core.records("cycle").first)
    #expect(cycle.lease?.doorCode == "core_down")
    core.state.set(phase: .stopped)
    try await run(try core.agents()) { try core.records("cycle").last?.outcome == .failed }
    #expect(try core.records("cycle").last?.reason.contains("core_down") == true)
  }

  @Test func aLeaseLeftOpenIsLookedUpInTheJournal() async throws {
    let core = try TestCore()
    defer { core.end() }
    let trace = TraceContext()
    let cycle = try core.ledger.beginCycle(trace: trace.traceID, instrument: "X", at: 1)
    var record = DecisionRecord(
      cycle: cycle, traceID: trace.traceID, spanID: trace.spanID, agentID: "cycle", instrument: "X",
      startedAt: 1, endedAt: 2, outcome: .accepted, source: "cycle")
    record.lease = LeaseFields(
      instrument: "X", targetLots: 1, urgency: "low", confidencePermille: 1, ttlMilliseconds: 1_000,
      maxDriftBps: 1, referenceHalfTicks: 1)
    _ = try core.ledger.append(record)
    #expect(try core.ledger.openLeases().map(\.cycle) == [cycle])
    core.show(isValid: false)
    try await run(try core.agents()) { try core.ledger.openLeases().isEmpty }
    #expect(try core.ledger.leaseAnswers(cycle: cycle).map(\.doorCode) == ["not_published"])
  }

  @Test func anEighthRoleSpeaksInTheCycle() async throws {
    let core = try TestCore()
    defer { core.end() }
    core.show()
    try core.folder.write("basis.role.yaml", RoleFixture.eighth)
    try core.folder.write("basis.prompt.yaml", "role: basis_watcher\ngoals: Watch the basis.\n")
    let configuration = core.configuration { $0.agents.rolesFolder = core.folder.path }
    let answer: JSONValue = [
      "abstain": false, "reason": "wide", "stance": 50, "confidence": 50, "basis_bps": 3.5,
    ]
    let agents = try core.agents(configuration) { role in
      role.id == "basis_watcher" ? Seat(FixedAnalyst(output: answer), seeing: .local) : .local
    }
    try await run(agents) { try !core.records("cycle").isEmpty }
    let record = try #require(try core.records("basis_watcher").first)
    #expect(record.outcome == .valid && record.renderedPrompt.contains("basis_bps"))
    let decision = try #require(try core.records(RoleID.decisionMaker).first)
    #expect(decision.renderedPrompt.contains("\"role\":\"basis_watcher\""))
  }
}
