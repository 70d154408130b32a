// The core's Door: a housekeeping thread that turns checked requests into slots, stops, cancels and limits; control plane.
import Channels
import Door
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import Synchronization

/// Answers the Door until `stop`, and keeps the desk's states in State and on record. One thread; the
/// only writer of the signal slots.
public final class DoorService: Sendable {
  private let desk: DeskControls
  private let rules: DoorRules
  private let limits: LimitBook
  private let path: String
  private let log: Logger
  private let isStopping = Atomic<Bool>(false)
  private let isServing = Atomic<Bool>(false)
  private let hasStopped = Atomic<Bool>(false)
  private let requests = Atomic<UInt64>(0)

  public init(
    _ desk: DeskControls, targetLotsMaximum: [Int64], path: String, log: Logger
  ) {
    self.desk = desk
    limits = LimitBook(desk.limitsAtStart, of: desk.instruments)
    rules = DoorRules(instruments: desk.instruments, targetLotsMaximum: targetLotsMaximum)
    self.path = path
    self.log = log
  }

  /// Opens the socket, puts back in force what earlier starts had asked, and serves on a thread of its own.
  public func start(remembering memory: JournalMemory, alarms: [String]) throws {
    let listener = try DoorListener(path: path, rules: rules)
    let claims = Claims()
    let states = DeskStates(desk, log: log)
    states.restore(memory, alarms: alarms)
    let service = self
    // The listener moves into the thread that polls it.
    let box = ListenerBox(listener: consume listener)
    let thread = Thread {
      while !service.isStopping.load(ordering: .relaxed) {
        box.poll(milliseconds: 50) { call in service.answer(call, claims, states) }
        states.refresh()
      }
      box.close()
      service.hasStopped.store(true, ordering: .releasing)
    }
    isServing.store(true, ordering: .relaxed)
    thread.name = "door"
    thread.start()
  }

  /// Returns once its thread has left: what it writes to may be freed then.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
    while isServing.load(ordering: .relaxed) && !hasStopped.load(ordering: .acquiring) {
      Thread.sleep(forTimeInterval: 0.001)
    }
  }

  private func answer(
    _ call: borrowing DoorCall, _ claims: Claims, _ states: DeskStates
  ) -> DoorReply {
    let number = requests.add(1, ordering: .relaxed).newValue
    let command = call.command
    let received = WallMilliseconds.now()
    defer { desk.wake() }
    let reply = perform(command, number, claims, states)
    if case .ping = command { return reply }
    log.info(
      "door",
      metadata: [
        "request": "\(number)", "asked": "\(DoorService.text(command))", "answer": "\(reply.code)",
        "detail": "\(reply.detail)", "user": "\(call.peer.user)",
        "instrument": "\(desk.name(command.scope))",
      ])
    let record = RequestRecord(
      number: number, kind: command.kind, answer: reply.code.rawValue, user: call.peer.user,
      process: call.peer.process, instrument: command.scope, receivedAt: received,
      answeredAt: .now())
    if !desk.telemetry.record(.request, record, followedBy: call.frame) {
      log.error("a request could not be put on record", metadata: ["request": "\(number)"])
    }
    return reply
  }

  private func perform(
    _ command: DoorCommand, _ number: UInt64, _ claims: Claims, _ states: DeskStates
  ) -> DoorReply {
    let outlook = DoorOutlook(desk: desk, states: states, limits: limits)
    switch command {
    case .hello, .ping:
      var reply = DoorReply(.done, detail: "llmtrading core")
      reply.first = Int64(desk.startNumber)
      return reply
    case .signal(let signal, let id):
      return publish(signal, id, command, number, claims, outlook)
    case .withdraw(let source, let id, _):
      desk.state.publish(.absent, for: id, in: source == .manual ? .manual : .agent)
      return DoorReply(.done, detail: "withdrawn")
    case .stop(let request, let id):
      let isTighter = states.tighten(request, id, request: number)
      let isWithdrawn = states.withdrawFlattens(behind: request, id, request: number)
      if !isTighter && !isWithdrawn { return DoorReply(.needsRearm) }
      return outlook.stopped(request.state, id, isWithdrawn: isWithdrawn)
    case .rearm(let request, let id):
      states.rearm(request, id, request: number)
      return outlook.rearmed(id)
    case .cancel(_, let id):
      desk.board.requestCancel(for: id)
      return outlook.cancelled(id)
    case .flatten(let request, let id):
      states.setFlattening(request, id, request: number)
      return outlook.flattened(id, isOn: request.isOn)
    case .limits(let request, let id): return tighten(request, id)
    }
  }

  private func publish(
    _ signal: DoorSignal, _ id: InstrumentID, _ command: DoorCommand, _ number: UInt64,
    _ claims: Claims, _ outlook: DoorOutlook
  ) -> DoorReply {
    if !desk.instruments[id].isTradable {
      return DoorReply(.notTradable, detail: desk.venue.words(for: id))
    }
    let isScripted = signal.source == .scripted
    if isScripted && claims.contains(id) {
      return DoorReply(.refused, detail: "others signal this instrument")
    }
    let target = outlook.target(signal.target, id)
    if let refusal = outlook.refusal(of: target, id) { return refusal }
    if !isScripted { claims.insert(id) }
    let slot = desk.state.market(id)
    let mid = slot.flatMap { $0.isValid ? $0.integer(.midHalfTicks) : nil } ?? 0
    guard var lease = command.lease(issuedAt: .now(), midHalfTicks: mid, request: number) else {
      return DoorReply(.malformed)
    }
    lease.target = Quantity(lots: target)
    // On record before anyone can act on it.
    if !desk.telemetry.record(.signal, lease) {
      return DoorReply(.busy, detail: "the journal has no room")
    }
    desk.state.publish(lease, for: id, in: signal.source == .manual ? .manual : .agent)
    return outlook.published(asked: signal.target, target, id)
  }

  /// A desk-wide request tightens every instrument.
  private func tighten(_ request: DoorLimits, _ id: InstrumentID) -> DoorReply {
    let ids =
      id.isNone
      ? (0..<desk.instruments.count).map { InstrumentID(index: UInt16($0)) } : [id]
    var changes: [(id: InstrumentID, text: String)] = []
    for one in ids {
      guard let text = limits.change(one, by: request.asked) else { continue }
      if !desk.limits.push(LimitChange(instrument: one, limits: request.asked)) {
        return DoorReply(.busy, detail: "not every limit was taken: ask again")
      }
      limits.adopt(one, request.asked)
      changes.append((one, text))
    }
    if changes.isEmpty {
      let held = limits.text(ids[0], of: request.asked)
      return DoorReply(
        .refused, detail: "a limit is only made stricter: \(held) holds, see the configuration")
    }
    let texts = Set(changes.map(\.text))
    if changes.count == ids.count, texts.count == 1, let text = texts.first {
      return DoorReply(.done, detail: text)
    }
    return DoorReply(
      .done,
      detail: changes.map { "\(desk.name($0.id)): \($0.text)" }.joined(separator: "; "))
  }

  private static func text(_ command: DoorCommand) -> String {
    String("\(command)".prefix { $0 != "(" })
  }
}

extension DoorCommand {
  /// The instrument it is about; `.none`: the desk.
  var scope: InstrumentID {
    switch self {
    case .hello, .ping: .none
    case .signal(_, let id), .withdraw(_, let id, _), .stop(_, let id), .rearm(_, let id),
      .cancel(_, let id), .flatten(_, let id), .limits(_, let id):
      id
    }
  }
}

/// Instruments that someone but the scripted source has signalled; the Door's thread's own.
private final class Claims: @unchecked Sendable {
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
