// Sender's step: stops first, then what the exchange said, then orders; hot plane, proved free of locks and allocation.

import Channels
import Journal
import OKX
import Orders
import Quantities
import Risk
import Transport
import Wire

extension SenderStage {
  /// Handles one completion of this stage's slot. With no room for reports it must not be called:
  /// see `canTake`.
  @_noLocks
  public mutating func take(_ completion: ReactorCompletion, _ given: Moment) -> Int {
    moment = ports.telemetry.settle(given)
    if completion.slot == successor.slot { return takeSuccessor(completion) }
    let change = line.take(completion, ports.stamps, now: moment.instant)
    let taken = change.isReadable ? drain() : 0
    if change.fault != .none { drop(change.fault) }
    return taken
  }

  /// The inbox has room for any completion.
  public var canTake: Bool { @_noLocks get { line.canTake && successor.canTake } }

  /// One turn. Cancels come before new orders, and need nothing of the other stages.
  @_noLocks
  public mutating func poll(_ given: Moment) -> Int {
    moment = ports.telemetry.settle(given)
    let now = moment.instant
    var work = 0
    if ports.board.version != boardVersion { takeBoard(now) }
    while let handover = ports.handovers.pop() {
      adopt(handover)
      work &+= 1
    }
    if line.framed.link.readableCount > 0 { work &+= drain() }
    if successor.framed.link.readableCount > 0 { work &+= drainSuccessor() }
    work &+= takeAccount(now)
    work &+= sendCancels(now)
    // Positions are as new as the reports published: with some left over, orders wait.
    work &+= publish()
    if reports.count == 0 { work &+= sendOrders() }
    if now >= nextHousekeeping {
      nextHousekeeping = now.advanced(byNanoseconds: SenderStage.housekeepingNanoseconds)
      housekeep(now)
    }
    work &+= publish()
    ports.control.noteWorkingOrders(table.ownWorkingCount)
    return work
  }

  @_noLocks
  mutating func housekeep(_ now: Instant) {
    if owesSessionDown, table.sessionDown(now: now, into: &reports) { owesSessionDown = false }
    if reports.room >= SenderStage.timeoutStepsPerPoll &* ReportBuffer.perEventMax {
      table.checkTimeouts(now: now, steps: SenderStage.timeoutStepsPerPoll, into: &reports)
    }
    while ports.queries.hasRoom(for: 1), let query = table.nextQuery(now: now) {
      _ = ports.queries.push(AccountQuestion(query))
    }
    keepAccount(now)
    showWorking()
    line.pay(&hub)
    act()
    keepSuccessor(now)
  }

  @_noLocks
  func showWorking() {
    var index = 0
    while index < instruments.count {
      let id = InstrumentID(index: UInt16(truncatingIfNeeded: index))
      let others = table.foreignOrders(id)
      let all = Int(truncatingIfNeeded: table.openOrders(id).openOrders)
      ports.working.note(own: all &- others, others: others, of: id)
      index &+= 1
    }
  }

  /// Every source's request, as the board shows it now. The board is the truth: a cell that loosened was
  /// loosened by its owner, with person and reason on record.
  @_noLocks
  mutating func takeBoard(_ now: Instant) {
    boardVersion = ports.board.version
    var scope = 0
    while scope <= instruments.count {
      let id =
        scope == 0
        ? InstrumentID.none : InstrumentID(index: UInt16(truncatingIfNeeded: scope &- 1))
      let isFlattening = ports.board.isFlattening(id)
      if states.isFlattening(id) != isFlattening,
        let change = states.setFlattening(isFlattening, id)
      {
        carry(out: change, now)
      }
      var source: UInt8 = 0
      while let owner = StopSource(rawValue: source) {
        let asked = ports.board.requested(by: owner, for: id)
        // The Sender's own: the board only shows it.
        if owner != .reconcile, states.request(owner, id) != asked {
          change(owner, asked, id, now)
        }
        source &+= 1
      }
      let cancels = ports.board.cancelRequests(for: id)
      if unsafe cancelsSeen[scope] != cancels {
        unsafe cancelsSeen[scope] = cancels
        table.requestCancels(id)
      }
      scope &+= 1
    }
  }

  @_noLocks
  mutating func change(
    _ owner: StopSource, _ asked: TradingState, _ id: InstrumentID, _ now: Instant
  ) {
    if let change = states.set(owner, to: asked, id) { carry(out: change, now) }
  }

  @_noLocks
  mutating func carry(out change: TradingStateChange, _ now: Instant) {
    if change.cancelsWorking { table.requestCancels(change.instrument) }
    if change.isChange && reports.room > 0 { reports.append(change.report(at: now)) }
  }

  /// Cancels that a stop asked for, as far as the exchange's rate allows.
  @_noLocks
  mutating func sendCancels(_ now: Instant) -> Int {
    var sent = 0
    while sent < SenderStage.cancelsPerPollMax, line.session.isReady,
      let order = table.nextRequestedCancel(now: now)
    {
      if !sendCancel(order, now) { break }
      sent &+= 1
    }
    return sent
  }

  @_noLocks
  mutating func sendCancel(_ order: Order, _ now: Instant) -> Bool {
    guard budgets.takeCancel(order.instrument, now: now) else { return false }
    let request = nextRequest
    let count = unsafe OrderEncoder.cancel(
      request: request, clientOrder: order.clientOrder, exchangeOrder: order.exchangeOrder,
      instrument: instruments[order.instrument], into: hub.writer.payloadRoom)
    nextRequest &+= 1
    if count == 0 {
      self.count(.notEncodable, of: order.instrument)
      return false
    }
    guard transmit(count) else { return false }
    counters.cancelsSent &+= 1
    table.markCancelSent(order.clientOrder, request: request, now: now)
    return true
  }

  /// Publishes reports: on record first, then to Gate and Builder, each to both or to neither.
  @_noLocks
  mutating func publish() -> Int {
    var published = 0
    while let report = reports.first(), ports.toGate.hasRoom(for: 1),
      ports.toBuilder.hasRoom(for: 1),
      ports.telemetry.record(report: report, cause: .none, at: report.receivedAt) != nil
    {
      _ = ports.toGate.push(report)
      _ = ports.toBuilder.push(report)
      positions.apply(report)
      _ = reports.removeFirst()
      if report.kind == .fill { noteFill(report) }
      published &+= 1
    }
    return published
  }
}
