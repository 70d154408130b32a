// One cycle under way: asks roles, keeps the record, and ends it; control plane.
import Foundation
import JSON
import Ledger
import Logging
import Roles

struct CycleRun: Sendable {
  let cycle: Int64
  let instrument: String
  let trace: TraceContext
  let started: ContinuousClock.Instant
  /// Unix milliseconds.
  let startedAt: Int64
  let parts: CycleParts
  var snapshot: Snapshot?
  var snapshotHash = ""

  struct Answered: Sendable {
    var answer: RoleAnswer
    /// Nil: nothing of it may be used.
    var output: RoleOutput?
    var promptVersion: Int
  }

  func deadline(_ share: Double) -> ContinuousClock.Instant {
    started + .milliseconds(Int64(Double(parts.settings.deadlineMilliseconds) * share))
  }

  /// One role's answer, on record. A late one goes on record when it comes.
  func ask(_ role: Role, upstream: [RoleOutput], deadline: ContinuousClock.Instant) async
    -> Answered
  {
    guard let snapshot else { preconditionFailure("Invariant: a role is asked with a snapshot") }
    // Without money for a model its role is filled by rules; what they may do then is bounded at the end.
    let seat = parts.thrift(role.id) == .spent ? Seat.local : parts.seat(role)
    var call = RoleCall(
      role: role, prompt: RenderedPrompt(system: "", user: "", version: 0), snapshot: snapshot,
      upstream: role.inputs.contains(.stances) ? upstream : [], deadline: deadline,
      trace: trace.child())
    if role.inputs.contains(.rawNews) { call.news = await parts.ledger.news(snapshot) }
    let begun = ContinuousClock.now
    let begunAt = WallClock.now()
    do { call.prompt = try await parts.prompts.render(call, for: seat.viewer) } catch {
      let answer = RoleAnswer(
        outcome: .failed, reason: "the prompt cannot be used: \(error)",
        source: LocalAnalyst.source)
      return await settle(call, answer, begun, begunAt)
    }
    let asked = call
    let answer = await Asking(analyst: seat.analyst, tasks: parts.tasks).ask(asked) { late in
      var late = late
      late.reason = "answered after the deadline; it would have been \(late.outcome.rawValue)"
      late.outcome = .late
      await write(asked, late, begun, begunAt)
    }
    guard let answer else {
      let late = RoleAnswer(
        outcome: .late, reason: "\(role.title) did not answer in time", source: "")
      return Answered(answer: late, output: nil, promptVersion: call.prompt.version)
    }
    let latency = (ContinuousClock.now - begun).milliseconds
    let settled = await settle(call, answer, begun, begunAt)
    let shadows = parts.shadows
    let hash = snapshotHash
    // The cycle does not wait for a candidate.
    parts.tasks.run {
      await shadows.beside(
        asked, snapshotHash: hash, live: settled.answer, milliseconds: latency, seat: seat)
    }
    return settled
  }

  /// Holds the answer against the schema once more: what an analyst calls valid is not taken on its word.
  private func settle(
    _ call: RoleCall, _ given: RoleAnswer, _ begun: ContinuousClock.Instant, _ begunAt: Int64
  ) async -> Answered {
    var answer = given
    var output: RoleOutput?
    let claims: Set<DecisionOutcome> = [.valid, .repaired, .abstained]
    if claims.contains(answer.outcome) {
      do throws(SchemaViolation) {
        guard let given = answer.output else {
          throw SchemaViolation(.missing, at: "", expected: "an answer")
        }
        let checked = try call.role.schema.validate(given)
        answer.output = checked
        let abstains = call.role.schema.isAbstention(checked)
        if abstains { answer.outcome = .abstained }
        output = RoleOutput(
          role: call.role.id, kind: call.role.kind,
          weightCap: parts.caps.weightCap(of: call.role, call.snapshot),
          output: checked, isAbstention: abstains, ageMilliseconds: 0)
      } catch {
        answer.outcome = .failed
        answer.reason = "not of the role's schema: \(error)"
        answer.output = nil
      }
    }
    let isRecorded = await write(call, answer, begun, begunAt)
    // What is not on record is not acted on.
    if !isRecorded { output = nil }
    if let output, call.role.kind == .collector, !output.isAbstention {
      await parts.ledger.keepLabels(of: output, call, cycle: cycle)
    }
    return Answered(answer: answer, output: output, promptVersion: call.prompt.version)
  }

  @discardableResult
  private func write(
    _ call: RoleCall, _ answer: RoleAnswer, _ begun: ContinuousClock.Instant, _ begunAt: Int64
  ) async -> Bool {
    let latency = (ContinuousClock.now - begun).milliseconds
    parts.counters.count(
      answer, of: call.role.id, latency: latency, promptVersion: call.prompt.version)
    var record = record(agent: call.role.id, answer.outcome, source: answer.source)
    record.spanID = call.trace.spanID
    record.startedAt = begunAt
    record.endedAt = max(begunAt, WallClock.now())
    record.reason = answer.reason
    record.promptVersion = call.prompt.version
    record.schemaHash = call.role.schema.hash
    record.renderedPrompt = call.prompt.system + "\n\n" + call.prompt.user
    record.parameters = answer.parameters.canonical
    record.requestedModel = answer.requestedModel
    record.returnedModel = answer.returnedModel
    record.fingerprint = answer.fingerprint
    record.usage = answer.usage
    record.costMicros = answer.costMicros
    record.latencyMilliseconds = latency
    record.attempts = SnapshotCoding.json(answer.attempts).canonical
    record.rawReply = answer.rawReply
    record.output = answer.output?.canonical ?? ""
    record.grounding = answer.grounding?.canonical ?? ""
    record.inputSummary = RecordSummary.input(call)
    record.conclusion = RecordSummary.conclusion(answer, call.role)
    record.tags = call.role.tags
    return await parts.record(record)
  }

  /// Takes a role's last word again, with a record of its own that says so.
  func reuse(_ held: InstrumentCycle.Remembered, _ role: Role) async -> RoleOutput? {
    guard let output = held.answer.output else { return nil }
    let age = (started - held.at).milliseconds
    parts.counters.countReuse(of: role.id)
    var record = record(agent: role.id, held.answer.outcome, source: held.answer.source)
    record.reason = "reused: said \(age / 1_000) s ago in cycle \(held.cycle)"
    record.promptVersion = held.promptVersion
    record.schemaHash = role.schema.hash
    record.requestedModel = held.answer.requestedModel
    record.returnedModel = held.answer.returnedModel
    record.output = output.canonical
    record.inputSummary = "as in cycle \(held.cycle)"
    record.conclusion = RecordSummary.conclusion(held.answer, role)
    record.tags = role.tags + [CycleRun.reusedTag]
    guard await parts.record(record) else { return nil }
    // What swayed it then may have left the snapshot since: the tighter cap of the two holds.
    return RoleOutput(
      role: role.id, kind: role.kind,
      weightCap: min(
        held.weightCap, snapshot.map { parts.caps.weightCap(of: role, $0) } ?? role.weightCap),
      output: output,
      isAbstention: role.schema.isAbstention(output), ageMilliseconds: age)
  }

  /// On the record of an answer that was given in an earlier cycle.
  static let reusedTag = "reused"

  func record(agent: String, _ outcome: DecisionOutcome, source: String) -> DecisionRecord {
    let now = max(startedAt, WallClock.now())
    var record = DecisionRecord(
      cycle: cycle, traceID: trace.traceID, spanID: trace.spanID, agentID: agent,
      instrument: instrument, startedAt: now, endedAt: now, outcome: outcome, source: source)
    record.snapshotHash = snapshotHash
    return record
  }
}
