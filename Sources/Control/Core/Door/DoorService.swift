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
  /// What the configuration says its limits in lots were written for, by instrument.
  private let limitUnits: [DoorUnits]
  private let path: String
  private let log: Logger
  private let isStopping = Atomic<Bool>(false)
  private let isServing = Atomic<Bool>(false)
  private let hasStopped = Atomic<Bool>(false)
  private let requests = Atomic<UInt64>(0)

  public init(
    _ desk: DeskControls, targetLotsMaximum: [Int64], limitUnits: [DoorUnits] = [], path: String,
    log: Logger
  ) {
    self.limitUnits = limitUnits
    self.desk = desk
    limits = LimitBook(desk.limitsAtStart, of: desk.instruments, changes: desk.changes)
    rules = DoorRules(instruments: desk.instruments, targetLotsMaximum: targetLotsMaximum)
    self.path = path
    self.log = log
  }

  /// Opens the socket, puts back in force what earlier starts had asked, and serves on a thread of its own.
  public func start(remembering memory: JournalMemory, alarms: [String]) throws {
    let listener = try DoorListener(path: path, rules: rules)
    let claims = Claims()
    let units = RequestUnits(
      changes: desk.changes, before: memory.unitsBefore(desk.instruments))
    let states = DeskStates(desk, log: log)
    let leases = LeaseKeeper(desk, log: log)
    states.restore(memory, alarms: alarms)
    cutLimits(memory)
    let service = self
    // The listener moves into the thread that polls it.
    let box = ListenerBox(listener: consume listener)
    let thread = Thread {
      while !service.isStopping.load(ordering: .relaxed) {
        leases.follow()
        box.poll(milliseconds: 50) { call in service.answer(call, claims, units, states) }
        states.refresh()
      }
      box.close()
      service.hasStopped.store(true, ordering: .releasing)
    }
    isServing.store(true, ordering: .relaxed)
    thread.name = "door"
    thread.start()
  }

  /// A file that was written for smaller lots says more money than its author meant: the limits are made stricter before
  /// anything may be sent, as a person's request would make them.
  private func cutLimits(_ memory: JournalMemory) {
    for index in 0..<desk.instruments.count {
      let row = desk.instruments[InstrumentID(index: UInt16(index))]
      guard
        let cut = memory.limits(
          limits[row.id], of: row, said: index < limitUnits.count ? limitUnits[index] : DoorUnits())
      else { continue }
      log.error("\(cut.words)")
      let change = LimitChange(
        instrument: row.id, limits: cut.limits, unitsChange: row.unitsChange)
      while !desk.limits.push(change) { Thread.sleep(forTimeInterval: 0.001) }
      limits.adopt(row.id, cut.limits, of: row.unitsChange)
    }
  }

  /// Returns once its thread has left: what it writes to may be freed then.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
    while isServing.load(ordering: .relaxed) && !hasStopped.load(ordering: .acquiring) {
      Thread.sleep(forTimeInterval: 0.001)
    }
  }

  private func answer(
    _ call: borrowing DoorCall, _ claims: Claims, _ units: RequestUnits, _ states: DeskStates
  ) -> DoorReply {
    let number = requests.add(1, ordering: .relaxed).newValue
    let command = call.command
    let received = WallMilliseconds.now()
    defer { desk.wake() }
    let reply: DoorReply
    do throws(RequestUnits.Refusal) {
      reply = try perform(command, number, claims, units, states)
    } catch { reply = error.reply }
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
    _ command: DoorCommand, _ number: UInt64, _ claims: Claims, _ units: RequestUnits,
    _ states: DeskStates
  ) throws(RequestUnits.Refusal) -> DoorReply {
    let outlook = DoorOutlook(desk: desk, states: states, limits: limits)
    switch command {
    case .hello, .ping:
      var reply = DoorReply(.done, detail: "llmtrading core")
      reply.first = Int64(desk.startNumber)
      return reply
    case .signal(let signal, let id):
      let row = desk.instruments[id]
      let counted = try units.count(signal, in: row)
      return publish(counted, signal, row, number, claims, outlook)
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
    case .limits(let request, let id): return try tighten(request, id, units)
    }
  }

  /// `signal` counts in the units of `row`, `asked` in what its sender said.
  private func publish(
    _ signal: DoorSignal, _ asked: DoorSignal, _ row: Instrument, _ number: UInt64,
    _ claims: Claims, _ outlook: DoorOutlook
  ) -> DoorReply {
    let id = row.id
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
    let command = DoorCommand.signal(signal, id)
    guard var lease = command.lease(issuedAt: .now(), midHalfTicks: mid, request: number) else {
      return DoorReply(.malformed)
    }
    lease.target = Quantity(lots: target)
    lease.unitsChange = UInt32(row.unitsChange)
    // The limits and the mid above may be of a row that came meanwhile.
    if desk.instruments[id].unitsChange != row.unitsChange {
      return DoorReply(.busy, detail: "\(desk.name(id)) comes to be counted anew: ask again")
    }
    // On record before anyone can act on it.
    if !desk.telemetry.record(.signal, lease) {
      return DoorReply(.busy, detail: "the journal has no room")
    }
    desk.state.publish(lease, for: id, in: signal.source == .manual ? .manual : .agent)
    return outlook.published(asked: signal.target, target, of: asked, id)
  }

  /// A desk-wide request tightens every instrument.
  private func tighten(_ request: DoorLimits, _ id: InstrumentID, _ units: RequestUnits)
    throws(RequestUnits.Refusal) -> DoorReply
  {
    if id.isNone && request.units != DoorUnits() {
      throw RequestUnits.Refusal("instruments have lots of their own: name the instrument")
    }
    let ids =
      id.isNone
      ? (0..<desk.instruments.count).map { InstrumentID(index: UInt16($0)) } : [id]
    var asked: [(row: Instrument, limits: InstrumentLimits)] = []
    for one in ids {
      let row = desk.instruments[one]
      do throws(RequestUnits.Refusal) {
        asked.append((row, try units.count(request.asked, request.units, in: row)))
      } catch {
        if !id.isNone { throw error }
        throw RequestUnits.Refusal(
          "a lot of \(row.symbol) was another size before: ask for it alone, with the lot that is "
            + "meant (--instrument, --lot); nothing was changed")
      }
    }
    var changes: [(id: InstrumentID, text: String)] = []
    for (row, one) in asked {
      guard let text = limits.change(row.id, by: one) else { continue }
      let change = LimitChange(instrument: row.id, limits: one, unitsChange: row.unitsChange)
      if !desk.limits.push(change) {
        return DoorReply(.busy, detail: "not every limit was taken: ask again")
      }
      limits.adopt(row.id, one, of: row.unitsChange)
      changes.append((row.id, text))
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
