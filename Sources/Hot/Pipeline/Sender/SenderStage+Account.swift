// The Sender's side of reconciliation: the epoch's hold, what REST says, figures compared; hot plane.

import Channels
import Journal
import Orders
import Quantities

extension SenderStage {
  /// The private line is acknowledged: an epoch begins.
  @_noLocks
  mutating func lineIsUp(_ now: Instant) {
    let number = epoch.lineIsUp(now)
    // Nothing of it waits for the next housekeeping.
    nextHousekeeping = now
    switch settings.reconciliation {
    case .none: break
    case .acknowledgements: epoch.read(number)
    case .rest: owesEpoch = true
    }
  }

  /// What the `reconcile` source asks: the Sender's own, shown on the board. It cancels nothing by itself.
  @_noLocks
  mutating func holdBack(_ state: TradingState, _ id: InstrumentID, _ now: Instant) {
    if states.request(.reconcile, id) == state { return }
    guard let change = states.set(.reconcile, to: state, id) else { return }
    ports.board.request(state, by: .reconcile, for: id)
    if change.isChange && reports.room > 0 { reports.append(change.report(at: now)) }
  }

  /// Once a housekeeping turn: the epoch's deadlines, and one instrument's figures.
  @_noLocks
  mutating func keepAccount(_ now: Instant) {
    if settings.reconciliation == .none { return }
    if owesEpoch && ports.queries.hasRoom(for: 1) {
      var question = AccountQuestion(.epoch)
      question.epoch = epoch.number
      _ = ports.queries.push(question)
      owesEpoch = false
    }
    if epoch.mustCancel(now) { table.requestCancels(.none) }
    if epoch.isHolding && epoch.isRead && reports.count == 0
      && epoch.close(unanswered: table.unanswered(since: epoch.openedAt))
    {
      holdBack(.active, .none, now)
      owesClosed = true
    }
    if owesClosed && ports.queries.hasRoom(for: 1) {
      owesClosed = false
      var question = AccountQuestion(.closed)
      question.epoch = epoch.number
      _ = ports.queries.push(question)
    }
    if reports.count == 0 && instruments.count > 0 { compare(now) }
  }

  @_noLocks
  mutating func compare(_ now: Instant) {
    if watchCursor >= instruments.count { watchCursor = 0 }
    let id = InstrumentID(index: UInt16(truncatingIfNeeded: watchCursor))
    watchCursor &+= 1
    let lots = positions.quantity(id).lots
    if instruments[id].type == .spot {
      let open = table.openOrders(id).openOrders
      let settled = holdings.settled(
        id, lots: lots, openOrders: open, fees: baseFees(id), now: now)
      if let settled { take(id, lots: settled, was: lots, settled == 0 ? .dust : .repaired, now) }
      if holdings.needsBalance(id, lots: lots, now: now) {
        tell(.reading, id, counted: 0, stated: 0)
      }
      return
    }
    if !ports.queries.hasRoom(for: 1) { return }
    if watch.needsWord(id, now: now) {
      tell(.reading, id, counted: lots, stated: 0)
      return
    }
    if let difference = watch.check(id, lots: lots, now: now) {
      tell(.difference, id, counted: difference.counted.lots, stated: difference.stated.lots)
      holdBack(.reduceOnly, id, now)
    } else if states.request(.reconcile, id) != .active && !watch.isDifferent(id) {
      holdBack(.active, id, now)
    }
    if watch.needsReading(id, lots: lots, now: now) { tell(.reading, id, counted: 0, stated: 0) }
  }

  /// Lots that fees in the base coin took so far, rounded up.
  @_noLocks
  func baseFees(_ id: InstrumentID) -> Int64 {
    let item = instruments[id]
    let paid = positions.fees(item.base)
    if paid.units >= 0 { return 0 }
    let whole = SpotHoldings.lots(Amount(units: 0 &- paid.units, decimals: paid.decimals), item.lot)
    return (whole ?? 0) &+ 1
  }

  @_noLocks
  mutating func tell(
    _ kind: AccountQuestion.Kind, _ id: InstrumentID, counted: Int64, stated: Int64
  ) {
    var question = AccountQuestion(kind)
    question.instrument = id
    question.counted = counted
    question.stated = stated
    if !ports.queries.push(question) { counters.ringFull &+= 1 }
  }

  /// A fill was counted: it may be one that the exchange's word, taken before, holds already.
  @_noLocks
  mutating func noteFill(_ report: Report) {
    if holdings.note(fill: report) { showSellable(report.instrument, report.receivedAt) }
    let isIn = watch.isContained(report)
    watch.note(fill: report)
    if isIn { repair(report.instrument, .none, report.receivedAt) }
  }

  /// Takes the exchange's word for an instrument, as of its own moment, with the fills since.
  @_noLocks
  mutating func repair(_ id: InstrumentID, _ average: Price, _ now: Instant) {
    let lots = positions.quantity(id).lots
    guard let repaired = watch.repaired(id, lots: lots) else { return }
    if repaired != lots {
      // Not on record: the difference stands, and so does its hold.
      guard take(id, lots: repaired, was: lots, .repaired, average: average, now) else { return }
      watch.settle(id)
    }
    if states.request(.reconcile, id) != .active { holdBack(.active, id, now) }
  }

  /// Replaces a position: on record with both figures first. False, and nothing changed, where there is no room for that.
  @discardableResult
  @_noLocks
  mutating func take(
    _ id: InstrumentID, lots: Int64, was before: Int64, _ kind: AccountQuestion.Kind,
    average: Price = .none, _ now: Instant
  ) -> Bool {
    let record = PositionRecord(
      instrument: id, position: Quantity(lots: lots), before: Quantity(lots: before),
      exchangeTime: moment.exchange, isReconciled: true)
    if reports.room == 0 || ports.telemetry.record(position: record, at: now) == nil {
      return false
    }
    _ = positions.adopt(id, position: Quantity(lots: lots), averagePrice: average)
    var report = positions.report(id, now: now)
    report.detail = epoch.isStarting ? 0 : 1
    reports.append(report)
    tell(kind, id, counted: before, stated: lots)
    return true
  }

  /// What can be sold of a pair changed with its base coin's balance.
  @_noLocks
  mutating func noteCash(_ cash: Amount, of currency: CurrencyID, _ now: Instant) {
    var index = 0
    while index < instruments.count {
      let id = InstrumentID(index: UInt16(truncatingIfNeeded: index))
      index &+= 1
      if holdings.note(cash, of: currency, for: id, now: now) { showSellable(id, now) }
    }
  }

  @_noLocks
  mutating func showSellable(_ id: InstrumentID, _ now: Instant) {
    guard reports.room > 0, let lots = holdings.sellable(id) else { return }
    var report = Report(kind: .sellable, instrument: id)
    report.quantity = Quantity(lots: lots)
    report.receivedAt = now
    reports.append(report)
  }

  /// What Account says, in the order in which it was read; each finds all that came before it counted.
  @_noLocks
  mutating func takeAccount(_ now: Instant) -> Int {
    var taken = 0
    while reports.count == 0, let entry = unsafe ports.account.peek() {
      if entry.count >= MemoryLayout<AccountMessage>.size, let base = entry.baseAddress {
        take(unsafe base.loadUnaligned(as: AccountMessage.self), now)
      }
      ports.account.release()
      taken &+= 1
    }
    return taken
  }

  @_noLocks
  mutating func take(_ message: AccountMessage, _ now: Instant) {
    switch message {
    case .answer(let answer): _ = table.answer(answer, now: now, into: &reports)
    case .fill(let row):
      if table.merge(row, now: now, into: &reports) == .unmatched {
        meetStranger(row.clientOrder, row.exchangeOrder, row.instrument, row.lastQuantity)
      }
    case .recorded(let id, let quantity):
      // Fills may have been pushed before: they are not in it.
      let (lots, overflow) = quantity.lots.addingReportingOverflow(positions.quantity(id).lots)
      if overflow {
        count(.numberRange, of: id)
      } else {
        _ = positions.adopt(id, position: Quantity(lots: lots))
        reports.append(positions.report(id, now: now))
      }
    case .position(let id, let stated, let average):
      let wasAwaited = watch.awaitsWord(id)
      let isTaken = watch.note(stated, of: id) && (epoch.isHolding || watch.isDifferent(id))
      // A refused reduction waits for it: the next one is sized by it.
      if isTaken || (wasAwaited && !watch.awaitsWord(id)) { repair(id, average, now) }
      holdAverage(id, stated, average)
    case .workingOrder(let update):
      if table.adopt(update, into: &reports) {
        _ = meet(update)
      } else {
        _ = table.observe(update, into: &reports)
      }
    case .pendingRead(let askedAt): table.questionUnlisted(askedAt: askedAt, now: now)
    case .unproven(let update):
      if table.adoptUnproven(update, now: now, into: &reports) {
        table.requestCancel(of: update.clientOrder)
      }
    case .balance(let currency, let cash, let time): hold(cash, of: currency, asOf: time, now)
    case .cursor(let cursor): _ = ports.telemetry.record(cursor: cursor, at: now)
    case .epochRead(let number):
      epoch.read(number)
      nextHousekeeping = now
    case .changed(let number): change(number, now)
    }
  }

  /// An order that this run did not place was taken up: an earlier start's goes, somebody else's as the desk wants it.
  /// False where none was.
  @_noLocks
  mutating func meet(_ update: OrderUpdate) -> Bool {
    guard let order = table.adopted(update) else { return false }
    if !order.isForeign {
      table.requestCancel(of: order.clientOrder)
      return true
    }
    tellForeign(order.exchangeOrder, order.instrument, order.quantity)
    switch settings.onForeignOrders {
    case .ignore: break
    case .adopt: table.own(order.clientOrder)
    case .cancel: table.requestCancel(of: order.clientOrder)
    case .halt: _ = ports.board.tighten(to: .halted, by: .breaker, for: .none)
    }
    return true
  }

  /// Somebody else's order that is not held: it filled at once, or REST alone tells of it.
  @_noLocks
  mutating func meetStranger(
    _ client: ClientOrderID, _ order: ExchangeOrderID, _ instrument: InstrumentID,
    _ lots: Quantity
  ) {
    if lots.lots <= 0 || !table.isNewStranger(client, order) { return }
    tellForeign(order, instrument, lots)
    if settings.onForeignOrders == .halt {
      _ = ports.board.tighten(to: .halted, by: .breaker, for: .none)
    }
  }

  @_noLocks
  mutating func tellForeign(
    _ order: ExchangeOrderID, _ instrument: InstrumentID, _ lots: Quantity
  ) {
    if !ports.queries.hasRoom(for: 1) { return }
    var question = AccountQuestion(.foreign)
    question.instrument = instrument
    question.query.exchangeOrder = order
    question.counted = lots.lots
    _ = ports.queries.push(question)
  }
}
