// Calls that block (SQLite, the Door's socket) on threads of their own, away from the cooperative pool; control plane.
import Dispatch
import Door
import Foundation
import Ledger
import Quantities
import Roles

/// One call at a time, in order.
final class BlockingQueue: Sendable {
  private let queue: DispatchQueue

  init(label: String) { queue = DispatchQueue(label: label) }

  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}

/// The Ledger as cycles use it: what returns is on disk.
public struct DecisionStore: Sendable {
  public let ledger: Ledger
  private let queue = BlockingQueue(label: "decisions")

  public init(_ ledger: Ledger) { self.ledger = ledger }

  func begin(trace: String, instrument: String, at: Int64) async throws -> Int64 {
    let ledger = ledger
    return try await queue.run {
      try ledger.beginCycle(trace: trace, instrument: instrument, at: at)
    }
  }

  func save(_ snapshot: Snapshot, hash: String) async throws {
    let ledger = ledger
    try await queue.run { try ledger.saveSnapshot(hash: hash, json: snapshot.json.canonical) }
  }

  @discardableResult
  func append(_ record: DecisionRecord) async throws -> Int64 {
    let ledger = ledger
    return try await queue.run { try ledger.append(record) }
  }

  /// Newest first.
  func orders(_ query: OrderQuery) async throws -> [OrderItem] {
    let ledger = ledger
    return try await queue.run { try ledger.orders(query).items }
  }

  func equityPeak(at now: Int64) async -> Double? {
    let ledger = ledger
    let peak = try? await queue.run { LedgerReading.equityPeak(ledger, at: now) }
    return peak.flatMap(\.self)
  }

  func answer(_ answer: LeaseAnswer) async throws {
    let ledger = ledger
    try await queue.run { try ledger.record(leaseAnswer: answer) }
  }
}

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

/// The agents' hand at the Door.
public struct SignalDoor: Sendable {
  private let path: String
  private let queue = BlockingQueue(label: "agents' door")
  static let milliseconds = 2_000
  /// Who asks, as the core's journal has it.
  public static let person = "agents"

  public init(path: String) { self.path = path }

  func publish(_ lease: LeaseFields, cycle: Int64, trace: TraceContext) async -> DoorAnswer {
    guard let symbol = Symbol(lease.instrument), let decision = UInt64(exactly: cycle) else {
      return DoorAnswer(code: "malformed", detail: "no instrument id")
    }
    let urgency: Urgency =
      switch lease.urgency {
      case "low": .low
      case "high": .high
      default: .normal
      }
    return await send(
      .signal(
        DoorSignal(
          instrument: symbol, source: .agent, target: lease.targetLots, urgency: urgency,
          timeToLiveMilliseconds: UInt32(clamping: lease.ttlMilliseconds),
          maximumDriftBasisPoints: UInt32(clamping: lease.maxDriftBps),
          confidencePermille: UInt16(clamping: lease.confidencePermille),
          referenceHalfTicks: lease.referenceHalfTicks, decision: decision,
          traceHigh: trace.traceHigh, traceLow: trace.traceLow, person: SignalDoor.person)))
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
    let path = path
    do {
      return try await queue.run {
        do throws(DoorError) {
          let reply = try DoorClient.send(
            request, path: path, milliseconds: SignalDoor.milliseconds)
          let detail = reply.detail.isEmpty ? reply.code.meaning : reply.detail
          return DoorAnswer(code: "\(reply.code)", detail: detail)
        } catch {
          switch error {
          case .timeout, .disconnected: return DoorAnswer(code: "no_answer", detail: "\(error)")
          default: return DoorAnswer(code: "core_down", detail: "\(error)")
          }
        }
      }
    } catch {
      return DoorAnswer(code: "failed", detail: "\(error)")
    }
  }
}
