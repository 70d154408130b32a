// The account's side of a history: the reconciliation machine's shell, and REST as the venue would answer it.

import Account
import Channels
import Core
import Market
import Matching
import OKX
import Orders
import Pipeline
import Quantities
import StageBench

struct HistoryReading {
  var ask: Reconciliation.Ask
  var round: UInt64
  var due: Instant
  /// Answered from what stood when it was asked; nil: from what stands when it is answered.
  var answer: Reconciliation.Event?
}

extension HistoryWalk {
  private static let lagMilliseconds = 500

  /// The present is kept for a while as REST's.
  func remember() {
    let now = bench.now.instant
    past.append((now, bench.venue.engine))
    let lag = Int64(HistoryWalk.lagMilliseconds) * 1_000_000
    past.removeAll { now.since($0.at) > lag }
  }

  /// What REST answers from.
  private var engine: MatchingEngine {
    isCalm || random.isOne(in: 2) ? bench.venue.engine : past[random.below(past.count)].engine
  }

  func reconcile() {
    while let query = bench.nextQuery() { take(.question(AccountQuestion(query))) }
    for question in bench.takeQuestions() { take(.question(question)) }
    let due = readings.filter { $0.due <= bench.now.instant }
    readings.removeAll { $0.due <= bench.now.instant }
    for reading in due { take(reading.answer ?? answer(reading.ask, reading.round)) }
    take(.tick)
  }

  func take(_ event: Reconciliation.Event) {
    for action in machine.take(event, at: bench.now) {
      switch action {
      case .ask(let ask, let round):
        let delay = isCalm ? 1 : Int64(random.below(600) + 1)
        readings.append(
          HistoryReading(
            ask: ask, round: round,
            due: bench.now.instant.advanced(byNanoseconds: delay * 1_000_000),
            answer: random.isOne(in: 2) ? answer(ask, round) : nil))
      case .tell(let message):
        while !bench.tellSender(message) { bench.settle(.sender) }
      case .ready: isReady = true
      case .record, .say: break
      }
    }
  }

  private func answer(_ ask: Reconciliation.Ask, _ round: UInt64) -> Reconciliation.Event {
    if !isCalm && random.isOne(in: 12) {
      if case .order(let query) = ask { return .order(query, reading(query, .failed, nil)) }
      return .failed("HTTP 503", round: round)
    }
    let engine = engine
    switch ask {
    case .pending:
      var rows = Stated<OrderUpdate>()
      // A row of isolated margin is odd, and named.
      rows.rows = engine.openOrders.filter { $0.tradeMode != "isolated" }.map(update)
      return .pending(rows, round: round)
    case .fills(let after, let begin):
      var rows = Stated<StatedFill>()
      rows.rows = engine.fills.filter {
        $0.billID > after ?? 0 && $0.time >= begin.milliseconds
      }.map(row)
      return .fills(rows, round: round)
    case .balances: return .balances(balances(engine), round: round)
    case .positions: return .positions(positions(engine), round: round)
    case .order(let query):
      let held = engine.order(
        query.clientOrder.isForeign
          ? OrderSelector(orderID: query.exchangeOrder.rawValue, clientID: nil)
          : OrderSelector(clientID: String(query.clientOrder.rawValue)),
        instrument: Int(query.instrument.index))
      let kind: OrderAnswerKind = held == nil ? .notFound : .found
      return .order(query, reading(query, kind, held.map(update)))
    }
  }

  private func balances(_ engine: MatchingEngine) -> Stated<StatedBalance> {
    var rows = Stated<StatedBalance>()
    for index in 0..<bench.instruments.currencyCount {
      let id = CurrencyID(index: UInt16(index))
      // What is zero is left out (docs/OKX.md OKX-151).
      guard let held = engine.balance("\(bench.instruments.currencyName(id))"), held.cash.units != 0
      else { continue }
      rows.rows.append(
        StatedBalance(
          currency: id, cash: held.cash,
          exchangeTime: WallMilliseconds(milliseconds: held.updatedAt)))
    }
    return rows
  }

  private func positions(_ engine: MatchingEngine) -> Stated<StatedPosition> {
    var rows = Stated<StatedPosition>()
    for held in engine.positions
    where held.instrument == 1 && held.position.lots != 0 && !held.isIsolated {
      rows.rows.append(
        StatedPosition(
          instrument: InstrumentID(index: 1),
          quantity: Quantity(lots: held.position.lots * factor(1)), averagePrice: .none,
          tradeID: UInt64(bitPattern: held.lastTrade),
          exchangeTime: WallMilliseconds(milliseconds: held.updatedAt)))
    }
    return rows
  }

  private func reading(_ query: OrderQuery, _ kind: OrderAnswerKind, _ update: OrderUpdate?)
    -> OrderReading
  {
    OrderReading(
      answer: OrderAnswer(
        kind: kind, clientOrder: query.clientOrder, askedAt: query.askedAt,
        update: update
          ?? OrderUpdate(
            state: .live, instrument: query.instrument, side: .buy,
            clientOrder: query.clientOrder)))
  }

  private func update(_ order: VenueOrder) -> OrderUpdate {
    let state: ExchangeOrderState =
      switch order.state {
      case .live: .live
      case .partiallyFilled: .partiallyFilled
      case .filled: .filled
      case .canceled: .cancelled
      }
    var update = OrderUpdate(
      state: state, instrument: InstrumentID(index: UInt16(order.instrument)), side: order.side,
      clientOrder: ClientOrderID(rawValue: UInt64(order.clientID) ?? 0))
    update.exchangeOrder = ExchangeOrderID(rawValue: order.id)
    update.hasOurTag = order.tag == "\(OrderEncoder.tag)"
    let (lots, ticks) = (factor(order.instrument), ticks(order.instrument))
    update.price = order.price.isNone ? order.price : Price(ticks: order.price.ticks * ticks)
    update.quantity = Quantity(lots: order.quantity.lots * lots)
    update.cumulativeFilled = Quantity(lots: order.filled.lots * lots)
    update.averagePrice = update.price
    update.exchangeTime = WallMilliseconds(milliseconds: order.updatedAt)
    update.receivedAt = bench.now.instant
    return update
  }

  private func row(_ fill: FillRecord) -> StatedFill {
    var report = Report(
      kind: .fill, instrument: InstrumentID(index: UInt16(fill.instrument)), side: fill.side)
    report.clientOrder = ClientOrderID(rawValue: UInt64(fill.clientID) ?? 0)
    report.exchangeOrder = ExchangeOrderID(rawValue: fill.orderID)
    report.lastQuantity = Quantity(lots: fill.quantity.lots * factor(fill.instrument))
    report.lastPrice = Price(ticks: fill.price.ticks * ticks(fill.instrument))
    report.tradeID = UInt64(bitPattern: fill.tradeID)
    report.exchangeTime = WallMilliseconds(milliseconds: fill.time)
    report.isReconciled = true
    return StatedFill(billID: fill.billID, report: report, isRounded: false)
  }
}
