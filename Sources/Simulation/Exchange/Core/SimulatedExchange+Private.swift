// The private channels: orders, fills, account, positions; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  /// Pushes what the engine said since the last call.
  func tell() {
    if engineEvents.isEmpty { return }
    let events = engineEvents
    engineEvents.removeAll(keepingCapacity: true)
    let watchers = sessions.filter { $0.isLoggedIn }
    for event in events {
      switch event {
      case .order(let order):
        orderLog.note(order, at: clock.monotonic())
        push(order, to: watchers)
      case .balance(let balance): changes.currencies.insert(balance.currency)
      case .position(let position): changes.instruments.insert(position.instrument)
      case .algo(let order): pushAlgo(order, to: watchers)
      }
    }
    pushHoldings(to: watchers)
    scheduleChanges()
  }

  private func push(_ order: VenueOrder, to watchers: [Session]) {
    let specification = catalogue[order.instrument]
    var row: [UInt8] = []
    var deliveries: [IncidentBoard.Delivery] = []
    for session in watchers {
      for subscription in session.subscriptions {
        let argument = subscription.argument
        switch argument.channel {
        case .orders:
          if !argument.covers(
            instrument: specification.id, type: specification.typeName, family: specification.family
          ) {
            continue
          }
          if row.isEmpty { order.appendRow(to: &row, specification) }
          deliveries.append(
            .init(session: session, frame: frame(argument, members: "", rows: [row])))
        case .fills:
          // Liquidations and ADL are not among them.
          guard let fill = order.lastFill, !fill.category.isSystem,
            argument.instrument.isEmpty || argument.instrument == specification.id
          else { continue }
          session.push(frame(argument, members: "", rows: [fillPush(fill, specification)]))
        default: break
        }
      }
    }
    push(deliveries, of: .orders)
  }

  /// The row of the `fills` channel: it shows a clOrdId only where that is a positive number.
  private func fillPush(_ fill: FillRecord, _ specification: InstrumentSpecification) -> [UInt8] {
    let isNumber = Int64(fill.clientID).map { $0 > 0 } ?? false
    let text =
      "{\"instId\":\"\(specification.id)\",\"fillSz\":\"\(specification.text(quantity: fill.quantity))\","
      + "\"fillPx\":\"\(specification.text(price: fill.price))\","
      + "\"side\":\"\(fill.side == .buy ? "buy" : "sell")\",\"ts\":\"\(fill.time)\","
      + "\"ordId\":\"\(fill.orderID)\",\"clOrdId\":\"\(isNumber ? fill.clientID : "0")\","
      + "\"tradeId\":\"\(fill.tradeID)\",\"execType\":\"\(fill.isTaker ? "T" : "M")\",\"count\":\"1\"}"
    return Array(text.utf8)
  }

  private func scheduleChanges() {
    if changes.isEmpty || changes.isScheduled { return }
    changes.isScheduled = true
    later(AccountChanges.batchMilliseconds * 1_000_000) { exchange in
      let batch = exchange.changes
      exchange.changes = AccountChanges()
      exchange.pushAccount(.update, currencies: batch.currencies, instruments: batch.instruments)
    }
  }

  /// The whole account, to those who did not ask for events alone.
  func pushRegularly() { pushAccount(.snapshot, currencies: nil, instruments: nil) }

  private func pushAccount(_ event: AccountEvent, currencies: Set<String>?, instruments: Set<Int>?)
  {
    var accounts: [IncidentBoard.Delivery] = []
    var positions: [IncidentBoard.Delivery] = []
    for session in sessions where session.isLoggedIn {
      for subscription in session.subscriptions {
        let argument = subscription.argument
        if event == .snapshot && argument.isEventsOnly { continue }
        switch argument.channel {
        case .account where currencies?.isEmpty != true:
          let frame = accountFrame(event, argument, currencies: currencies)
          accounts.append(.init(session: session, frame: frame))
        case .positions:
          let rows = positionRows(argument, instruments: instruments)
          if event == .update && rows.isEmpty { continue }
          for frame in positionsFrames(event, argument, rows) {
            positions.append(.init(session: session, frame: frame))
          }
        default: break
        }
      }
    }
    if !accounts.isEmpty { push(accounts, of: .account) }
    if !positions.isEmpty { push(positions, of: .positions) }
    flush()
  }

  func accountFrame(
    _ event: AccountEvent, _ argument: ChannelArgument, currencies: Set<String>?
  ) -> ServerFrame {
    frame(
      argument, members: eventMembers(event, page: 1, isLast: true),
      rows: [accountRow(currencies: currencies)])
  }

  /// The one row of the `account` channel and of `GET account/balance`.
  func accountRow(currencies: Set<String>?) -> [UInt8] {
    var row: [UInt8] = []
    engine.equity().appendRow(
      to: &row, currencies: currencies, time: clock.wallMilliseconds())
    return row
  }

  /// What changed, closed ones as 0; of everything the open ones. Newest first.
  func positionRows(_ argument: ChannelArgument, instruments: Set<Int>?) -> [[UInt8]] {
    listedPositions.filter { position in
      let specification = catalogue[position.instrument]
      let former = instruments == nil ? formerNames[position.instrument] ?? [] : []
      let names = [InstrumentName(specification)] + former
      return names.contains {
        argument.covers(instrument: $0.id, type: specification.typeName, family: $0.family)
      }
        && (instruments?.contains(position.instrument) ?? (position.position.lots != 0))
    }.map(positionRow)
  }

  /// Everything comes in pages; what changed in one piece.
  func positionsFrames(_ event: AccountEvent, _ argument: ChannelArgument, _ rows: [[UInt8]])
    -> [ServerFrame]
  {
    let size = event == .update ? max(1, rows.count) : max(1, options.positionsPerPage)
    let count = max(1, (rows.count + size - 1) / size)
    return (0..<count).map { page in
      frame(
        argument, members: eventMembers(event, page: page + 1, isLast: page + 1 == count),
        rows: Array(rows.dropFirst(page * size).prefix(size)))
    }
  }

  /// Positions that there is a row for, those of long ago too, the newest first: of spot there is none
  /// (docs/OKX.md OKX-153).
  var listedPositions: [VenuePosition] {
    engine.positions.filter { catalogue[$0.instrument].type != .spot }
      .sorted { $0.createdAt > $1.createdAt }
  }

  func positionRow(_ position: VenuePosition) -> [UInt8] {
    var row: [UInt8] = []
    position.appendRow(
      to: &row, catalogue[position.instrument], mark: mark(of: position.instrument),
      margins: engine.margins(of: position))
    return row
  }

  /// The middle of the book, rounded down; `.none` without one.
  func mark(of instrument: Int) -> Price { engine.mark(instrument) }

  /// Pages are numbered in snapshots alone (docs/OKX.md OKX-150).
  private func eventMembers(_ event: AccountEvent, page: Int, isLast: Bool) -> String {
    let name = "\"eventType\":\"\(event.rawValue)\","
    return event == .update ? name : name + "\"curPage\":\(page),\"lastPage\":\(isLast),"
  }

  /// A push of a private channel; its `arg` carries the user's id.
  func frame(_ argument: ChannelArgument, members: String, rows: [[UInt8]]) -> ServerFrame {
    var text: [UInt8] = []
    text.append(text: "{\"arg\":")
    text.append(text: argument.rendered.dropLast())
    text.append(text: ",\"uid\":\"\(SimulatedExchange.userIdentifier)\"},")
    text.append(text: members)
    text.append(text: "\"data\":[")
    for row in rows {
      text.append(contentsOf: row)
      text.append(0x2C)
    }
    text.close(with: 0x5D)
    text.append(0x7D)
    return .text(text)
  }
}
