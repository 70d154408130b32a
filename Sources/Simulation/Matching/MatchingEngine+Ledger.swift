// What moves money beside the account's own orders, and a bill for all that moves it; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// Books what a fill brings and costs: the balances and their bills.
  mutating func book(_ fill: FillRecord, worth: Amount) {
    let specification = catalogue[fill.instrument]
    let size = Amount(specification.decimal(quantity: fill.quantity))
    let kind = BillKind(fill)
    func fee(in currency: String) -> Amount { fill.feeCurrency == currency ? fill.fee : .zero }
    func bill(_ currency: String, _ size: Amount, _ change: Amount) -> BillRecord {
      BillRecord(
        id: 0, kind: kind, currency: currency, change: change, balance: .zero,
        instrument: fill.instrument, size: size, price: fill.price, profit: fill.profit,
        fee: fee(in: currency), fill: fill, time: fill.time)
    }
    if specification.type == .spot {
      let isBuy = fill.side == .buy
      let (base, quote) = (specification.base, fill.paidIn)
      let (coins, money) = isBuy ? (size, worth.negated) : (size.negated, worth)
      write(bill(base, size, coins + fee(in: base)))
      write(bill(quote, worth, money + fee(in: quote)))
    } else {
      write(bill(specification.settlement, size, fill.profit + fill.fee))
    }
  }

  /// Changes the balance that the bill is of, and keeps the bill.
  private mutating func write(_ bill: BillRecord) {
    var bill = bill
    credit(bill.currency, bill.change)
    bill.id = nextBill
    bill.balance = cash[bill.currency]?.cash ?? .zero
    nextBill += 1
    bills.append(bill)
    if bills.count > settings.historyMax { bills.removeFirst(max(1, settings.historyMax / 4)) }
  }

  // MARK: - What the system does

  /// The system reduces a position at the mark: by a liquidation, after the instrument's orders are cancelled, or
  /// by ADL. `lots` nil: all of it. The order keeps `rest` of them, at least one is filled: the next call goes on with
  /// it. Not `isTold`: no order is reported, as the older guide says (docs/OKX.md OKX-115). False where there is no
  /// position or no mark.
  public mutating func reduce(
    _ instrument: Int, by lots: Int64?, leaving rest: Int64 = 0, isAutoDeleveraging: Bool,
    isTold: Bool, at now: Int64, into events: inout [EngineEvent]
  ) -> Bool {
    advance(to: now, into: &events)
    let before = position(instrument).position.lots
    if let order = reducing.removeValue(forKey: instrument) {
      let left = min(abs(before), order.remaining.lots)
      if left > 0 && (before > 0) == (order.side == .sell) {
        fill(order, left, leaving: rest, isTold: isTold, at: now, into: &events)
        return true
      }
      // Somebody closed the position meanwhile.
      finish(order, source: "2", at: now, into: &events)
      closeBatch(at: now, into: &events)
    }
    let mark = mark(instrument)
    let taken = min(abs(before), lots ?? .max)
    if taken <= 0 || mark.isNone || catalogue[instrument].type == .spot { return false }
    let isWhole = taken == abs(before)
    if !isAutoDeleveraging {
      for order in open[instrument] where !order.isInTransit {
        if let order = take(order.id) { finish(order, source: "2", at: now, into: &events) }
      }
    }
    var order = VenueOrder(
      id: nextOrder, clientID: "", tag: "", instrument: instrument,
      side: before > 0 ? .sell : .buy, type: .limit, tradeMode: "cross", reduceOnly: true,
      selfTradePrevention: .cancelMaker, price: mark, quantity: Quantity(lots: taken),
      createdAt: now / 1_000_000, updatedAt: now / 1_000_000)
    nextOrder += 8
    order.category =
      isAutoDeleveraging ? .autoDeleveraging : isWhole ? .fullLiquidation : .partialLiquidation
    fill(order, taken, leaving: rest, isTold: isTold, at: now, into: &events)
    return true
  }

  /// Fills `lots` but `rest` of an order of the system's.
  private mutating func fill(
    _ order: VenueOrder, _ lots: Int64, leaving rest: Int64, isTold: Bool, at now: Int64,
    into events: inout [EngineEvent]
  ) {
    var order = order
    var told: [EngineEvent] = []
    let taken = Quantity(lots: max(1, lots - rest))
    fill(&order, taken, at: order.price, isTaker: true, now: now, into: &told)
    if isTold { events += told }
    if taken.lots < lots {
      reducing[order.instrument] = order
    } else if order.remaining.lots > 0 {
      finish(order, source: "2", at: now, into: &events)
    } else {
      close(order, reporting: false, into: &events)
    }
    closeBatch(at: now, into: &events)
  }

  /// A funding charge at the mark: longs pay a positive `rate`, shorts receive it. False without a position.
  public mutating func fund(
    _ instrument: Int, rate: DecimalNumber, at now: Int64, into events: inout [EngineEvent]
  ) -> Bool {
    advance(to: now, into: &events)
    var position = position(instrument)
    let mark = mark(instrument)
    let lots = position.position.lots
    guard lots != 0, catalogue[instrument].type != .spot, !mark.isNone,
      let worth = value(instrument, mark, lots: abs(lots)),
      let share = try? worth.multiplied(by: rate)
    else { return false }
    let cut = share.truncated(to: MatchingEngine.feeDecimalsMax).normalized
    let amount = lots > 0 ? cut.negated : cut
    position.funding = position.funding + amount
    change(
      position, by: amount, kind: .funding(isPaid: amount.units < 0), price: mark, at: now,
      into: &events)
    return true
  }

  /// A settlement at `price`, or the mark: what is unrealised is paid and the average moves to that price.
  public mutating func settle(
    _ instrument: Int, price: Price?, at now: Int64, into events: inout [EngineEvent]
  ) -> Bool {
    advance(to: now, into: &events)
    var position = position(instrument)
    let price = price ?? mark(instrument)
    let lots = position.position.lots
    guard lots != 0, catalogue[instrument].type != .spot, !price.isNone,
      let profit = position.unrealised(catalogue[instrument], price),
      let cost = value(instrument, price, lots: abs(lots))
    else { return false }
    position.openCost = lots > 0 ? cost : cost.negated
    position.settled = position.settled + profit
    setMargin(of: &position)
    change(position, by: profit, kind: .settlement, price: price, at: now, into: &events)
    return true
  }

  /// The contract ends: its position is closed at the mark. Nothing without one, or without a mark.
  public mutating func deliver(
    _ instrument: Int, at now: Int64, into events: inout [EngineEvent]
  ) {
    advance(to: now, into: &events)
    var position = position(instrument)
    let mark = mark(instrument)
    guard position.position.lots != 0, !mark.isNone,
      let profit = position.unrealised(catalogue[instrument], mark)
    else { return }
    let isLong = position.position.lots > 0
    position.position = .zero
    position.openCost = .zero
    position.realised = position.realised + profit
    setMargin(of: &position)
    change(
      position, by: profit, kind: .delivery(isLong: isLong), price: mark, at: now, into: &events)
  }

  private mutating func change(
    _ position: VenuePosition, by amount: Amount, kind: BillKind, price: Price, at now: Int64,
    into events: inout [EngineEvent]
  ) {
    var position = position
    let specification = catalogue[position.instrument]
    let lots = Quantity(lots: abs(position.position.lots))
    position.updatedAt = now / 1_000_000
    keep(position)
    write(
      BillRecord(
        id: 0, kind: kind, currency: specification.settlement, change: amount, balance: .zero,
        instrument: position.instrument, size: Amount(specification.decimal(quantity: lots)),
        price: price, profit: amount, time: now / 1_000_000))
    closeBatch(at: now, into: &events)
  }

  /// Money from or, where `amount` is negative, to the funding account.
  public mutating func transfer(
    _ currency: String, _ amount: Amount, at now: Int64, into events: inout [EngineEvent]
  ) {
    advance(to: now, into: &events)
    write(
      BillRecord(
        id: 0, kind: .transfer(isIn: amount.units >= 0), currency: currency, change: amount,
        balance: .zero, size: amount.magnitude, time: now / 1_000_000))
    closeBatch(at: now, into: &events)
  }
}
