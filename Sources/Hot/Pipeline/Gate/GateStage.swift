// The third stage: intents in, verdicts back, approved orders on; hot plane.

import Channels
import Journal
import Quantities
import Risk
import State

/// Owns exposure. Reports are taken before intents, so that what was freed can be used at once.
public struct GateStage: ~Copyable {
  var gate: Gate
  var intents: SlotConsumer<Intent>
  var reports: SlotConsumer<Report>
  var verdicts: SlotProducer<Verdict>
  var approved: SlotProducer<ApprovedOrder>
  var limitChanges: SlotConsumer<LimitChange>
  var telemetry: TelemetryProducer
  let latency: LatencyHistogram
  let stamps: StampClock
  /// Limits in force are shown to everyone else.
  let state: StateWriter
  let changes: InstrumentChanges
  /// Of the poll that is under way.
  var moment = Moment.zero
  /// Intents and reports taken.
  public private(set) var messages: UInt64 = 0

  /// Taken in one poll.
  static let reportsPerPollMax = 256
  static let intentsPerPollMax = 32

  package init(
    gate: consuming Gate, rings: StageRings, boards: StageBoards,
    telemetry: consuming TelemetryProducer
  ) {
    let state = boards.state
    self.gate = gate
    for index in 0..<self.gate.instrumentCount {
      let id = InstrumentID(index: UInt16(index))
      state.set(self.gate.limits(id), for: id)
    }
    self.state = state
    changes = boards.changes
    intents = rings.intents.makeConsumer()
    reports = rings.toGate.makeConsumer()
    verdicts = rings.verdicts.makeProducer()
    approved = rings.approved.makeProducer()
    limitChanges = rings.limits.makeConsumer()
    self.telemetry = telemetry
    latency = state.histogram(.gate)
    stamps = boards.stamps
  }

  /// Reports, then intents. A full verdict or telemetry ring leaves intents where they are.
  @_noLocks
  public mutating func poll(_ given: Moment) -> Int {
    moment = telemetry.settle(given)
    var work = 0
    work &+= takeLimits()
    while work < GateStage.reportsPerPollMax, let report = reports.pop() {
      gate.apply(report)
      if report.kind == .instrument { change(report) }
      work &+= 1
    }
    var taken = 0
    while taken < GateStage.intentsPerPollMax, verdicts.hasRoom(for: 1),
      telemetry.hasRoom(records: 1, payloadBytes: MemoryLayout<Verdict>.size)
    {
      guard let intent = intents.pop() else { break }
      judge(intent)
      taken &+= 1
    }
    messages &+= UInt64(truncatingIfNeeded: work &+ taken)
    return work &+ taken
  }

  /// What was said in lots of before is counted anew; what is said in lots that come with a report waits for it.
  @_noLocks
  mutating func takeLimits() -> Int {
    var taken = 0
    while let asked = limitChanges.peek() {
      let held = gate.unitsChange(asked.instrument)
      if asked.unitsChange > held { return taken }
      let limits = changes.limits(
        asked.limits, of: asked.instrument, from: asked.unitsChange, to: held)
      if gate.tighten(asked.instrument, by: limits) {
        state.set(gate.limits(asked.instrument), for: asked.instrument)
      }
      limitChanges.drop(1)
      taken &+= 1
    }
    return taken
  }

  @_noLocks
  mutating func change(_ report: Report) {
    guard let change = changes.change(report.exchangeCode) else { return }
    gate.take(change)
    state.set(gate.limits(report.instrument), for: report.instrument)
  }

  @_noLocks
  mutating func judge(_ intent: Intent) {
    let judged = stamps.now()
    let now = moment.instant
    let judgement = gate.judge(intent, now: now, wall: moment.exchange)
    var verdict = judgement.verdict
    if let order = judgement.order {
      if approved.hasRoom(for: 1) {
        _ = approved.push(order)
      } else {
        verdict = gate.release(order, now: now)
      }
    }
    _ = telemetry.record(verdict: verdict, cause: .none, at: now)
    _ = verdicts.push(verdict)
    latency.record(nanoseconds: stamps.nanoseconds(from: intent.madeStamp, to: judged))
  }

  /// How often the gate refused with `code`. After the thread has stopped.
  public borrowing func refusals(_ code: RefusalCode) -> UInt64 { gate.refusalCount(code) }
}
