// One round of readings: begun when it is due, merged when it is whole; control plane, pure.
import Account
import Channels
import Foundation
import Orders
import Pipeline
import Quantities

extension Reconciliation {
  /// Begins a round where one is wanted and none is under way.
  mutating func begin(_ moment: Moment) {
    let now = moment.instant
    if !hasBegun || round != nil || now < notBefore { return }
    let isDue = now >= due
    if !needsWhole && !needsRound && !isDue { return }
    rounds += 1
    let isWhole = needsWhole || isDue
    round = Round(number: rounds, startedAt: now, epoch: epoch, isWhole: isWhole)
    round?.balancesAsOf = exchangeTime
    needsWhole = false
    needsRound = false
    if isWhole { due = now.advanced(byNanoseconds: Reconciliation.periodNanoseconds) }
    actions.append(.ask(.pending, round: rounds))
    let read = cursor.flatMap { $0.billID == 0 ? nil : $0.billID }
    actions.append(.ask(.fills(after: read, begin: fillsBegin), round: rounds))
    if isWhole { actions.append(.ask(.balances, round: rounds)) }
  }

  /// From when on fills are asked for, overlapping what was read. Where no reading is on record it is the journal's
  /// whole time: the newest fill on record says nothing of those before it that no push told.
  private var fillsBegin: WallMilliseconds {
    let known = cursor?.time ?? memory.began ?? begunAt
    return WallMilliseconds(
      milliseconds: max(0, known.milliseconds - Reconciliation.overlapMilliseconds))
  }

  /// Goes on with the round: positions after the fills, and the end when all is there.
  mutating func advance(_ moment: Moment) {
    guard var current = round, let pending = current.pending, let fills = current.fills else {
      return
    }
    if current.isWhole {
      guard let balances = current.balances else { return }
      if current.positionsAskedAt == .zero {
        // Their rows are told first: what positions hold is then among what was counted.
        merge(fills, moment)
        current.positionsAskedAt = moment.instant
        current.positionsAsOf = exchangeTime
        round = current
        actions.append(.ask(.positions, round: current.number))
        return
      }
      guard let positions = current.positions else { return }
      confirm(pending, current)
      take(balances, asOf: current.balancesAsOf)
      take(positions, asOf: current.positionsAsOf, askedAt: current.positionsAskedAt)
    } else {
      merge(fills, moment)
      confirm(pending, current)
    }
    finish(current, moment)
  }

  private mutating func finish(_ current: Round, _ moment: Moment) {
    round = nil
    failures = 0
    moveCursor()
    if let number = current.epoch, current.isWhole, number == epoch {
      actions.append(.tell(.epochRead(number)))
      epoch = nil
      // What filled meanwhile in isolated margin shows once REST cannot lag any more (`PositionWatch`).
      due = moment.instant.advanced(byNanoseconds: Reconciliation.afterEpochNanoseconds)
    }
    if awaited.isEmpty { return }
    needsRound = true
    notBefore = moment.instant.advanced(
      byNanoseconds: Reconciliation.confirmingPauseNanoseconds)
  }

  mutating func fail(_ reason: String, _ number: UInt64, _ moment: Moment) {
    guard let current = round, current.number == number else { return }
    round = nil
    failures += 1
    if current.isWhole { needsWhole = true } else { needsRound = true }
    let pause = min(
      Reconciliation.firstPauseNanoseconds << Int64(min(failures - 1, 10)),
      Reconciliation.longestPauseNanoseconds)
    notBefore = moment.instant.advanced(byNanoseconds: pause)
    say(.failed(reason, failures: failures))
  }

  // ---- What came ----

  /// New rows of `trade/fills`, each once: not what an earlier start has on record, nor what a round before this one told.
  private mutating func merge(_ stated: Stated<StatedFill>, _ moment: Moment) {
    tell(stated.odd)
    let isFirstEver = memory.began == nil && cursor == nil
    var last = FillCursor(billID: 0, time: begunAt)
    for row in stated.rows {
      var report = row.report
      hear(report.exchangeTime)
      if row.billID > last.billID {
        last = FillCursor(billID: row.billID, time: report.exchangeTime)
      }
      if bills[row.billID] != nil { continue }
      bills[row.billID] = report.exchangeTime
      // Nothing of ours was sent before the first reading: what it shows, positions hold.
      if isFirstEver || isOnRecord(report, row.billID) || isBeforeTheJournal(report) { continue }
      // The bill is the name of what names no trade: the next start knows it by that.
      if report.tradeID == 0 { report.tradeID = Reconciliation.name(bill: row.billID) }
      if row.isRounded { say(.rounded(report.instrument, bill: row.billID)) }
      actions.append(.tell(.fill(report)))
    }
    if isFirstEver { move(cursor: last) }
  }

  /// Negative, as no trade of an order book is: below every id of a liquidation (docs/OKX.md OKX-177).
  static func name(bill: UInt64) -> UInt64 { bill | 1 << 63 }

  /// Somebody else's fill that is older than the journal. Both clocks are within what a login allows of each other.
  private func isBeforeTheJournal(_ report: Report) -> Bool {
    guard cursor == nil, let began = memory.began else { return false }
    let isOurs = !report.clientOrder.isForeign && report.clientOrder.start > 0
    return !isOurs && report.exchangeTime < began
  }

  /// An earlier start has this trade on record: under its order, or under none where that was not known yet.
  private func isOnRecord(_ report: Report, _ bill: UInt64) -> Bool {
    var trade = JournalMemory.Trade(
      instrument: instruments[report.instrument].symbol,
      trade: report.tradeID == 0 ? Reconciliation.name(bill: bill) : report.tradeID,
      order: report.exchangeOrder.rawValue)
    if memory.trades.contains(trade) { return true }
    trade.order = 0
    return memory.trades.contains(trade)
  }

  /// Orders at work are told, ends that pending orders do not contradict are confirmed.
  private mutating func confirm(_ stated: Stated<OrderUpdate>, _ current: Round) {
    tell(stated.odd)
    var working: Set<ClientOrderID> = []
    for row in stated.rows {
      hear(row.exchangeTime)
      let client =
        row.clientOrder == .none
        ? ClientOrderID(foreign: row.exchangeOrder) : row.clientOrder
      working.insert(client)
      if var held = awaited[client] {
        held.answer.kind = .found
        held.answer.update = row
        awaited[client] = nil
        actions.append(.tell(.answer(held.answer)))
      } else if let filled = memory.ended.take(client.rawValue)?.lots {
        // REST lags, or the end on record was none: asked about, with what is on record of it counted.
        var update = row
        update.cumulativeFilled = Quantity(lots: filled)
        actions.append(.tell(.unproven(update)))
      } else {
        actions.append(.tell(.workingOrder(row)))
      }
    }
    if stated.odd.allSatisfy({ $0.isCounted || $0.reason.isForeign }) {
      actions.append(.tell(.pendingRead(askedAt: current.startedAt)))
    }
    // A row of it that is not understood speaks against its end as well: the order is asked about again.
    for row in stated.odd where !working.contains(row.clientOrder) {
      guard var held = awaited.removeValue(forKey: row.clientOrder) else { continue }
      held.answer.kind = .failed
      actions.append(.tell(.answer(held.answer)))
    }
    let confirmed = awaited.filter {
      $0.value.since <= current.startedAt && !working.contains($0.key)
    }
    for (client, held) in confirmed.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      awaited[client] = nil
      actions.append(.tell(.answer(held.answer)))
    }
  }

  /// Rows of `account/balance`, which leaves out currencies that are zero (docs/OKX.md OKX-151).
  private mutating func take(_ stated: Stated<StatedBalance>, asOf heard: WallMilliseconds) {
    tell(stated.odd)
    let named = Set(stated.rows.map(\.currency))
    // A push that came while they were read, or shortly before, is newer than what is left out.
    let zeroAsOf = WallMilliseconds(
      milliseconds: max(1, heard.milliseconds - Reconciliation.lagMilliseconds))
    for index in 0..<instruments.currencyCount where stated.odd.isEmpty {
      let currency = CurrencyID(index: UInt16(index))
      if named.contains(currency) { continue }
      actions.append(
        .tell(.balance(currency: currency, cash: .zero, exchangeTime: zeroAsOf)))
    }
    for row in stated.rows {
      hear(row.exchangeTime)
      if !isReady { actions.append(.record(row)) }
      actions.append(
        .tell(
          .balance(currency: row.currency, cash: row.cash, exchangeTime: row.exchangeTime)))
    }
  }

  /// Rows of `account/positions`; a derivative that has none is flat.
  private mutating func take(
    _ stated: Stated<StatedPosition>, asOf heard: WallMilliseconds, askedAt: Instant
  ) {
    tell(stated.odd)
    // A row of somebody else's business says nothing of the net position beside it.
    var named = Set(stated.odd.filter { !$0.reason.isForeign }.map(\.instrument))
    for row in stated.rows {
      hear(row.exchangeTime)
      named.insert(row.instrument)
      actions.append(
        .tell(
          .position(
            instrument: row.instrument,
            StatedFigure(
              lots: row.quantity.lots, tradeID: row.tradeID, time: row.exchangeTime,
              askedAt: askedAt),
            averagePrice: row.averagePrice)))
    }
    for index in 0..<instruments.count {
      let id = InstrumentID(index: UInt16(index))
      let type = instruments[id].type
      guard type == .swap || type == .futures, !named.contains(id) else { continue }
      // As of the latest thing heard when it was asked: what fills after that is newer than this.
      actions.append(
        .tell(
          .position(
            instrument: id,
            StatedFigure(lots: 0, tradeID: 0, time: heard, askedAt: askedAt),
            averagePrice: .none)))
    }
  }

  /// To the newest bill that is old enough to have no late one before it.
  private mutating func moveCursor() {
    let old = exchangeTime.milliseconds - Reconciliation.overlapMilliseconds
    // An id that nothing was written after may be no id at all.
    let top = bills.keys.max() ?? 0
    let settled = bills.filter { $0.value.milliseconds <= old && $0.key < top }
    guard let newest = settled.max(by: { $0.key < $1.key }) else { return }
    let next = FillCursor(billID: newest.key, time: newest.value)
    if let cursor, cursor.billID >= next.billID { return }
    move(cursor: next)
    for bill in settled.keys { bills[bill] = nil }
  }

  private mutating func move(cursor next: FillCursor) {
    cursor = next
    actions.append(.tell(.cursor(next)))
  }

  /// Each row that is not understood is named once, as far as a start can remember.
  private mutating func tell(_ odd: [OddRow]) {
    if toldOdd.count > Reconciliation.oddRowsRemembered { toldOdd = [] }
    for row in odd where toldOdd.insert(row.description).inserted { say(.odd(row)) }
  }
}
