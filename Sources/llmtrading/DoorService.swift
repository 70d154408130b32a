// The core's Door: a housekeeping thread that turns checked requests into slots, stops and cancels.
import CKernel
import Channels
import Door
import Foundation
import Logging
import Pipeline
import Quantities
import Synchronization

/// Answers the Door until `stop`. One thread; the only writer of the signal slots.
final class DoorService: Sendable {
  private let core: Core
  private let rules: DoorRules
  private let path: String
  private let log: Logger
  private let isStopping = Atomic<Bool>(false)
  private let requests = Atomic<UInt64>(0)

  init(core: Core, targetLotsMaximum: [Int64], path: String, log: Logger) {
    self.core = core
    rules = DoorRules(
      instruments: core.options.instruments, targetLotsMaximum: targetLotsMaximum)
    self.path = path
    self.log = log
  }

  /// Opens the socket and serves on a thread of its own.
  func start() throws {
    let listener = try DoorListener(path: path, rules: rules)
    _ = ck_thread_id()
    let claims = Claims()
    let service = self
    // The listener moves into the thread that polls it.
    let box = ListenerBox(listener: consume listener)
    Thread.detachNewThread {
      while !service.isStopping.load(ordering: .relaxed) {
        box.poll(milliseconds: 50) { call in service.answer(call, claims) }
      }
      box.close()
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }

  private func answer(_ call: borrowing DoorCall, _ claims: Claims) -> DoorReply {
    let number = requests.add(1, ordering: .relaxed).newValue
    let command = call.command
    log.info("door", metadata: ["request": "\(number)", "command": "\(command)"])
    defer { core.wake() }
    switch command {
    case .hello, .ping:
      var reply = DoorReply(.done, detail: "llmtrading core")
      reply.first = Int64(core.options.startNumber)
      return reply
    case .signal(let signal, let id):
      if !core.options.instruments[id].isTradable { return DoorReply(.notTradable) }
      let isScripted = signal.source == .scripted
      if isScripted && claims.contains(id) {
        return DoorReply(.refused, detail: "others signal this instrument")
      }
      if !isScripted { claims.insert(id) }
      guard let lease = command.lease(issuedAt: .now(), midHalfTicks: 0, request: number) else {
        return DoorReply(.malformed)
      }
      // On record before anyone can act on it.
      if !core.doorTelemetry.record(lease) { return DoorReply(.busy, detail: "journal full") }
      core.state.publish(lease, for: id, in: signal.source == .manual ? .manual : .agent)
      return DoorReply(.done, detail: "published")
    case .withdraw(let source, let id, _):
      core.state.publish(.absent, for: id, in: source == .manual ? .manual : .agent)
      return DoorReply(.done, detail: "withdrawn")
    case .stop(let request, let id):
      let held = core.stopBoard.requested(by: request.source, for: id)
      if request.state.rawValue < held.rawValue { return DoorReply(.needsRearm) }
      core.stopBoard.request(request.state, by: request.source, for: id)
      return DoorReply(.done, detail: "\(request.state)")
    case .rearm(let request, let id):
      core.stopBoard.request(request.state, by: request.source, for: id)
      return DoorReply(.done, detail: "\(request.state)")
    case .cancel(_, let id):
      core.stopBoard.requestCancel(for: id)
      return DoorReply(.done, detail: "cancels are on their way")
    case .flatten, .limits:
      return DoorReply(.refused, detail: "this core does not offer it yet")
    }
  }
}

/// Instruments that someone but the scripted source has signalled; the Door's thread's own.
final class Claims: @unchecked Sendable {
  // SAFETY: the Door's thread is the only one that calls it.
  private var claimed: Set<UInt16> = []

  func insert(_ id: InstrumentID) { claimed.insert(id.index) }
  func contains(_ id: InstrumentID) -> Bool { claimed.contains(id.index) }
}

/// Lets a noncopyable listener live in the thread that polls it.
private final class ListenerBox: @unchecked Sendable {
  // SAFETY: one thread calls `poll` and `close`.
  private var listener: DoorListener?

  init(listener: consuming DoorListener) { self.listener = consume listener }

  func poll(milliseconds: Int32, _ handler: (borrowing DoorCall) -> DoorReply) {
    listener?.poll(milliseconds: milliseconds, handler)
  }

  func close() { listener = nil }
}
