// One instrument's cycles: a snapshot, the roles side by side, a decision, a verdict, at most one lease; control plane.
import Foundation
import Ledger
import Logging
import Roles

/// Runs one cycle at a time and remembers what each role last said.
actor InstrumentCycle {
  let instrument: String
  let parts: CycleParts
  private var memory: [String: Remembered] = [:]
  private var calledAt: [String: ContinuousClock.Instant] = [:]
  private var events: Set<RoleEvent> = []

  struct Remembered: Sendable {
    var answer: RoleAnswer
    /// Permille of the position limit, when it answered.
    var weightCap: Int
    var at: ContinuousClock.Instant
    var cycle: Int64
    var promptVersion: Int
  }

  init(instrument: String, parts: CycleParts) {
    self.instrument = instrument
    self.parts = parts
  }

  /// How a cycle went, for the pace of the next.
  struct Result: Sendable {
    var cycle: Int64 = 0
    var outcome: DecisionOutcome
    /// False: the core could not be read or reached.
    var isCoreThere = true
  }

  func note(_ found: Set<RoleEvent>) { events.formUnion(found) }

  /// True when some role wants to think about what has happened since the last cycle.
  var hasEvent: Bool {
    parts.team.roles.contains { !$0.events.isDisjoint(with: events) }
  }

  func run() async -> Result {
    let happened = events
    events = []
    let started = ContinuousClock.now
    let startedAt = WallClock.now()
    let trace = TraceContext()
    let cycle: Int64
    do {
      cycle = try await parts.ledger.begin(
        trace: trace.traceID, instrument: instrument, at: startedAt)
    } catch {
      parts.counters.countUnrecorded()
      parts.log.error("no cycle: the ledger does not answer", metadata: ["error": "\(error)"])
      return Result(outcome: .failed)
    }
    var run = CycleRun(
      cycle: cycle, instrument: instrument, trace: trace, started: started, startedAt: startedAt,
      parts: parts)
    do throws(SnapshotFault) {
      run.snapshot = try await parts.source.take(
        instrument, ledger: await parts.ledger.facts(instrument, at: startedAt))
    } catch {
      parts.counters.count(error)
      await run.close(.failed, "\(error.rawValue): \(error.meaning)")
      return Result(cycle: cycle, outcome: .failed, isCoreThere: false)
    }
    guard let snapshot = run.snapshot else { return Result(cycle: cycle, outcome: .failed) }
    run.snapshotHash = snapshot.hash
    do { try await parts.ledger.save(snapshot, hash: run.snapshotHash) } catch {
      parts.counters.countUnrecorded()
      return Result(cycle: cycle, outcome: .failed)
    }
    let stances = await analysts(run, happened)
    return await decide(run, stances)
  }

  /// Asks those whose cadence is over or who wait for what happened; takes the others' last word again.
  private func analysts(_ run: CycleRun, _ happened: Set<RoleEvent>) async -> [RoleOutput] {
    let deadline = run.deadline(CycleSettings.analystsShare)
    var due: [Role] = []
    var outputs: [String: RoleOutput] = [:]
    for role in parts.team.analysts {
      if let held = reusable(role, run, happened) {
        outputs[role.id] = await run.reuse(held, role)
      } else {
        due.append(role)
        calledAt[role.id] = run.started
      }
    }
    let answers = await withTaskGroup(of: (String, CycleRun.Answered).self) { group in
      for role in due {
        group.addTask { (role.id, await run.ask(role, upstream: [], deadline: deadline)) }
      }
      var answers: [String: CycleRun.Answered] = [:]
      for await (id, answered) in group { answers[id] = answered }
      return answers
    }
    for role in due {
      memory[role.id] = nil
      guard let answered = answers[role.id], let output = answered.output else { continue }
      outputs[role.id] = output
      memory[role.id] = Remembered(
        answer: answered.answer, weightCap: output.weightCap, at: run.started, cycle: run.cycle,
        promptVersion: answered.promptVersion)
    }
    return parts.team.analysts.compactMap { outputs[$0.id] }
  }

  private func reusable(_ role: Role, _ run: CycleRun, _ happened: Set<RoleEvent>) -> Remembered? {
    if !role.events.isDisjoint(with: happened) { return nil }
    guard let held = memory[role.id], let called = calledAt[role.id] else { return nil }
    // Half a cycle early is on time: else a cadence of two cycles would become one of three.
    let early = Duration.milliseconds(parts.settings.cycleMilliseconds / 2)
    let factor = parts.thrift(role.id) == .thrifty ? parts.settings.thriftFactor : 1
    let isDue = run.started - called >= .seconds(Int64(role.cadenceSeconds) * factor) - early
    return isDue ? nil : held
  }

  private func decide(_ run: CycleRun, _ stances: [RoleOutput]) async -> Result {
    let decision = await run.ask(
      parts.team.decisionMaker, upstream: stances,
      deadline: run.deadline(CycleSettings.decisionShare))
    guard let target = decision.output else {
      let outcome = decision.answer.outcome == .late ? DecisionOutcome.late : .noDecision
      return await run.end(outcome, "no decision: \(decision.answer.reason)")
    }
    if target.isAbstention {
      let reason = target.output[RoleSchema.reasonField]?.string ?? ""
      return await run.end(.abstained, reason)
    }
    let verdict = await run.ask(
      parts.team.riskController, upstream: stances + [target], deadline: run.deadline(1))
    guard let judged = verdict.output else {
      let outcome = verdict.answer.outcome == .late ? DecisionOutcome.late : .noDecision
      return await run.end(outcome, "no verdict: \(verdict.answer.reason)")
    }
    return await run.conclude(target.output, judged.output, stances)
  }
}
