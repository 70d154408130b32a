// A gate, an order table and a position book wired as the pipeline wires them, for tests to drive.

import Orders
import Quantities
import Risk

func symbol(_ text: String) -> Symbol { Symbol(text)! }

func testTable() -> InstrumentTable {
  func one(_ name: String, _ contract: ContractType) -> Instrument {
    var item = Instrument(
      id: .none, symbol: symbol(name), type: contract == .none ? .spot : .swap,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
    item.isTradable = true
    item.contract = contract
    if contract == .inverse {
      item.lot = Increment(mantissa: 1, decimals: 0)
      item.contractValue = Increment(mantissa: 100, decimals: 0)
    }
    return item
  }
  return InstrumentTable(
    [one("BTC-USDT", .none), one("ETH-USDT-SWAP", .linear), one("BTC-USD-SWAP", .inverse)],
    currencies: [symbol("BTC"), symbol("USDT")])
}

/// Everything between the gate and the exchange, with the clock in the test's hand.
struct Desk: ~Copyable {
  var gate: Gate
  var orders: OrderTable
  var positions: PositionBook
  var reports = ReportBuffer()
  /// All reports so far.
  var log: [Report] = []
  var now = Instant(nanoseconds: 1_000_000_000_000)
  var number: UInt64 = 0

  init(start: UInt32 = 7, firstNumber: UInt64 = 1) {
    let table = testTable()
    var limits = InstrumentLimits()
    limits.isAllowed = true
    limits.orderLotsMaximum = 1 << 40
    limits.orderNotionalMaximum = Amount(units: 1 << 100, decimals: 0)
    limits.positionLotsMaximum = 1 << 40
    limits.openOrdersMaximum = 1 << 40
    limits.collarBasisPoints = 5_000
    limits.ordersPerWindow = 1 << 40
    limits.windowNanoseconds = 1
    limits.referenceAgeMaximumNanoseconds = .max
    var desk = DeskLimits()
    desk.openOrdersMaximum = 1 << 40
    desk.ordersPerWindow = 1 << 40
    desk.windowNanoseconds = 1
    desk.checksExchangeAge = false
    gate = Gate(
      instruments: table, limits: RiskLimits(desk: desk, each: limits, count: table.count))
    orders = OrderTable(start: start, instruments: table, firstNumber: firstNumber)
    positions = PositionBook(instruments: table)
    var session = Report(kind: .session, instrument: .none)
    session.detail = 1
    gate.apply(session)
    gate.apply(Report(kind: .tradingState, instrument: .none))
  }

  mutating func approve(
    _ side: Side, lots: Int64, price: Int64, _ instrument: InstrumentID = InstrumentID(index: 0),
    isReduceOnly: Bool = false
  ) -> ApprovedOrder? {
    number += 1
    now = now.advanced(byNanoseconds: 1_000)
    let intent = Intent(
      number: IntentNumber(rawValue: number), instrument: instrument, kind: .place, side: side,
      type: .limit, source: .manual, isBookValid: true,
      isReduceOnly: isReduceOnly, price: Price(ticks: price), quantity: Quantity(lots: lots),
      targetIntent: .none, decision: .none,
      reference: DecisionReference(
        bid: Price(ticks: 999), ask: Price(ticks: 1_001), seqId: 1, receivedAt: now,
        exchangeTime: WallMilliseconds(milliseconds: 0)), madeAt: now)
    return gate.judge(intent, now: now, wall: WallMilliseconds(milliseconds: 0)).order
  }

  /// Approves, prepares and sends; the new order's id.
  mutating func send(
    _ side: Side = .buy, lots: Int64 = 10, price: Int64 = 1_000,
    _ instrument: InstrumentID = InstrumentID(index: 0)
  ) -> ClientOrderID {
    guard let approved = approve(side, lots: lots, price: price, instrument),
      case .prepared(let client) = orders.prepare(approved, now: now, into: &reports)
    else { return .none }
    orders.markSent(client, request: 1_000 + number, now: now, into: &reports)
    drain()
    return client
  }

  mutating func drain() {
    while let report = reports.removeFirst() {
      log.append(report)
      gate.apply(report)
      positions.apply(report)
    }
  }

  mutating func reply(_ client: ClientOrderID, code: Int32 = 0, exchange: UInt64 = 0)
    -> OrderOutcome
  {
    let outcome = orders.orderReply(
      OrderReply(
        clientOrder: client, exchangeOrder: ExchangeOrderID(rawValue: exchange), code: code,
        receivedAt: now), into: &reports)
    drain()
    return outcome
  }

  mutating func cancelReply(_ client: ClientOrderID, code: Int32 = 0) -> OrderOutcome {
    let outcome = orders.cancelReply(
      OrderReply(clientOrder: client, exchangeOrder: .none, code: code, receivedAt: now),
      into: &reports)
    drain()
    return outcome
  }

  mutating func push(_ update: OrderUpdate) -> OrderOutcome {
    let outcome = orders.apply(update, into: &reports)
    drain()
    return outcome
  }

  mutating func answer(
    _ query: OrderQuery, _ kind: OrderAnswerKind, _ update: OrderUpdate? = nil
  ) -> OrderOutcome {
    let outcome = orders.answer(
      OrderAnswer(
        kind: kind, clientOrder: query.clientOrder, askedAt: query.askedAt,
        update: update
          ?? OrderUpdate(
            state: .live, instrument: .none, side: .buy, clientOrder: query.clientOrder)),
      now: now, into: &reports)
    drain()
    return outcome
  }

  /// An error that names a request and no order.
  mutating func refuse(_ request: UInt64) -> OrderOutcome {
    let outcome = orders.requestError(
      OrderReply(
        clientOrder: .none, exchangeOrder: .none, code: 50011, request: request, receivedAt: now),
      into: &reports)
    drain()
    return outcome
  }

  mutating func adopt(_ update: OrderUpdate) -> Bool {
    let isAdopted = orders.adopt(update, into: &reports)
    drain()
    return isAdopted
  }

  mutating func adoptUnproven(_ update: OrderUpdate) -> Bool {
    let isAdopted = orders.adoptUnproven(update, now: now, into: &reports)
    drain()
    return isAdopted
  }

  /// A row of `trade/fills`.
  mutating func merge(
    _ client: ClientOrderID, lots: Int64, trade: Int64, exchange: UInt64? = nil,
    price: Int64 = 1_000, side: Side = .buy, fee: Int64 = 0,
    _ instrument: InstrumentID = InstrumentID(index: 0)
  ) -> OrderOutcome {
    var row = Report(kind: .fill, instrument: instrument, side: side)
    row.clientOrder = client
    row.exchangeOrder = ExchangeOrderID(rawValue: exchange ?? client.rawValue &+ 1_000)
    row.lastQuantity = Quantity(lots: lots)
    row.lastPrice = Price(ticks: price)
    row.tradeID = UInt64(bitPattern: trade)
    row.feeUnits = fee
    row.feeCurrency = CurrencyID(index: 0)
    let outcome = orders.merge(row, now: now, into: &reports)
    drain()
    return outcome
  }

  mutating func sessionDown() -> Bool {
    let isDone = orders.sessionDown(now: now, into: &reports)
    drain()
    return isDone
  }

  mutating func checkTimeouts() {
    orders.checkTimeouts(now: now, steps: 1_024, into: &reports)
    drain()
  }

  mutating func pass(_ nanoseconds: Int64) { now = now.advanced(byNanoseconds: nanoseconds) }

  func state(_ client: ClientOrderID) -> OrderPhase? { orders.order(client)?.state }

  /// The kinds of an order's reports so far.
  func kinds(_ client: ClientOrderID) -> [ReportKind] {
    log.filter { $0.clientOrder == client }.map(\.kind)
  }

  /// Gate, table and book agree once the reports are drained.
  func agrees() -> Bool {
    for index in 0..<3 {
      let id = InstrumentID(index: UInt16(index))
      let counted = gate.exposure(id)
      let held = orders.openOrders(id)
      if counted.openBuys != held.openBuys || counted.openSells != held.openSells
        || counted.openOrders != held.openOrders
        || counted.position != positions.quantity(id).lots
      {
        return false
      }
    }
    return Int(gate.openOrderCount) == orders.workingCount
  }
}

/// A push of an order.
func update(
  _ client: ClientOrderID, _ state: ExchangeOrderState, cumulative: Int64 = 0, last: Int64 = 0,
  trade: UInt64 = 0, price: Int64 = 1_000, side: Side = .buy, quantity: Int64 = 10,
  _ instrument: InstrumentID = InstrumentID(index: 0)
) -> OrderUpdate {
  var update = OrderUpdate(
    state: state, instrument: instrument, side: side, clientOrder: client)
  update.exchangeOrder = ExchangeOrderID(rawValue: client.rawValue &+ 1_000)
  update.price = Price(ticks: price)
  update.quantity = Quantity(lots: quantity)
  update.cumulativeFilled = Quantity(lots: cumulative)
  update.lastQuantity = Quantity(lots: last)
  update.lastPrice = last > 0 ? Price(ticks: price) : .none
  update.tradeID = trade
  return update
}

struct Absent: Error {}

/// `#require` for values of noncopyable owners.
func required<T>(_ value: T?) throws -> T {
  guard let value else { throw Absent() }
  return value
}
