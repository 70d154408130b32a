// The reconciliation machine, its clock, and what it wanted so far.

import Account
import Channels
import Core
import Orders
import Pipeline
import Quantities
import Testing

private func symbol(_ text: String) -> Symbol { Symbol(text)! }

private func table() -> InstrumentTable {
  func one(_ name: String, _ type: InstrumentType) -> Instrument {
    var item = Instrument(
      id: .none, symbol: symbol(name), type: type,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
    item.isTradable = true
    item.contract = type == .spot ? .none : .linear
    return item
  }
  return InstrumentTable(
    [one("BTC-USDT", .spot), one("ETH-USDT-SWAP", .swap), one("BTC-USDT-SWAP", .swap)],
    currencies: [symbol("BTC"), symbol("USDT")])
}

let reconciledSwap = InstrumentID(index: 1)
let reconciliationBegun: Int64 = 1_000_000_000

/// A machine, its clock, and what it wanted so far.
struct Stepped {
  var machine: Reconciliation
  var now = Moment(
    Instant(nanoseconds: 5_000_000_000),
    ClockOffsets(boot: 0, wall: reconciliationBegun * 1_000_000 - 5_000_000_000))
  var asks: [(Reconciliation.Ask, round: UInt64)] = []
  var told: [AccountMessage] = []
  var notes = 0
  /// How often each order could not be asked about, as it was said.
  var unanswered: [Int] = []
  var isReady = false

  init(_ memory: JournalMemory = JournalMemory()) {
    machine = Reconciliation(
      instruments: table(), memory: memory,
      begunAt: WallMilliseconds(milliseconds: reconciliationBegun))
  }

  mutating func take(_ event: Reconciliation.Event) {
    for action in machine.take(event, at: now) {
      switch action {
      case .ask(let ask, let round): asks.append((ask, round: round))
      case .tell(let message): told.append(message)
      case .say(let note):
        notes += 1
        if case .unanswered(_, _, let times) = note { unanswered.append(times) }
      case .ready: isReady = true
      case .record: break
      }
    }
  }

  mutating func pass(_ milliseconds: Int64) {
    now.instant = now.instant.advanced(byNanoseconds: milliseconds * 1_000_000)
    take(.tick)
  }

  /// `trade/fills` was read once, and held none.
  mutating func readNothing() {
    open(100)
    answer()
    told = []
  }

  mutating func open(_ epoch: UInt32) {
    var question = AccountQuestion(.epoch)
    question.epoch = epoch
    take(.question(question))
  }

  /// Answers what was asked for in a round, with nothing where nothing is given.
  mutating func answer(
    pending: [OrderUpdate] = [], fills: [StatedFill] = [], positions: [StatedPosition] = [],
    odd: [OddRow] = []
  ) {
    while !asks.isEmpty {
      let (ask, round) = asks.removeFirst()
      switch ask {
      case .pending:
        var rows = Stated<OrderUpdate>()
        rows.rows = pending
        take(.pending(rows, round: round))
      case .fills:
        var rows = Stated<StatedFill>()
        rows.rows = fills
        take(.fills(rows, round: round))
      case .balances: take(.balances(Stated(), round: round))
      case .positions:
        var rows = Stated<StatedPosition>()
        rows.rows = positions
        rows.odd = odd
        take(.positions(rows, round: round))
      case .order: Issue.record("an order is answered by name")
      }
    }
  }

  mutating func answer(_ query: OrderQuery, _ kind: OrderAnswerKind, _ update: OrderUpdate? = nil) {
    asks.removeAll { if case .order = $0.0 { true } else { false } }
    take(
      .order(
        query,
        OrderReading(
          answer: OrderAnswer(
            kind: kind, clientOrder: query.clientOrder, askedAt: query.askedAt,
            update: update ?? live(query.clientOrder)))))
  }

  var cursors: [FillCursor] {
    told.compactMap { if case .cursor(let cursor) = $0 { cursor } else { nil } }
  }

  var fills: [Report] {
    told.compactMap { if case .fill(let report) = $0 { report } else { nil } }
  }

  var names: [String] { told.map { String("\($0)".prefix { $0 != "(" }) } }
}

func live(_ client: ClientOrderID, _ state: ExchangeOrderState = .live) -> OrderUpdate {
  var update = OrderUpdate(
    state: state, instrument: reconciledSwap, side: .buy, clientOrder: client)
  update.exchangeOrder = ExchangeOrderID(rawValue: client.rawValue &+ 1)
  update.quantity = Quantity(lots: 10)
  return update
}

func query(_ number: UInt64) -> OrderQuery {
  OrderQuery(
    clientOrder: ClientOrderID(start: 4, number: number)!, exchangeOrder: .none,
    instrument: reconciledSwap, askedAt: Instant(nanoseconds: 1))
}

func statedFill(_ bill: UInt64, trade: Int64, at time: Int64, lots: Int64 = 2) -> StatedFill {
  var report = Report(kind: .fill, instrument: reconciledSwap)
  report.lastQuantity = Quantity(lots: lots)
  report.lastPrice = Price(ticks: 10)
  report.tradeID = UInt64(bitPattern: trade)
  report.exchangeOrder = ExchangeOrderID(rawValue: 900)
  report.exchangeTime = WallMilliseconds(milliseconds: time)
  return StatedFill(billID: bill, report: report, isRounded: false)
}
