// One random history of a desk and its exchange: what is said gets lost, comes twice, late or in another order, lines break,
// other people trade, and REST lags or fails; beside it the reconciliation machine, stepped by the same clock.

import Account
import Channels
import Core
import Foundation
import Market
import Matching
import Orders
import Pipeline
import Quantities
import StageBench

struct HistoryRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }
}

/// The desk's strategy buys one lot at each update of the book. Everything else is luck.
final class HistoryWalk {
  var desk: Desk
  var bench: StageBench { desk.bench }
  private var random: HistoryRandom
  private var machine: Reconciliation
  /// Readings under way: what was asked and when it is answered.
  private var readings: [(ask: Reconciliation.Ask, round: UInt64, due: Instant)] = []
  private var phoned: [UInt64] = []
  private var isCalm = false
  private(set) var isReady = false
  private var size: Int64 = 5_000

  init(seed: UInt64) throws {
    random = HistoryRandom(seed: seed)
    desk = try Desk {
      $0.sender.reconciliation = .rest
      $0.telemetryBytes = 1 << 18
      $0.marketTelemetryBytes = 1 << 18
    }
    machine = Reconciliation(
      instruments: desk.bench.instruments, memory: JournalMemory(), begunAt: desk.bench.now.wall)
    pass(1)
    settle(40)
  }

  // ---- Luck ----

  func step() {
    switch random.below(16) {
    case 0..<5: decide()
    case 5, 6: fillSome()
    case 7: phone()
    case 8: faultyWire()
    case 9: if random.below(6) == 0 { breakLine() }
    case 10:
      if random.below(3) == 0 { bench.stops.requestCancel(for: .none) }
    default: break
    }
    deliver()
    pass(Int64(random.below(400) + 1))
  }

  private func decide() {
    if random.below(12) == 0 { bench.venue.refusals = ["51008"] }
    size += 1
    bench.update(&desk.book, bids: [(1_000, size)])
    _ = bench.market?.deliver()
    bench.settle([.feed, .builder, .gate, .sender])
    if random.below(10) == 0 { bench.venue.losesRequests = true }
    bench.serve()
    bench.venue.losesRequests = false
  }

  /// Somebody sells into our bids, some of them.
  private func fillSome() {
    bench.update(&desk.book, asks: [(1_000, Int64(random.below(4) + 1))])
    bench.update(&desk.book, asks: [(1_000, 0)])
  }

  private func phone() {
    if random.below(2) == 0, let id = phoned.popLast() {
      bench.venue.cancelByPhone(id, instrument: 0, at: bench.wallNanoseconds, bench.account)
      return
    }
    let crosses = random.below(2) == 0
    let id = bench.venue.phone(
      .buy, instrument: 0, price: crosses ? "100.1" : "90", lots: "0.002",
      at: bench.wallNanoseconds, bench.account)
    if let id, !crosses { phoned.append(id) }
  }

  private func faultyWire() {
    switch random.below(4) {
    case 0: _ = bench.account?.drop(1)
    case 1: bench.account?.repeatNext(random.below(3))
    default: bench.account?.swapNext()
    }
  }

  /// The line is gone, with whatever was on it.
  private func breakLine() {
    bench.account?.hangUp()
    bench.settle()
    bench.collectReturns()
  }

  private func deliver() {
    if isCalm || random.below(3) > 0 { _ = bench.account?.deliver(random.below(4) + 1) }
    _ = bench.market?.deliver()
    bench.settle()
    bench.serve()
  }

  // ---- Time, and the account's side ----

  private func pass(_ milliseconds: Int64) {
    bench.advance(by: milliseconds * 1_000_000)
    bench.settle()
    bench.collectReturns()
    reconcile()
    bench.settle()
    bench.collect()
  }

  private func reconcile() {
    while let query = bench.nextQuery() { take(.question(AccountQuestion(query))) }
    for question in bench.takeQuestions() { take(.question(question)) }
    let due = readings.filter { $0.due <= bench.now.instant }
    readings.removeAll { $0.due <= bench.now.instant }
    for reading in due { take(answer(reading.ask, reading.round)) }
    take(.tick)
  }

  private func take(_ event: Reconciliation.Event) {
    for action in machine.take(event, at: bench.now) {
      switch action {
      case .ask(let ask, let round):
        let delay = isCalm ? 1 : Int64(random.below(600) + 1)
        readings.append(
          (ask, round, bench.now.instant.advanced(byNanoseconds: delay * 1_000_000)))
      case .tell(let message):
        while !bench.tellSender(message) { bench.settle(.sender) }
      case .ready: isReady = true
      case .record, .say: break
      }
    }
  }

  private func answer(_ ask: Reconciliation.Ask, _ round: UInt64) -> Reconciliation.Event {
    if !isCalm && random.below(12) == 0 {
      if case .order(let query) = ask { return .order(query, reading(query, .failed, nil)) }
      return .failed("HTTP 503", round: round)
    }
    switch ask {
    case .pending:
      var rows = Stated<PendingOrder>()
      rows.rows = bench.openOrders.map {
        PendingOrder(update: update($0), isForeignText: false, tag: "", category: "normal")
      }
      return .pending(rows, round: round)
    case .fills(let after, _):
      var rows = Stated<StatedFill>()
      rows.rows = bench.venue.engine.fills.filter { $0.billID > after ?? 0 }.map(row)
      return .fills(rows, round: round)
    case .balances:
      var rows = Stated<StatedBalance>()
      for (index, name) in ["AAA", "USDT"].enumerated() {
        guard let held = bench.venue.engine.balance(name) else { continue }
        rows.rows.append(
          StatedBalance(
            currency: CurrencyID(index: UInt16(index)), cash: held.cash,
            exchangeTime: WallMilliseconds(milliseconds: held.updatedAt)))
      }
      return .balances(rows, round: round)
    case .positions: return .positions(Stated(), round: round)
    case .order(let query):
      let held = bench.venue.engine.order(
        query.clientOrder.isForeign
          ? OrderSelector(orderID: query.exchangeOrder.rawValue, clientID: nil)
          : OrderSelector(clientID: String(query.clientOrder.rawValue)), instrument: 0)
      let kind: OrderAnswerKind = held == nil ? .notFound : .found
      return .order(query, reading(query, kind, held.map(update)))
    }
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
      state: state, instrument: InstrumentID(index: 0), side: order.side,
      clientOrder: ClientOrderID(rawValue: UInt64(order.clientID) ?? 0))
    update.exchangeOrder = ExchangeOrderID(rawValue: order.id)
    update.price = order.price
    update.quantity = order.quantity
    update.cumulativeFilled = order.filled
    update.averagePrice = order.price
    update.exchangeTime = WallMilliseconds(milliseconds: order.updatedAt)
    update.receivedAt = bench.now.instant
    return update
  }

  private func row(_ fill: FillRecord) -> StatedFill {
    var report = Report(kind: .fill, instrument: InstrumentID(index: 0), side: fill.side)
    report.clientOrder = ClientOrderID(rawValue: UInt64(fill.clientID) ?? 0)
    report.exchangeOrder = ExchangeOrderID(rawValue: fill.orderID)
    report.lastQuantity = fill.quantity
    report.lastPrice = fill.price
    report.tradeID = UInt64(bitPattern: fill.tradeID)
    report.exchangeTime = WallMilliseconds(milliseconds: fill.time)
    report.isReconciled = true
    return StatedFill(billID: fill.billID, report: report, isRounded: false)
  }

  // ---- The end ----

  /// Luck is over: what waits is delivered, and time passes until nothing is left to ask.
  func calm() {
    isCalm = true
    bench.control.setMuted(true)
    if bench.account?.isOpen != true { bench.connectAccount() }
    for id in phoned {
      bench.venue.cancelByPhone(id, instrument: 0, at: bench.wallNanoseconds, bench.account)
    }
    bench.stops.requestCancel(for: .none)
    settle(400)
  }

  func settle(_ rounds: Int) {
    for _ in 0..<rounds {
      bench.run()
      pass(200)
    }
  }
}
