// Random lives on a toy exchange, over a channel that repeats, delays and loses: the table must end at the truth.

import Orders
import Quantities
import Risk
import Testing

/// One order as the toy exchange knows it.
private struct Truth {
  var side: Side
  var quantity: Int64
  var instrument: InstrumentID
  var price: Int64
  var filled: Int64 = 0
  var state: ExchangeOrderState = .live
  var isTaken = true
  var isOver: Bool { state == .filled || state == .cancelled || !isTaken }
}

private enum Message {
  case push(OrderUpdate)
  case reply(ClientOrderID, Int32)
  case cancelReply(ClientOrderID, Int32)
}

/// A desk, the toy exchange's truth, and the wire between them, led through one random life.
private struct OrderWalk: ~Copyable {
  var random: TestRandom
  var desk = Desk()
  var truth: [ClientOrderID: Truth] = [:]
  var ids: [ClientOrderID] = []
  var wire: [Message] = []
  var trade: UInt64 = 0
  /// Rows of `trade/fills` by order: lots and trade.
  var rows: [ClientOrderID: [(lots: Int64, trade: Int64)]] = [:]
  var time: Int64 = 0
  var position: [UInt16: Int64] = [:]

  init(seed: UInt64) { random = TestRandom(seed: seed) }

  /// One event. False where a lost session was not told.
  mutating func step() -> Bool {
    desk.pass(1_000)
    switch random.below(12) {
    case 0, 1: send()
    case 2..<5: fill()
    case 5: cancel()
    case 6:
      // The session goes, and everything on the wire with it.
      if random.below(20) == 0 {
        wire.removeAll()
        return desk.sessionDown()
      }
    case 7:
      if random.below(4) == 0, let message = wire.randomOne(&random) { wire.append(message) }
    case 8:
      desk.checkTimeouts()
      answerOne()
    default:
      // Mostly in order, as a channel is; sometimes two change places.
      if wire.isEmpty { break }
      let at = wire.count > 1 && random.below(10) == 0 ? 1 : 0
      deliver(wire.remove(at: at))
    }
    return true
  }

  private mutating func push(_ id: ClientOrderID, last: Int64 = 0, isNameless: Bool = false)
    -> Message
  {
    let order = truth[id]!
    var push = update(
      id, order.state, cumulative: order.filled, last: last,
      trade: last > 0 && !isNameless ? trade : 0,
      price: order.price, side: order.side, quantity: order.quantity, order.instrument)
    time += 1
    push.exchangeTime = WallMilliseconds(milliseconds: time)
    return .push(push)
  }

  private mutating func send() {
    let side: Side = random.below(2) == 0 ? .buy : .sell
    let quantity = Int64(random.below(20) + 1)
    let instrument = InstrumentID(index: UInt16(random.below(3)))
    let price = side == .buy ? 1_000 : Int64(1_001)
    let id = desk.send(side, lots: quantity, price: price, instrument)
    if id == .none { return }
    ids.append(id)
    var order = Truth(side: side, quantity: quantity, instrument: instrument, price: price)
    if random.below(10) == 0 {
      order.isTaken = false
      truth[id] = order
      wire.append(.reply(id, 51008))
    } else {
      truth[id] = order
      wire.append(.reply(id, random.below(15) == 0 ? 50004 : 0))
      wire.append(push(id))
    }
  }

  private mutating func fill() {
    guard let id = random.element(ids), var order = truth[id], !order.isOver else { return }
    let lots = min(order.quantity - order.filled, Int64(random.below(8) + 1))
    order.filled += lots
    position[order.instrument.index, default: 0] += order.side.sign * lots
    order.state = order.filled == order.quantity ? .filled : .partiallyFilled
    truth[id] = order
    trade += 1
    // As liquidations do: the push names no trade, the row has a negative id.
    let isNameless = random.below(8) == 0
    rows[id, default: []].append((lots, isNameless ? -Int64(trade) : Int64(trade)))
    let message = push(id, last: lots, isNameless: isNameless)
    // Some are never pushed.
    if random.below(12) != 0 { wire.append(message) }
  }

  private mutating func cancel() {
    guard let id = random.element(ids), let order = truth[id], desk.orders.mayCancel(id) else {
      return
    }
    desk.orders.markCancelSent(id, now: desk.now)
    if order.isOver {
      wire.append(.cancelReply(id, 51400))
      return
    }
    wire.append(.cancelReply(id, random.below(8) == 0 ? 50011 : 0))
    if random.below(8) != 0 {
      truth[id]!.state = .cancelled
      wire.append(push(id))
    }
  }

  /// The wire runs empty, and whatever is still open is asked about until nothing is left to ask.
  mutating func settle() {
    while !wire.isEmpty { deliver(wire.removeFirst()) }
    for _ in 0..<6 {
      desk.pass(11_000_000_000)
      desk.checkTimeouts()
      _ = desk.sessionDown()
      for _ in 0..<2_000 where desk.orders.queriesPending > 0 {
        desk.pass(1_000_000)
        answerOne(mayFail: false)
      }
    }
  }

  private mutating func deliver(_ message: Message) {
    switch message {
    case .push(let update): _ = desk.push(update)
    case .reply(let id, let code): _ = desk.reply(id, code: code)
    case .cancelReply(let id, let code): _ = desk.cancelReply(id, code: code)
    }
  }

  private mutating func answerOne(mayFail: Bool = true) {
    guard let query = desk.orders.nextQuery(now: desk.now) else { return }
    if mayFail && random.below(3) == 0 {
      _ = desk.answer(query, .failed)
      return
    }
    let order = truth[query.clientOrder]!
    if !order.isTaken {
      _ = desk.answer(query, .notFound)
      return
    }
    var found = update(
      query.clientOrder, order.state, cumulative: order.filled, price: order.price,
      side: order.side, quantity: order.quantity, order.instrument)
    found.averagePrice = Price(ticks: order.price)
    found.receivedAt = desk.now
    time += 1
    found.exchangeTime = WallMilliseconds(milliseconds: time)
    // REST may show an end before its fills.
    if random.below(3) != 0 || !mayFail {
      for row in rows[query.clientOrder] ?? [] {
        _ = desk.merge(
          query.clientOrder, lots: row.lots, trade: row.trade, price: order.price,
          side: order.side, order.instrument)
      }
    }
    _ = desk.answer(query, .found, found)
  }
}

@Suite struct OrderModelTests {
  @Test(arguments: 0..<40)
  func endsAtTheTruth(_ seed: UInt64) {
    var walk = OrderWalk(seed: seed)
    for step in 0..<1_500 {
      let isTold = walk.step()
      #expect(isTold, "seed \(seed) step \(step)")
      #expect(walk.desk.agrees() == true, "seed \(seed) step \(step)")
    }
    walk.settle()
    #expect(walk.desk.agrees() == true)
    check(walk.desk, walk.truth, walk.ids, walk.position, seed)
  }

  private func check(
    _ desk: borrowing Desk, _ truth: [ClientOrderID: Truth], _ ids: [ClientOrderID],
    _ position: [UInt16: Int64], _ seed: UInt64
  ) {
    for index in 0..<3 {
      let counted = desk.positions.quantity(InstrumentID(index: UInt16(index))).lots
      #expect(counted == position[UInt16(index)] ?? 0, "seed \(seed)")
    }
    var fills: [ClientOrderID: Int64] = [:]
    var ends: [ClientOrderID: Int] = [:]
    var trades: Set<UInt64> = []
    for report in desk.log {
      if report.kind == .fill {
        #expect(ends[report.clientOrder] == nil, "a fill after the end, seed \(seed)")
        fills[report.clientOrder, default: 0] += report.lastQuantity.lots
        if report.tradeID != 0 { #expect(trades.insert(report.tradeID).inserted) }
      }
      if report.kind == .filled || report.kind == .cancelled || report.kind == .rejected {
        ends[report.clientOrder, default: 0] += 1
      }
    }
    for id in ids {
      guard let order = truth[id], let held = desk.orders.order(id) else { continue }
      #expect(fills[id] ?? 0 == order.filled, "seed \(seed)")
      #expect(held.filled.lots == order.filled)
      if order.isOver {
        #expect(ends[id] == 1, "seed \(seed): \(held.state) for \(order)")
        let expected: OrderPhase =
          !order.isTaken ? .rejected : (order.state == .filled ? .filled : .cancelled)
        #expect(held.state == expected, "seed \(seed)")
      } else {
        #expect(ends[id] == nil)
        #expect(held.state == (order.filled > 0 ? .partiallyFilled : .live), "seed \(seed)")
      }
    }
  }

  @Test(arguments: 0..<8)
  func nothingIllegalTraps(_ seed: UInt64) {
    var random = TestRandom(seed: 1_000 + seed)
    var desk = Desk()
    let edges: [Int64] = [.min, -1, 0, 1, 3, 10, .max - 1, .max]
    var ids: [ClientOrderID] = [.none, ClientOrderID(rawValue: .max)]
    for _ in 0..<4_000 {
      desk.pass(Int64(random.below(1_000_000)))
      let id = random.element(ids)!
      switch random.below(8) {
      case 0:
        ids.append(desk.send(random.below(2) == 0 ? .buy : .sell, lots: 10, price: 1_000))
      case 1: _ = desk.reply(id, code: [0, 50004, 51008, -1][random.below(4)])
      case 2: _ = desk.cancelReply(id, code: [0, 51400, 50011][random.below(3)])
      case 3: desk.orders.markCancelSent(id, now: desk.now)
      case 4: if random.below(50) == 0 { _ = desk.sessionDown() }
      default:
        var update = update(
          id, ExchangeOrderState.allCases[random.below(4)],
          cumulative: edges[random.below(edges.count)], last: edges[random.below(edges.count)],
          trade: UInt64(random.below(5)), side: random.below(2) == 0 ? .buy : .sell,
          quantity: edges[random.below(edges.count)], InstrumentID(index: UInt16(random.below(5))))
        update.averagePrice = Price(ticks: edges[random.below(edges.count)])
        update.lastPrice = Price(ticks: edges[random.below(edges.count)])
        _ = desk.push(update)
      }
      for index in 0..<3 {
        let open = desk.orders.openOrders(InstrumentID(index: UInt16(index)))
        #expect(open.openBuys >= 0 && open.openSells >= 0 && open.openOrders >= 0)
      }
      var order = desk.orders.firstWorking()
      var walked = 0
      while let held = order {
        walked += 1
        #expect(!held.state.isTerminal && held.filled.lots <= held.quantity.lots)
        order = desk.orders.working(after: held)
      }
      #expect(walked == desk.orders.workingCount)
    }
  }
}

extension Array {
  fileprivate func randomOne(_ random: inout TestRandom) -> Element? {
    isEmpty ? nil : self[random.below(count)]
  }
}
