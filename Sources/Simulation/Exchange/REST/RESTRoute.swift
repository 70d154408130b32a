// The REST calls that the simulated exchange serves, with OKX's limits; simulation.

import NIOHTTP1

struct RESTRoute {
  let method: HTTPMethod
  /// Below `/api/v5/`.
  let path: String
  let isPrivate: Bool
  /// Requests in two seconds; 0 where order limits apply instead.
  let limit: Int
  let handler: (Exchange) -> (RESTRequest) -> HTTPReply

  static let prefix = "/api/v5/"

  private static func open(
    _ path: String, _ limit: Int, _ handler: @escaping (Exchange) -> (RESTRequest) -> HTTPReply
  ) -> RESTRoute {
    RESTRoute(method: .GET, path: path, isPrivate: false, limit: limit, handler: handler)
  }
  private static func signed(
    _ method: HTTPMethod, _ path: String, _ limit: Int,
    _ handler: @escaping (Exchange) -> (RESTRequest) -> HTTPReply
  ) -> RESTRoute {
    RESTRoute(method: method, path: path, isPrivate: true, limit: limit, handler: handler)
  }

  /// docs/OKX.md OKX-212.
  static func table() -> [String: RESTRoute] {
    let routes = [
      open("public/time", 10, Exchange.publicTime),
      open("public/instruments", 20, Exchange.instruments),
      open("market/books", 40, Exchange.marketBooks),
      open("market/ticker", 20, Exchange.marketTicker),
      open("market/tickers", 20, Exchange.marketTickers),
      open("market/candles", 40, Exchange.marketCandles),
      open("market/history-candles", 20, Exchange.historyCandles),
      open("market/index-tickers", 20, Exchange.indexTickers),
      open("public/funding-rate", 10, Exchange.fundingRate),
      open("public/mark-price", 10, Exchange.markPrice),
      open("public/open-interest", 20, Exchange.openInterest),
      open("public/price-limit", 20, Exchange.priceLimit),
      open("system/status", 1, Exchange.systemStatus),
      signed(.GET, "account/instruments", 20, Exchange.instruments),
      signed(.GET, "account/config", 5, Exchange.accountConfiguration),
      signed(.GET, "account/balance", 10, Exchange.accountBalance),
      signed(.GET, "account/positions", 10, Exchange.accountPositions),
      signed(.GET, "account/trade-fee", 5, Exchange.tradeFee),
      signed(.GET, "trade/orders-pending", 60, Exchange.pendingOrders),
      signed(.GET, "trade/orders-history", 40, Exchange.orderHistory),
      signed(.GET, "trade/order", 60, Exchange.queryOrder),
      signed(.GET, "trade/fills", 60, Exchange.fills),
      signed(.GET, "trade/fills-history", 10, Exchange.fills),
      signed(.POST, "trade/cancel-all-after", 2, Exchange.cancelAllAfter),
      signed(.POST, "trade/order", 0, Exchange.orderOperation),
      signed(.POST, "trade/cancel-order", 0, Exchange.orderOperation),
      signed(.POST, "trade/amend-order", 0, Exchange.orderOperation),
      signed(.POST, "trade/batch-orders", 0, Exchange.orderOperation),
      signed(.POST, "trade/cancel-batch-orders", 0, Exchange.orderOperation),
      signed(.POST, "trade/amend-batch-orders", 0, Exchange.orderOperation),
    ]
    return Dictionary(uniqueKeysWithValues: routes.map { ("\($0.method) \($0.path)", $0) })
  }
}

extension Exchange {
  func answer(_ request: HTTPRequest) -> HTTPReply {
    let parsed = RESTRequest(request)
    if parsed.path.hasPrefix("/sim/") { return simulationReply(parsed) }
    if Endpoint(target: request.target) != nil {
      let asked = request.headers.contains(name: "Upgrade")
      return HTTPReply(
        status: asked ? .tooManyRequests : .upgradeRequired, body: "", contentType: "text/plain")
    }
    guard parsed.path.hasPrefix(RESTRoute.prefix),
      let route = routes["\(parsed.method) \(parsed.path.dropFirst(RESTRoute.prefix.count))"]
    else { return RESTReply.refused("404", "Not found", status: .notFound) }
    if let fault = route.isPrivate ? authenticationFault(parsed) : nil { return fault }
    if !admitsRead(route, from: request.address) {
      return RESTReply.refused("50011", "Too Many Requests", status: .tooManyRequests)
    }
    return route.handler(self)(parsed)
  }

  private func admitsRead(_ route: RESTRoute, from address: String) -> Bool {
    if route.limit == 0 || !options.limitsRequests { return true }
    let key = route.isPrivate ? route.path : route.path + " " + address
    var limit =
      readLimits.removeValue(forKey: key)
      ?? RateLimit(limit: route.limit, windowNanoseconds: OrderLimits.windowNanoseconds)
    defer { readLimits[key] = limit }
    return limit.admit(now: clock.monotonic())
  }
}
