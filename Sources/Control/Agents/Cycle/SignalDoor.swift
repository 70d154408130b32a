// The agents' hand at the Door: a lease, or its withdrawal; control plane.
import Door
import Ledger
import Operations
import Quantities
import Roles

/// What the Door said, or why nothing is known.
public struct DoorAnswer: Sendable, Hashable {
  /// The Door's code, or `core_down`, or `no_answer` where the request may have been taken.
  public var code: String
  public var detail: String
  public var isDone: Bool { code == "done" }

  public init(code: String, detail: String) {
    self.code = code
    self.detail = detail
  }
}

/// One request at a time.
public struct SignalDoor: Sendable {
  private let calls: DoorCalls
  /// Who asks, as the core's journal has it.
  public static let person = "agents"

  public init(path: String) { calls = DoorCalls(path: path) }

  func publish(_ lease: LeaseFields, cycle: Int64, trace: TraceContext) async -> DoorAnswer {
    guard let symbol = Symbol(lease.instrument), let decision = UInt64(exactly: cycle) else {
      return DoorAnswer(code: "malformed", detail: "no instrument id")
    }
    return await send(
      .signal(
        DoorSignal(
          instrument: symbol, source: .agent, target: lease.targetLots,
          urgency: Urgency(word: lease.urgency) ?? .normal,
          timeToLiveMilliseconds: UInt32(clamping: lease.ttlMilliseconds),
          maximumDriftBasisPoints: UInt32(clamping: lease.maxDriftBps),
          confidencePermille: UInt16(clamping: lease.confidencePermille),
          referenceHalfTicks: lease.referenceHalfTicks, decision: decision,
          traceHigh: trace.traceHigh, traceLow: trace.traceLow, person: SignalDoor.person,
          units: lease.units)))
  }

  func withdraw(_ instrument: String) async -> DoorAnswer {
    guard let symbol = Symbol(instrument) else {
      return DoorAnswer(code: "malformed", detail: "no instrument id")
    }
    return await send(
      .withdraw(
        DoorWithdrawal(instrument: symbol, source: .agent, person: SignalDoor.person)))
  }

  private func send(_ request: DoorRequest) async -> DoorAnswer {
    switch await calls.send(request) {
    case .answered(let reply): DoorAnswer(code: "\(reply.code)", detail: reply.sentence)
    case .unreached(let error): DoorAnswer(code: "core_down", detail: "\(error)")
    case .unknown(let error): DoorAnswer(code: "no_answer", detail: "\(error)")
    case .crowded(let waitingMax):
      DoorAnswer(code: "failed", detail: "\(waitingMax) requests wait at the door already")
    }
  }
}

extension LeaseFields {
  /// What it was decided in: the core counts it over, or refuses it, where that has changed meanwhile.
  fileprivate var units: DoorUnits {
    DoorUnits(
      lot: lot.flatMap { DecimalNumber($0) }, tick: tick.flatMap { DecimalNumber($0) },
      contractValue: contractValue.flatMap { DecimalNumber($0) })
  }
}
