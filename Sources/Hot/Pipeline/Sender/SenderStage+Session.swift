// The private session's shell: connections, messages, events into the order table; hot plane.

import Channels
import OKX
import Orders
import Quantities
import State
import Transport
import Wire

extension SenderStage {
  /// Takes whole messages while there is room to report on what they bring.
  @_noLocks
  mutating func drain() -> Int {
    var taken = 0
    while taken < SenderStage.messagesPerTurnMax, line.isConnected,
      reports.room >= PrivateDecoder.eventsMax &* ReportBuffer.perEventMax
    {
      let input = line.next(&hub)
      switch input.kind {
      case .waiting:
        line.framed.consume(input.consumed)
        return taken
      case .text:
        unsafe message(input.payload)
        taken &+= 1
      case .binary: counters.binaryMessages &+= 1
      case .control: break
      case .over:
        drop(input.fault)
        return taken
      }
      line.framed.consume(input.consumed)
    }
    return taken
  }

  @_noLocks
  mutating func message(_ payload: UnsafeRawBufferPointer) {
    counters.messages &+= 1
    let now = line.framed.link.receivedAt
    let outcome = unsafe line.session.receive(payload, now: now, wall: moment.exchange)
    if outcome.fault != .none { count(outcome.fault, code: outcome.code) }
    if outcome.fault == .loginRefused { remember(login: outcome, at: now) }
    var index = 0
    while index < outcome.eventCount {
      take(line.session.event(index))
      index &+= 1
    }
    if outcome.becameReady && isOnSuccessor {
      mayTakeOver = true
    } else if outcome.becameReady {
      announce(isUp: true)
      lineIsUp(now)
    }
    if outcome.hasAction { act() }
  }

  @_noLocks
  mutating func take(_ event: PrivateEvent) {
    switch event.kind {
    case .orderReply:
      remember(refusal: event, of: .order)
      let reply = SenderStage.reply(event)
      doubtPosition(reply)
      _ = table.orderReply(reply, into: &reports)
    case .cancelReply:
      remember(refusal: event, of: .cancel)
      _ = table.cancelReply(SenderStage.reply(event), into: &reports)
    case .order:
      if event.isOfOddType { remember(oddType: event) }
      guard let update = SenderStage.update(event) else { return }
      let isKnown = table.apply(update, into: &reports) != .unmatched
      if !isKnown && !meet(update) {
        meetStranger(
          event.hasOurTag ? update.clientOrder : .none, update.exchangeOrder, update.instrument,
          update.lastQuantity)
      }
    case .balance:
      hold(event.cash, of: event.currency, asOf: event.exchangeTime, event.receivedAt)
    case .position:
      // Positions are counted from fills; the exchange's own figure is compared with them.
      let stated = StatedFigure(
        lots: event.quantity.lots, tradeID: event.tradeID, time: event.exchangeTime)
      _ = watch.note(stated, of: event.instrument)
      // Figures for people that could not be read in whole are not shown: their age grows.
      if event.fault == .none, !ports.toPositions.push(SenderStage.detail(event)) {
        counters.ringFull &+= 1
      }
    case .account:
      if !ports.toAccount.push(SenderStage.account(event)) { counters.ringFull &+= 1 }
    case .requestError:
      remember(refusal: event, of: .request)
      _ = table.requestError(SenderStage.reply(event), into: &reports)
    case .faulty:
      counters.faultyItems &+= 1
      count(event.fault, of: event.instrument)
      remember(item: event)
      doubt(event)
    }
  }

  /// What could not be read may have been a fill or an end: its order is asked about, or else the account.
  @_noLocks
  mutating func doubt(_ event: PrivateEvent) {
    if event.fault == .foreignMode {
      table.shun(event.exchangeOrder)
      return
    }
    if table.doubt(event.clientOrder, event.exchangeOrder, now: event.receivedAt) { return }
    if event.instrument.isNone || !doubtReadings.take(at: event.receivedAt) { return }
    if ports.queries.hasRoom(for: 1) { _ = ports.queries.push(AccountQuestion(.reading)) }
  }

  @_noLocks
  static func reply(_ event: PrivateEvent) -> OrderReply {
    OrderReply(
      clientOrder: event.clientOrder, exchangeOrder: event.exchangeOrder, code: event.code,
      request: event.request, receivedAt: event.receivedAt)
  }

  /// What the push says, for the account's keeper: the Sender itself makes nothing of it.
  @_noLocks
  static func account(_ event: PrivateEvent) -> AccountRecord {
    AccountRecord(
      total: event.cash, available: event.hasAvailable ? event.available : nil,
      exchangeTime: event.exchangeTime, receivedAt: event.receivedAt, isReconciled: false)
  }

  @_noLocks
  static func detail(_ event: PrivateEvent) -> PositionDetailRecord {
    PositionDetailRecord(
      instrument: event.instrument, quantity: event.quantity, averagePrice: event.averagePrice,
      markPrice: event.lastPrice, liquidationPrice: event.price,
      leverageMilli: event.leverageMilli, unrealised: event.cash,
      exchangeTime: event.exchangeTime, receivedAt: event.receivedAt, isReconciled: false)
  }

  @_noLocks
  static func update(_ event: PrivateEvent) -> OrderUpdate? {
    guard let state = ExchangeOrderState(rawValue: event.state.rawValue) else { return nil }
    var update = OrderUpdate(
      state: state, instrument: event.instrument, side: event.side, clientOrder: event.clientOrder)
    update.type = event.type
    update.exchangeOrder = event.exchangeOrder
    update.hasOurTag = event.hasOurTag
    update.price = event.price
    update.quantity = event.quantity
    update.cumulativeFilled = event.cumulativeFilled
    update.averagePrice = event.averagePrice
    update.lastQuantity = event.lastQuantity
    update.lastPrice = event.lastPrice
    update.tradeID = event.tradeID
    update.feeCurrency = event.currency
    update.feeUnits = event.feeUnits
    update.feeDecimals = event.feeDecimals
    update.isTaker = event.isTaker
    update.cancelSource = event.cancelSource
    update.exchangeTime = event.exchangeTime
    update.receivedAt = event.receivedAt
    return update
  }

  /// Takes a connection over from the Connector. Where one still serves, this one has to subscribe first.
  @_noLocks
  mutating func adopt(_ handover: SessionHandover) {
    if line.session.isReady {
      adoptSuccessor(handover)
      return
    }
    if line.isConnected { release(.retire, .notice) }
    guard line.adopt(handover, &hub, now: moment.instant) else {
      drop(.connectionLost)
      return
    }
    _ = drain()
    act()
  }

  /// Does what the session asks for, until it asks for nothing.
  @_noLocks
  mutating func act() {
    if line.broken != .none { drop(line.broken) }
    var turns = 0
    while turns < SenderStage.messagesPerTurnMax {
      turns &+= 1
      switch line.session.poll(now: moment.instant) {
      case .none: return
      case .send: unsafe line.send(.text, line.session.outgoing, &hub)
      case .login: if let handover = line.handover { unsafe line.send(.text, handover.login, &hub) }
      case .reconnect(let fault):
        if fault == .notice {
          line.renew(fault, &hub)
        } else {
          drop(fault)
        }
      }
    }
  }

  /// Gives the connection up and asks for a new one. What was in flight becomes *unknown*.
  @_noLocks
  mutating func drop(_ fault: FaultCode) {
    if isOnSuccessor && retiresAt != .zero {
      // It has served: nothing is to be dialled for it.
      line.release(.retire, fault, &hub, now: moment.instant)
      return
    }
    count(fault, code: Int32(line.closeCode))
    counters.reconnects &+= 1
    line.drop(fault, &hub, now: moment.instant)
    if isOnSuccessor {
      mayTakeOver = false
    } else {
      wentDown()
    }
  }

  @_noLocks
  mutating func release(_ kind: ConnectorRequest.Kind, _ fault: FaultCode) {
    line.release(kind, fault, &hub, now: moment.instant)
    wentDown()
  }

  @_noLocks
  mutating func wentDown() {
    announce(isUp: false)
    if settings.reconciliation != .none, !ports.control.isStopping,
      epoch.lineIsDown(moment.instant)
    {
      holdBack(.cancelOnly, .none, moment.instant)
    }
    if !table.sessionDown(now: moment.instant, into: &reports) { owesSessionDown = true }
  }

  @_noLocks
  mutating func announce(isUp: Bool) {
    if isUp == isSessionUp || reports.room == 0 { return }
    isSessionUp = isUp
    var report = Report(kind: .session, instrument: .none)
    report.detail = isUp ? 1 : 0
    report.receivedAt = moment.instant
    reports.append(report)
  }

  /// Keeps a currency's cash and shows it. `time`: the exchange's, 0 where it named none.
  @_noLocks
  mutating func hold(
    _ cash: Amount, of currency: CurrencyID, asOf time: WallMilliseconds, _ now: Instant
  ) {
    let at = Int(currency.index)
    if at >= instruments.currencyCount { return }
    if unsafe time.milliseconds > 0 && time < balances[at].time { return }
    unsafe balances[at] = CashBalance(isKnown: true, cash: cash, time: time)
    ports.state.setBalance(
      at, BalanceRow(currency: instruments.currencyName(currency), total: cash, updatedAt: time))
    noteCash(cash, of: currency, now)
  }

  /// Closes the connection with 1001: the thread is about to stop.
  @_noLocks
  public mutating func close(_ given: Moment) {
    moment = ports.telemetry.settle(given)
    if successor.isConnected {
      successor.sayGoodbye(&hub)
      successor.release(.retire, .notice, &hub, now: moment.instant)
    }
    if !line.isConnected { return }
    line.sayGoodbye(&hub)
    release(.retire, .none)
  }
}
