// Signed REST calls about orders and fills; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  /// Rows of one page where nothing else is said, and at most.
  static let pageMax = 100
  /// How far back each list reaches (docs/OKX.md OKX-135, OKX-174).
  static let unfilledMilliseconds: Int64 = 2 * 3_600_000
  static let historyMilliseconds: Int64 = 7 * 86_400_000
  static let fillsMilliseconds: Int64 = 3 * 86_400_000
  static let fillsHistoryMilliseconds: Int64 = 92 * 86_400_000

  // MARK: - Orders

  func orderOperation(_ request: RESTRequest) -> HTTPReply {
    let received = clock.wallMicroseconds()
    guard let name = request.path.split(separator: "/").last,
      let operation = OrderOperation.rest(String(name))
    else { return RESTReply.refused("404", "Not found", status: HTTPReply.notFound) }
    if request.raw.body.isEmpty { return RESTReply.refused("50000", "Body can not be empty.") }
    guard let body = try? JSONParser.parse(request.raw.body) else {
      return RESTReply.refused("50002", "JSON syntax error")
    }
    let items = operation.isBatch ? body.array ?? [] : [body]
    let reply = perform(
      operation, items, through: .rest, expiry: request.header("expTime"))
    // The pushes follow the reply's making, as on OKX they may overtake it.
    later(0) { exchange in
      exchange.tell()
      exchange.flush()
    }
    if reply.isLost { return HTTPReply(status: 0, body: "") }
    return HTTPReply(
      status: RESTReply.status(of: reply.code),
      body: "{\"code\":\"\(reply.code)\",\"msg\":\(quoted(reply.message)),"
        + "\"data\":[\(reply.rows.joined(separator: ","))],\"inTime\":\"\(received)\","
        + "\"outTime\":\"\(clock.wallMicroseconds())\"}")
  }

  func cancelAllAfter(_ request: RESTRequest) -> HTTPReply {
    guard let body = try? JSONParser.parse(request.raw.body),
      let text = body.loose("timeOut"), let tag = body.text("tag"), let seconds = Int64(text),
      seconds == 0 || DeadManSwitch.secondsRange.contains(seconds)
    else { return RESTReply.refused("51000", "Parameter timeOut error") }
    if !admitsDeadMan(tag: tag) { return RESTReply.refused("50011", "Too Many Requests") }
    guard let trigger = setDeadMan(seconds: seconds, tag: tag) else {
      return RESTReply.refused("51071", "The number of active tags has reached its maximum")
    }
    return RESTReply.rows([
      "{\"triggerTime\":\"\(trigger)\",\"tag\":\(quoted(tag)),\"ts\":\"\(clock.wallMilliseconds())\"}"
    ])
  }

  private func row(_ order: VenueOrder, as view: OrderView) -> [UInt8] {
    var row: [UInt8] = []
    order.appendRow(to: &row, catalogue[order.instrument], as: view)
    return row
  }

  /// What was cancelled without a fill is forgotten after two hours (docs/OKX.md OKX-135).
  private func isForgotten(_ order: VenueOrder) -> Bool {
    order.state == .canceled && order.filled.lots == 0
      && order.updatedAt < clock.wallMilliseconds() - SimulatedExchange.unfilledMilliseconds
  }

  func queryOrder(_ request: RESTRequest) -> HTTPReply {
    switch instrument(request) {
    case .failure(let fault): return fault.reply
    case .success(let index):
      switch selector(request.text("ordId"), request.text("clOrdId"), missing: 51_003) {
      case .failure(let refusal):
        return RESTReply.refused(String(refusal.code), refusal.message)
      case .success(let selector):
        guard let order = shown(engine.order(selector, instrument: index)) else {
          return RESTReply.refused("51603", "Order does not exist")
        }
        return RESTReply.rows([row(order, as: .queried)])
      }
    }
  }

  /// As REST knows it, which may lag behind.
  private func shown(_ order: VenueOrder?) -> VenueOrder? {
    guard let order else { return nil }
    let past = pastOrders
    guard let shown = past.index(forKey: order.id).map({ past[$0].value }) ?? order,
      !isForgotten(shown), shown.state.isDone || !hidesLiveOrders
    else { return nil }
    return shown
  }

  func pendingOrders(_ request: RESTRequest) -> HTTPReply {
    let past = pastOrders
    let unchanged = engine.openOrders.filter { past.index(forKey: $0.id) == nil }
    let changed = past.values.compactMap { $0 }.filter { !$0.state.isDone }
    return page(unchanged + changed, request, as: .pending)
  }

  func orderHistory(_ request: RESTRequest) -> HTTPReply {
    if request.text("instType").isEmpty {
      return RESTReply.refused("50014", "Parameter instType can not be empty")
    }
    let oldest = clock.wallMilliseconds() - SimulatedExchange.historyMilliseconds
    let done = engine.doneOrders.filter { $0.updatedAt >= oldest && !isForgotten($0) }
    return page(done, request, as: .queried)
  }

  /// Three months; of what was cancelled only with a fill (docs/OKX.md OKX-135).
  func orderArchive(_ request: RESTRequest) -> HTTPReply {
    if request.text("instType").isEmpty {
      return RESTReply.refused("50014", "Parameter instType can not be empty")
    }
    let oldest = clock.wallMilliseconds() - SimulatedExchange.fillsHistoryMilliseconds
    let done = engine.doneOrders.filter {
      $0.updatedAt >= oldest && ($0.state != .canceled || $0.filled.lots > 0)
    }
    return page(done, request, as: .queried)
  }

  private func page(_ orders: [VenueOrder], _ request: RESTRequest, as view: OrderView)
    -> HTTPReply
  {
    let state = request.text("state")
    let type = request.text("ordType").split(separator: ",").map(String.init)
    let chosen = orders.filter { order in
      covers(request, order.instrument) && (state.isEmpty || state == order.state.rawValue)
        && (type.isEmpty || type.contains(order.type.rawValue))
    }
    return paged(chosen, by: \.id, request) { row($0, as: view) }
  }

  // MARK: - Fills

  func recentFills(_ request: RESTRequest) -> HTTPReply {
    fills(request, reaching: SimulatedExchange.fillsMilliseconds)
  }

  func fillsHistory(_ request: RESTRequest) -> HTTPReply {
    if request.text("instType").isEmpty {
      return RESTReply.refused("50014", "Parameter instType can not be empty")
    }
    return fills(request, reaching: SimulatedExchange.fillsHistoryMilliseconds)
  }

  private func fills(_ request: RESTRequest, reaching reach: Int64) -> HTTPReply {
    let order = request.text("ordId")
    let oldest = clock.wallMilliseconds() - reach
    let newest = clock.wallMilliseconds() - lag / 1_000_000
    let begin = request.query["begin"].map { Int64($0) } ?? .min
    let end = request.query["end"].map { Int64($0) } ?? .max
    guard let begin, let end else { return RESTReply.refused("51000", "Parameter begin error") }
    let chosen = engine.fills.filter { fill in
      covers(request, fill.instrument) && (order.isEmpty || order == String(fill.orderID))
        && fill.time >= max(begin, oldest) && fill.time <= min(end, newest)
    }
    return paged(chosen, by: \.billID, request) { fill in
      var row: [UInt8] = []
      fill.appendRow(to: &row, catalogue[fill.instrument])
      return row
    }
  }

  // MARK: - Pages

  func covers(_ request: RESTRequest, _ instrument: Int) -> Bool {
    let specification = catalogue[instrument]
    let type = request.text("instType")
    let id = request.text("instId")
    let family = request.text("instFamily")
    return (type.isEmpty || type == specification.typeName)
      && (id.isEmpty || id == specification.id)
      && (family.isEmpty || family == specification.family)
  }

  /// Newest first; `after` means older than that key, `before` newer, both exclusive. `before` alone brings the
  /// rows next to it, all else the newest (docs/OKX.md OKX-173).
  func paged<Row>(
    _ rows: [Row], by key: (Row) -> UInt64, _ request: RESTRequest, _ render: (Row) -> [UInt8]
  ) -> HTTPReply {
    let limitText = request.text("limit")
    let afterText = request.text("after")
    let beforeText = request.text("before")
    guard let limit = limitText.isEmpty ? SimulatedExchange.pageMax : Int(limitText), limit >= 1,
      let after = afterText.isEmpty ? UInt64.max : UInt64(afterText),
      let before = beforeText.isEmpty ? 0 : UInt64(beforeText)
    else { return RESTReply.refused("51000", "Parameter limit, after or before error") }
    let newest = rows.sorted { key($0) > key($1) }
    let chosen = newest.filter { key($0) < after && key($0) > before }
    let count = min(limit, SimulatedExchange.pageMax)
    let isNextToBefore = afterText.isEmpty && !beforeText.isEmpty
    let page = isNextToBefore ? chosen.suffix(count) : chosen.prefix(count)
    return RESTReply.rows(page.map(render))
  }
}
