// The REST calls that the simulated exchange serves, with OKX's limits; simulation.

struct RESTRoute: Sendable {
  let method: String
  /// Below `/api/v5/`.
  let path: String
  let isPrivate: Bool
  /// Requests in two seconds; 0 where other limits apply instead.
  let limit: Int
  let handler: @Sendable (SimulatedExchange) -> (RESTRequest) -> HTTPReply

  static let prefix = "/api/v5/"

  private static func open(
    _ path: String, _ limit: Int,
    _ handler: @escaping @Sendable (SimulatedExchange) -> (RESTRequest) -> HTTPReply
  ) -> RESTRoute {
    RESTRoute(method: "GET", path: path, isPrivate: false, limit: limit, handler: handler)
  }
  private static func signed(
    _ method: String, _ path: String, _ limit: Int,
    _ handler: @escaping @Sendable (SimulatedExchange) -> (RESTRequest) -> HTTPReply
  ) -> RESTRoute {
    RESTRoute(method: method, path: path, isPrivate: true, limit: limit, handler: handler)
  }

  /// docs/OKX.md OKX-212.
  static let table: [String: RESTRoute] = {
    let routes = [
      open("public/time", 10, SimulatedExchange.publicTime),
      open("public/instruments", 20, SimulatedExchange.instruments),
      open("market/books", 40, SimulatedExchange.marketBooks),
      open("market/ticker", 20, SimulatedExchange.marketTicker),
      open("market/tickers", 20, SimulatedExchange.marketTickers),
      open("market/trades", 100, SimulatedExchange.marketTrades),
      open("market/history-trades", 20, SimulatedExchange.historyTrades),
      open("market/candles", 40, SimulatedExchange.marketCandles),
      open("market/history-candles", 20, SimulatedExchange.historyCandles),
      open("market/index-tickers", 20, SimulatedExchange.indexTickers),
      open("public/funding-rate", 10, SimulatedExchange.fundingRate),
      open("public/mark-price", 10, SimulatedExchange.markPrice),
      open("public/open-interest", 20, SimulatedExchange.openInterest),
      open("public/price-limit", 20, SimulatedExchange.priceLimit),
      open("system/status", 1, SimulatedExchange.systemStatus),
      signed("GET", "account/instruments", 20, SimulatedExchange.instruments),
      signed("GET", "account/config", 5, SimulatedExchange.accountConfiguration),
      signed("GET", "account/balance", 10, SimulatedExchange.accountBalance),
      signed("GET", "account/positions", 10, SimulatedExchange.accountPositions),
      signed("GET", "account/trade-fee", 5, SimulatedExchange.tradeFee),
      signed("GET", "account/leverage-info", 20, SimulatedExchange.leverageInfo),
      signed("POST", "account/set-leverage", 20, SimulatedExchange.setLeverage),
      signed("POST", "account/set-position-mode", 5, SimulatedExchange.setPositionMode),
      signed("GET", "account/max-size", 20, SimulatedExchange.maxSize),
      signed("GET", "account/max-avail-size", 20, SimulatedExchange.maxAvailableSize),
      signed("GET", "account/bills", 10, SimulatedExchange.recentBills),
      signed("GET", "account/bills-archive", 5, SimulatedExchange.billsArchive),
      signed("GET", "trade/orders-pending", 60, SimulatedExchange.pendingOrders),
      signed("GET", "trade/orders-history", 40, SimulatedExchange.orderHistory),
      signed("GET", "trade/orders-history-archive", 20, SimulatedExchange.orderArchive),
      signed("GET", "trade/order-algo", 20, SimulatedExchange.queryAlgo),
      signed("GET", "trade/orders-algo-pending", 20, SimulatedExchange.pendingAlgos),
      signed("GET", "trade/orders-algo-history", 20, SimulatedExchange.algoHistory),
      signed("POST", "trade/order-algo", 0, SimulatedExchange.placeAlgo),
      signed("POST", "trade/cancel-algos", 0, SimulatedExchange.cancelAlgos),
      signed("POST", "trade/amend-algos", 0, SimulatedExchange.amendAlgo),
      signed("POST", "trade/close-position", 0, SimulatedExchange.closePosition),
      signed("GET", "trade/order", 60, SimulatedExchange.queryOrder),
      signed("GET", "trade/fills", 60, SimulatedExchange.recentFills),
      signed("GET", "trade/fills-history", 10, SimulatedExchange.fillsHistory),
      signed("GET", "trade/account-rate-limit", 2, SimulatedExchange.accountRateLimit),
      signed("POST", "trade/cancel-all-after", 0, SimulatedExchange.cancelAllAfter),
      signed("POST", "trade/order", 0, SimulatedExchange.orderOperation),
      signed("POST", "trade/cancel-order", 0, SimulatedExchange.orderOperation),
      signed("POST", "trade/amend-order", 0, SimulatedExchange.orderOperation),
      signed("POST", "trade/batch-orders", 0, SimulatedExchange.orderOperation),
      signed("POST", "trade/cancel-batch-orders", 0, SimulatedExchange.orderOperation),
      signed("POST", "trade/amend-batch-orders", 0, SimulatedExchange.orderOperation),
    ]
    return Dictionary(uniqueKeysWithValues: routes.map { ("\($0.method) \($0.path)", $0) })
  }()
}

extension SimulatedExchange {
  /// Answers a REST request, or one of the exchange's own below `/sim/`.
  public func answer(_ request: HTTPRequest) -> HTTPReply {
    let parsed = RESTRequest(request)
    if parsed.path.hasPrefix("/sim/") { return simulationReply(parsed) }
    if Endpoint(target: request.target) != nil {
      let asked = request.header("Upgrade") != nil
      return HTTPReply(
        status: asked ? HTTPReply.tooManyRequests : HTTPReply.upgradeRequired, body: "",
        contentType: "text/plain")
    }
    guard parsed.path.hasPrefix(RESTRoute.prefix),
      let route = RESTRoute.table[
        "\(parsed.method) \(parsed.path.dropFirst(RESTRoute.prefix.count))"]
    else { return RESTReply.refused("404", "Not found", status: HTTPReply.notFound) }
    if let failure = failure(of: parsed.path.dropFirst(RESTRoute.prefix.count)) { return failure }
    if let fault = route.isPrivate ? authenticationFault(parsed) : nil { return fault }
    if !admitsRead(route, from: request.address) {
      return RESTReply.refused("50011", "Too Many Requests")
    }
    return route.handler(self)(parsed)
  }

  private func admitsRead(_ route: RESTRoute, from address: String) -> Bool {
    if route.limit == 0 { return true }
    // The only one that is counted by five seconds (docs/OKX.md OKX-086).
    let window =
      route.path == "system/status" ? 5_000_000_000 : OrderLimits.windowNanoseconds
    return admits(
      "\(route.method) \(route.path)" + (route.isPrivate ? "" : " " + address), route.limit,
      in: window)
  }

  /// At most so many of what `key` names in two seconds, or in another span.
  func admits(_ key: String, _ most: Int, in window: Int64 = OrderLimits.windowNanoseconds) -> Bool
  {
    if !options.limitsRequests { return true }
    var limit =
      readLimits.removeValue(forKey: key)
      ?? RateLimit(limit: most, windowNanoseconds: window)
    defer { readLimits[key] = limit }
    return limit.admit(now: clock.monotonic())
  }

  /// The answer to a call that the script lets fail; nil where it does not.
  private func failure(of path: Substring) -> HTTPReply? {
    let now = clock.monotonic()
    guard
      let failure = incidents.failures.first(where: {
        now < $0.until && path.hasPrefix($0.path)
      })
    else { return nil }
    if failure.code < 600 {
      return HTTPReply(status: failure.code, body: "", contentType: "text/html")
    }
    return RESTReply.refused(String(failure.code), "Injected by the fault script")
  }
}
