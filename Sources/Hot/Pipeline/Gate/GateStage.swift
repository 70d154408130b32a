// The third stage: intents in, verdicts back, approved orders on; hot plane.

import Channels
import Journal
import Quantities
import Risk

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
  /// Intents and reports taken.
  public private(set) var messages: UInt64 = 0

  /// Taken in one poll.
  static let reportsPerPollMax = 256
  static let intentsPerPollMax = 32

  public init(
    gate: consuming Gate, intents: consuming SlotConsumer<Intent>,
    reports: consuming SlotConsumer<Report>, verdicts: consuming SlotProducer<Verdict>,
    approved: consuming SlotProducer<ApprovedOrder>,
    limitChanges: consuming SlotConsumer<LimitChange>,
    telemetry: consuming TelemetryProducer, latency: LatencyHistogram
  ) {
    self.gate = gate
    self.intents = intents
    self.reports = reports
    self.verdicts = verdicts
    self.approved = approved
    self.limitChanges = limitChanges
    self.telemetry = telemetry
    self.latency = latency
  }

  /// Reports, then intents. A full verdict or telemetry ring leaves intents where they are.
  @_noLocks
  public mutating func poll(_ now: Instant) -> Int {
    var work = 0
    while let change = limitChanges.pop() {
      _ = gate.tighten(change.instrument, by: change.limits)
      work &+= 1
    }
    while work < GateStage.reportsPerPollMax, let report = reports.pop() {
      gate.apply(report)
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

  @_noLocks
  mutating func judge(_ intent: Intent) {
    let now: Instant = .now()
    let judgement = gate.judge(intent, now: now, wall: .now())
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
    latency.record(nanoseconds: now.since(intent.madeAt))
  }

  /// How often the gate refused with `code`. After the thread has stopped.
  public borrowing func refusals(_ code: RefusalCode) -> UInt64 { gate.refusalCount(code) }
}
