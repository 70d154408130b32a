// Approved orders on their way out; hot plane.

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
      if approved.intent.kind == .cancel {
        cancel(approved.intent, moment.instant)
      } else {
        place(approved, moment.instant)
      }
      taken &+= 1
    }
    return taken
  }

  /// Checks the stop, spends the rate, records, encodes, sends: in that order, and a failure at any step
  /// ends the order with its reason.
  @_noLocks
  mutating func place(_ approved: ApprovedOrder, _ now: Instant) {
    let taken = ports.stamps.now()
    let intent = approved.intent
    if ports.board.version != boardVersion { takeBoard(now) }
    var code = RefusalCode.approved
    if !line.session.isReady {
      code = .noSession
    } else if epoch.isHolding && settings.reconciliation != .none
      && (!intent.isReduceOnly || instruments[intent.instrument].type == .spot)
    {
      // What is held is not known: nothing but what the exchange itself lets only reduce.
      code = .tradingState
    } else if !mayReduce(intent, now) {
      code = .reduceOnly
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
      milliseconds: moment.exchange.milliseconds &+ settings.orderLifeMilliseconds)
    let count = encode(intent, client, request, expires)
    if count == 0 {
      self.count(.notEncodable, of: intent.instrument)
      table.abandon(client, .encoding, now: now, into: &reports)
      return
    }
    let encoded = ports.stamps.now()
    // The order is on record before it can leave: no room, no order.
    let order = OrderRecord(
      intent, clientOrder: client, judgedAt: now, encodedAt: now, expiresAt: expires,
      connection: 0, request: request)
    guard ports.telemetry.record(order: order, cause: .none, at: now) != nil else {
      table.abandon(client, .journalFull, now: now, into: &reports)
      return
    }
    guard transmit(count) else {
      table.abandon(client, .noSession, now: now, into: &reports)
      return
    }
    let sent = ports.stamps.now()
    table.markSent(client, request: request, now: now, into: &reports)
    ports.latency.send.record(nanoseconds: ports.stamps.nanoseconds(from: taken, to: encoded))
    ports.latency.wireOut.record(nanoseconds: ports.stamps.nanoseconds(from: encoded, to: sent))
    if intent.isTickDriven {
      ports.latency.tickToOrder.record(
        nanoseconds: ports.stamps.nanoseconds(from: intent.receivedStamp, to: sent))
    }
  }

  /// The request's text behind room for its frame header; 0 when it cannot be said.
  @_noLocks
  mutating func encode(
    _ intent: Intent, _ client: ClientOrderID, _ request: UInt64, _ expires: WallMilliseconds
  ) -> Int {
    let instrument = instruments[intent.instrument]
    return unsafe OrderEncoder.order(
      request: request, clientOrder: client, instrument: instrument, side: intent.side,
      type: intent.type, price: intent.price, quantity: intent.quantity,
      isReduceOnly: intent.isReduceOnly, expires: expires,
      tradeQuote: instruments.currencyName(instrument.tradeQuote), into: hub.writer.payloadRoom)
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
    if !line.session.isReady || !sendCancel(order, now) {
      let code: RefusalCode = line.session.isReady ? .orderRate : .noSession
      reports.append(OrderTable.refusal(intent, code, now))
    }
  }

  /// Sends the text of `count` bytes that the encoder wrote. False when nothing of it was queued; a broken
  /// connection counts as sent, because nobody knows.
  @_noLocks
  mutating func transmit(_ count: Int) -> Bool {
    if !line.isConnected { return false }
    if line.send(sealing: count, &hub) { return true }
    self.count(.writeOverflow)
    return false
  }
}
