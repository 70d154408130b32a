// How a cycle ends: with a lease that is on record before the Door hears of it, or with the reason for none; control plane.
import Foundation
import Ledger
import Logging
import Roles

extension CycleRun {
  private enum Names {
    static let target = "target_permille"
  }

  /// From a valid decision and a valid verdict to the lease.
  func conclude(_ decision: JSONValue, _ verdict: JSONValue, _ stances: [RoleOutput]) async
    -> InstrumentCycle.Result
  {
    guard let snapshot, let limit = snapshot.limits?.positionLots, limit > 0,
      let asked = decision[Names.target]?.integer
    else { return await end(.noDecision, "there is no position limit to size by") }
    let held = Permille.of(
      snapshot.position?.targetLots ?? snapshot.position?.lots ?? 0, limit: limit)
    guard let allowed = Mandate.judged(asked, verdict: verdict) else {
      return await veto(verdict, asked)
    }
    var target = Mandate.bound(
      allowed, stances: stances, held: held, mayBeShort: snapshot.instrument.mayBeShort)
    let isSpent = parts.thrift(parts.team.decisionMaker.id) == .spent
    if isSpent {
      target = Mandate.exit(target, held: Permille.of(snapshot.position?.lots ?? 0, limit: limit))
    }
    if let refusal = Mandate.refusal(
      snapshot, target: target, dataAgeMilliseconds: parts.settings.dataAgeMilliseconds)
    {
      return await end(.noDecision, refusal)
    }
    if let refusal = await parts.source.refusal(
      instrument, ageMilliseconds: parts.settings.dataAgeMilliseconds)
    {
      return await end(.noDecision, "by now " + refusal)
    }
    var lease = LeaseFields(
      instrument: instrument,
      targetLots: Mandate.lots(
        target, stances: stances,
        heldLots: snapshot.position?.targetLots ?? snapshot.position?.lots ?? 0, limit: limit),
      urgency: decision["urgency"]?.string ?? "normal",
      confidencePermille: Int((decision["confidence"]?.integer ?? 0) * 10),
      ttlMilliseconds: parts.settings.leaseMilliseconds,
      maxDriftBps: Int(parts.settings.driftBasisPoints),
      referenceHalfTicks: snapshot.book?.midHalfTicks ?? 0)
    lease.lot = snapshot.instrument.lotSize
    lease.tick = snapshot.instrument.tickSize
    lease.contractValue = snapshot.instrument.contractValue
    let outcome: DecisionOutcome = target == asked ? .accepted : .trimmed
    var reason = verdict[RoleSchema.reasonField]?.string ?? ""
    if isSpent {
      reason = "the budget of models is spent, so only exits: \(reason)"
    } else if target != allowed {
      reason = "supported are \(target) of \(allowed) permille; " + reason
    }
    return await publish(lease, outcome, reason, decision)
  }

  private func publish(
    _ lease: LeaseFields, _ outcome: DecisionOutcome, _ reason: String, _ decision: JSONValue
  ) async -> InstrumentCycle.Result {
    // The record first: a lease that nobody could explain afterwards must not exist.
    guard await close(outcome, reason, lease: lease, output: decision) else {
      return InstrumentCycle.Result(cycle: cycle, outcome: .failed)
    }
    let answer = await parts.door.publish(lease, cycle: cycle, trace: trace)
    await note(answer)
    return InstrumentCycle.Result(
      cycle: cycle, outcome: outcome, isCoreThere: answer.code != "core_down")
  }

  /// A veto empties the slot where the core holds on expiry, so that nothing is worked any more. Where it
  /// flattens on expiry the lease is left to run out: a withdrawn one would never be flattened.
  private func veto(_ verdict: JSONValue, _ asked: Int64) async -> InstrumentCycle.Result {
    let word = verdict["verdict"]?.string ?? ""
    let reason = verdict[RoleSchema.reasonField]?.string ?? ""
    let result = await end(
      .vetoed, word == "veto" ? reason : "the verdict does not fit \(asked) permille: " + reason)
    guard parts.settings.onExpiry == .hold, snapshot?.position?.targetLots != nil else {
      return result
    }
    let answer = await parts.door.withdraw(instrument)
    await note(DoorAnswer(code: answer.code, detail: "withdrawn after a veto: \(answer.detail)"))
    return result
  }

  private func note(_ answer: DoorAnswer) async {
    parts.counters.count(door: answer.code)
    do {
      try await parts.ledger.answer(
        LeaseAnswer(
          cycle: cycle, doorCode: answer.code, detail: answer.detail, answeredAt: WallClock.now()))
    } catch {
      parts.counters.countUnrecorded()
      parts.log.error(
        "the door's answer could not be put on record",
        metadata: ["cycle": "\(cycle)", "error": "\(error)"])
    }
    if !answer.isDone {
      parts.log.warning(
        "the door refused a decision",
        metadata: [
          "instrument": "\(instrument)", "cycle": "\(cycle)", "code": "\(answer.code)",
          "detail": "\(answer.detail)",
        ])
    }
  }

  /// Ends the cycle without a lease.
  func end(_ outcome: DecisionOutcome, _ reason: String) async -> InstrumentCycle.Result {
    await close(outcome, reason)
    return InstrumentCycle.Result(cycle: cycle, outcome: outcome)
  }

  /// The cycle's own record. False: it is not on record.
  @discardableResult
  func close(
    _ outcome: DecisionOutcome, _ reason: String, lease: LeaseFields? = nil,
    output: JSONValue? = nil
  ) async -> Bool {
    parts.counters.count(cycle: outcome)
    var record = record(agent: DecisionRecord.cycleAgent, outcome, source: "cycle")
    record.startedAt = startedAt
    record.endedAt = max(startedAt, WallClock.now())
    record.latencyMilliseconds = (ContinuousClock.now - started).milliseconds
    record.reason = RecordSummary.line(reason)
    record.lease = lease
    record.output = output?.canonical ?? ""
    record.conclusion = RecordSummary.line(
      lease.map { "\(outcome.rawValue): \($0.targetLots) lots, \($0.urgency): \(reason)" }
        ?? "\(outcome.rawValue): \(reason)")
    if let snapshot {
      let mid = snapshot.book?.mid.map { "mid \($0)" } ?? "no mid"
      record.inputSummary = RecordSummary.line(
        "\(instrument), \(mid), position \(snapshot.position?.lots ?? 0) lots")
    } else {
      record.inputSummary = instrument
    }
    return await parts.record(record)
  }
}
