// Approved orders on their way out; hot plane.

import CKernel
import Channels
import Journal
import OKX
import Orders
import Quantities
import Risk
import Transport
import Wire

extension SenderStage {
  /// Takes approved intents while there is room to report on them.
  @_noLocks
  mutating func sendOrders() -> Int {
    var taken = 0
    while taken < SenderStage.ordersPerPollMax, reports.room >= ReportBuffer.perEventMax,
      let approved = ports.approved.pop()
    {
      let now: Instant = .now()
      if approved.intent.kind == .cancel {
        cancel(approved.intent, now)
      } else {
        place(approved, now)
      }
      taken &+= 1
    }
    return taken
  }

  /// Checks the stop, spends the rate, records, encodes, sends: in that order, and a failure at any step
  /// ends the order with its reason.
  @_noLocks
  mutating func place(_ approved: ApprovedOrder, _ now: Instant) {
    let intent = approved.intent
    if ports.board.version != boardVersion { takeBoard(now) }
    var code = RefusalCode.approved
    if !session.isReady {
      code = .noSession
    } else {
      code = SenderPolicy.check(
        approved, state: states.state(intent.instrument),
        position: positions.quantity(intent.instrument),
        open: table.openOrders(intent.instrument))
    }
    if code == .approved && !budgets.takeOrder(intent.instrument, now: now) { code = .orderRate }
    if code != .approved {
      counters.refused &+= 1
      reports.append(OrderTable.refusal(intent, code, now))
      return
    }
    guard case .prepared(let client) = table.prepare(approved, now: now, into: &reports) else {
      return
    }
    var request = nextRequest
    nextRequest &+= 1
    if settings.usesSeqIdAsRequest && intent.reference.seqId > 0 {
      request = UInt64(intent.reference.seqId)
    }
    let expires = WallMilliseconds(
      milliseconds: ck_now_wall_ms() &+ settings.orderLifeMilliseconds)
    let count = encode(intent, client, request, expires)
    if count == 0 {
      table.abandon(client, .encoding, now: now, into: &reports)
      return
    }
    let encodedAt: Instant = .now()
    // The order is on record before it can leave: no room, no order.
    let order = OrderRecord(
      intent, clientOrder: client, judgedAt: now, encodedAt: encodedAt, expiresAt: expires,
      connection: 0, request: request)
    guard ports.telemetry.record(order: order, cause: .none, at: encodedAt) != nil else {
      table.abandon(client, .journalFull, now: now, into: &reports)
      return
    }
    guard transmit(payloadCount: count) else {
      table.abandon(client, .noSession, now: now, into: &reports)
      return
    }
    let sentAt: Instant = .now()
    table.markSent(client, now: sentAt, into: &reports)
    ports.latency.send.record(nanoseconds: encodedAt.since(now))
    ports.latency.wireOut.record(nanoseconds: sentAt.since(encodedAt))
    if intent.isTickDriven {
      ports.latency.tickToOrder.record(
        nanoseconds: sentAt.since(intent.reference.receivedAt))
    }
  }

  /// The request's text behind room for its frame header; 0 when it cannot be said.
  @_noLocks
  mutating func encode(
    _ intent: Intent, _ client: ClientOrderID, _ request: UInt64, _ expires: WallMilliseconds
  ) -> Int {
    let room = unsafe UnsafeMutableRawBufferPointer(
      rebasing: frame[WebSocketEncoder.headerBytesMax...])
    return unsafe OrderEncoder.order(
      request: request, clientOrder: client, instrument: instruments[intent.instrument],
      side: intent.side, type: intent.type, price: intent.price, quantity: intent.quantity,
      isReduceOnly: intent.isReduceOnly, expires: expires, into: room)
  }

  /// A strategy's cancel, by the intent that placed the order.
  @_noLocks
  mutating func cancel(_ intent: Intent, _ now: Instant) {
    guard let order = table.order(intent.targetIntent) else {
      reports.append(OrderTable.refusal(intent, .unknownOrder, now))
      return
    }
    // At its end, or with a cancel on its way: the order's own reports say what becomes of it.
    if !table.mayCancel(order.clientOrder) {
      reports.append(OrderTable.refusal(intent, .unknownOrder, now))
      return
    }
    if !session.isReady || !sendCancel(order, now) {
      reports.append(OrderTable.refusal(intent, session.isReady ? .orderRate : .noSession, now))
    }
  }

  /// Masks the `payloadCount` bytes that stand behind the header's room, and sends the frame. False when
  /// nothing of it was queued; a broken connection counts as sent, because nobody knows.
  @_noLocks
  mutating func transmit(payloadCount count: Int) -> Bool {
    let start = WebSocketEncoder.headerBytesMax
    guard
      let begin = unsafe WebSocketEncoder.seal(
        .text, in: frame, payloadAt: start, count: count, keys: &keys)
    else { return false }
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: frame[begin..<(start &+ count)])
    return unsafe hand(bytes)
  }

  @_noLocks
  mutating func hand(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard link.isConnected else { return false }
    switch unsafe link.send(bytes) {
    case .sent: return true
    case .blocked:
      _ = unsafe reactor.pointee.awaitWritable(slot: slot)
      return true
    case .overflow:
      count(.writeOverflow)
      return false
    case .failed:
      isBroken = true
      return true
    }
  }
}
