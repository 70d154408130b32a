// From an approved order to a sent one, and cancels on their way; hot plane.

import Quantities
import Risk

/// What came of `OrderTable.prepare`.
@frozen
public enum Preparation: Sendable, BitwiseCopyable {
  case prepared(ClientOrderID)
  case refused(RefusalCode)
}

extension OrderTable {
  /// Gives an approved order its id and its place. Nothing is sent yet: follow with `markSent`, or with
  /// `abandon` where the order cannot go out. A refusal (`orderTableFull`, `idsExhausted`,
  /// `invalidIntent`) leaves no order behind and is reported as rejected.
  @_noLocks
  public mutating func prepare(
    _ approved: ApprovedOrder, now: Instant, into reports: inout ReportBuffer
  ) -> Preparation {
    let intent = approved.intent
    var code = RefusalCode.approved
    if intent.kind != .place || !isKnown(intent.instrument)
      || byIntent.find(intent.number.rawValue) != nil
    {
      code = .invalidIntent
    }
    let client = ClientOrderID(start: start, number: nextNumber)
    if code == .approved && client == nil { code = .idsExhausted }
    if code == .approved, let client {
      if let slot = takeSlot() {
        nextNumber &+= 1
        var order = Order()
        order.intent = intent.number
        order.clientOrder = client
        order.decision = intent.decision
        order.instrument = intent.instrument
        order.side = intent.side
        order.type = intent.type
        order.isReduceOnly = intent.isReduceOnly
        order.price = intent.price
        order.quantity = intent.quantity
        enlist(order, at: slot)
        return .prepared(client)
      }
      code = .orderTableFull
    }
    counters.rejected &+= 1
    reports.append(OrderTable.refusal(intent, code, now))
    return .refused(code)
  }

  /// The report of an order that the sender did not let out.
  @_noLocks
  public static func refusal(_ intent: Intent, _ code: RefusalCode, _ now: Instant) -> Report {
    var report = Report(
      kind: intent.kind == .cancel ? .cancelRejected : .rejected, instrument: intent.instrument,
      side: intent.side)
    report.intent = intent.kind == .cancel ? intent.targetIntent : intent.number
    report.code = code
    report.price = intent.price
    report.quantity = intent.quantity
    report.receivedAt = now
    return report
  }

  /// A prepared order that is not going out (no journal room, no session, encoding): it ends rejected.
  @_noLocks
  public mutating func abandon(
    _ client: ClientOrderID, _ code: RefusalCode, now: Instant, into reports: inout ReportBuffer
  ) {
    guard let slot = byClient.find(client.rawValue) else { return }
    if unsafe orders[slot].state != .prepared { return }
    end(slot, as: .rejected)
    counters.rejected &+= 1
    var report = unsafe OrderTable.report(.rejected, orders[slot], now)
    report.code = code
    reports.append(report)
  }

  /// The order's record is committed and its bytes are handed to the transport.
  @_noLocks
  public mutating func markSent(
    _ client: ClientOrderID, request: UInt64 = 0, now: Instant, into reports: inout ReportBuffer
  ) {
    guard let slot = byClient.find(client.rawValue) else { return }
    if unsafe orders[slot].state != .prepared { return }
    unsafe orders[slot].state = .sent
    unsafe orders[slot].request = request
    unsafe orders[slot].sentAt = now
    counters.sent &+= 1
    unsafe reports.append(OrderTable.report(.sent, orders[slot], now))
  }

  /// Whether a cancel of this order may go out now: it is at work and none is in flight.
  @_noLocks
  public func mayCancel(_ client: ClientOrderID) -> Bool {
    guard let slot = byClient.find(client.rawValue) else { return false }
    let order = unsafe orders[slot]
    return !order.state.isTerminal && order.state != .prepared && !order.isCancelInFlight
  }

  /// A cancel's bytes are handed to the transport.
  @_noLocks
  public mutating func markCancelSent(_ client: ClientOrderID, request: UInt64 = 0, now: Instant) {
    guard let slot = byClient.find(client.rawValue) else { return }
    if unsafe orders[slot].state.isTerminal { return }
    unsafe orders[slot].isCancelInFlight = true
    unsafe orders[slot].cancelRequest = request
    unsafe orders[slot].cancelTries = min(orders[slot].cancelTries, 250) &+ 1
    unsafe orders[slot].cancelSentAt = now
  }

  /// A stop wants every order of `instrument` (with `.none`: every order) gone, until it is. Other people's orders are
  /// theirs.
  @_noLocks
  public mutating func requestCancels(_ instrument: InstrumentID) {
    var slot = working.first
    while slot != Order.noSlot {
      let at = Int(slot)
      let isMeant = unsafe instrument.isNone || orders[at].instrument == instrument
      if isMeant, unsafe !orders[at].isForeign { wantGone(at) }
      slot = unsafe orders[at].next
    }
  }

  /// One order is wanted gone, whoever placed it.
  @_noLocks
  public mutating func requestCancel(of client: ClientOrderID) {
    guard let slot = byClient.find(client.rawValue) else { return }
    if unsafe !orders[slot].state.isTerminal { wantGone(slot) }
  }

  @_noLocks
  mutating func wantGone(_ slot: Int) {
    if unsafe orders[slot].isCancelRequested { return }
    unsafe orders[slot].isCancelRequested = true
    cancelsRequested &+= 1
  }

  /// The next order that a stop wants gone and whose cancel may go out; nil when none of the next
  /// `scanStepsMax` is one. An *unknown* order is cancelled by its `clOrdId` without waiting for any answer.
  @_noLocks
  public mutating func nextRequestedCancel(now: Instant) -> Order? {
    if cancelsRequested == 0 { return nil }
    var left = min(OrderTable.scanStepsMax, working.count)
    while left > 0 {
      left &-= 1
      var cursor = cancelCursor
      guard let at = step(&cursor) else { return nil }
      cancelCursor = cursor
      let order = unsafe orders[at]
      if order.isCancelRequested && !order.isCancelInFlight && order.state != .prepared
        && order.claim == nil && now >= order.cancelNotBefore
      {
        return order
      }
    }
    return nil
  }

  @_noLocks
  static func report(_ kind: ReportKind, _ order: Order, _ now: Instant) -> Report {
    var report = Report(kind: kind, instrument: order.instrument, side: order.side)
    report.intent = order.intent
    report.clientOrder = order.clientOrder.isForeign ? .none : order.clientOrder
    report.exchangeOrder = order.exchangeOrder
    report.price = order.price
    report.quantity = order.quantity
    report.cumulativeFilled = order.filled
    report.receivedAt = now
    return report
  }
}
