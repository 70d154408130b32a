// What an incident does to lines, REST and account; simulation.

import Market
import Matching
import Quantities

extension Deed {
  /// The instrument that it names.
  var instrument: String? {
    switch self {
    case .liquidate(let name, _, _), .deleverage(let name, _, _), .funding(let name, _),
      .settle(let name, _), .foreignCancel(let name), .age(let name, _):
      name
    case .foreign(let order): order.instrument
    case .cut(let name), .change(let name, _), .market(let name, _): name
    default: nil
    }
  }
}

extension SimulatedExchange {
  func act(_ deed: Deed) {
    let now = clock.monotonic()
    func end(_ span: Int64) -> Int64 { now + span * 1_000_000 }
    var isDone = true
    switch deed {
    case .drop, .duplicate, .delay, .reorder, .loseReply, .loseRequest, .refuse, .take: return
    case .disconnect: cut(privateSessions)
    case .halfOpen: for session in privateSessions { session.isHalfOpen = true }
    case .notice(let lines): giveNotice(to: lines)
    case .restLag(let time, let span):
      incidents.lag = (min(time * 1_000_000, OrderLog.reach), end(span))
    case .restFail(let code, let span, let path):
      incidents.failures.append((code, path, end(span)))
    case .notFound(let span): incidents.notFoundUntil = end(span)
    case .calm: incidents.calm()
    case .maintenance(let maintenance): schedule(maintenance)
    case .cut(let name):
      let carriers = sessions.filter { $0.carriesBook(of: name) }
      isDone = !carriers.isEmpty
      cut(carriers)
    case .change(let name, let change):
      isDone = catalogue.index(of: name).map { self.change($0, change) } ?? false
    case .market(let name, let deed):
      isDone = catalogue.index(of: name).map { stir($0, deed) } ?? false
    default: isDone = changeAccount(deed)
    }
    if isDone {
      incidents.count(deed)
      logger.warning("fault injected", metadata: ["kind": "\(deed.name)"])
    } else {
      logger.warning("fault without an object", metadata: ["kind": "\(deed.name)"])
    }
    tell()
    flush()
  }

  private var privateSessions: [Session] { sessions.filter { $0.endpoint == .private } }

  private func cut(_ sessions: [Session]) {
    for session in sessions where session.connection.isOpen {
      session.connection.flush()
      session.connection.abort()
    }
  }

  private func stir(_ index: Int, _ deed: MarketDeed) -> Bool {
    switch deed {
    case .renumber: faults.renumber(instrument: index)
    case .still(let span):
      stills.insert(index)
      haltAsNeeded(index)
      later(span * 1_000_000) {
        $0.stills.remove(index)
        $0.haltAsNeeded(index)
      }
    case .squeeze: context.squeezes.insert(index)
    case .warn(let span):
      let family = catalogue[index].family
      if family.isEmpty { return false }
      context.warnings.insert(family)
      later(span * 1_000_000) { $0.context.warnings.remove(family) }
    }
    return true
  }

  /// docs/OKX.md OKX-007.
  private func giveNotice(to lines: [String]) {
    let warned = sessions.filter { lines.isEmpty || lines.contains($0.identifier) }
    for session in warned
    where session.endpoint != .business || options.rules.has(.businessNotices) {
      session.send(
        "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"The connection will soon be closed for a "
          + "service upgrade. Please reconnect.\",\"connId\":\"\(session.identifier)\"}")
    }
    later(IncidentBoard.noticeNanoseconds) { $0.cut(warned) }
  }

  /// False where there was nothing to do it to.
  private func changeAccount(_ deed: Deed) -> Bool {
    let now = now()
    guard let instrument = deed.instrument else {
      guard case .transfer(let currency, let amount) = deed else { return false }
      withEngine { $0.transfer(currency, amount, at: now, into: &$1) }
      return true
    }
    guard let index = catalogue.index(of: instrument) else { return false }
    let item = catalogue[index]
    switch deed {
    case .liquidate(_, let size, let isSilent), .deleverage(_, let size, let isSilent):
      let lots = DecimalNumber(size).flatMap { try? $0.units(of: item.lot) }
      if lots == nil && !size.isEmpty { return false }
      let isAutoDeleveraging = if case .deleverage = deed { true } else { false }
      return withEngine {
        $0.reduce(
          index, by: lots, isAutoDeleveraging: isAutoDeleveraging, isTold: !isSilent, at: now,
          into: &$1)
      }
    case .funding(_, let rate):
      return withEngine { $0.fund(index, rate: rate, at: now, into: &$1) }
    case .settle(_, let text):
      let ticks = DecimalNumber(text).flatMap { try? $0.units(of: item.tick) }
      if ticks == nil && !text.isEmpty { return false }
      return withEngine {
        $0.settle(index, price: ticks.map { Price(ticks: $0) }, at: now, into: &$1)
      }
    case .foreign(let order): return place(order, index)
    case .age(_, let time): return withEngine { engine, _ in engine.age(index, by: time) }
    case .foreignCancel:
      let open = engine.openOrders.filter { $0.instrument == index }
      for order in open {
        _ = withEngine {
          $0.cancel(.init(orderID: order.id), instrument: index, at: now, into: &$1)
        }
      }
      return !open.isEmpty
    default: return false
    }
  }

  private func place(_ order: ForeignOrder, _ instrument: Int) -> Bool {
    let isSpot = catalogue[instrument].type == .spot
    var request = OrderRequest(
      instrument: instrument, side: order.side == "sell" ? .sell : .buy, type: order.type,
      price: order.price, size: order.size, clientID: order.clientID,
      tradeMode: order.isIsolated ? "isolated" : isSpot ? "cash" : "cross")
    request.targetCurrency = isSpot ? "base_ccy" : ""
    let now = now()
    let result = withEngine { $0.place(request, at: now, into: &$1) }
    if case .failure(let refusal) = result {
      logger.warning("foreign order refused", metadata: ["sCode": "\(refusal.code)"])
      return false
    }
    return true
  }
}
