// Placing, cancelling and amending, for REST and WebSocket alike; simulation.

import Market
import Matching
import Quantities

/// How the two doors name an instrument.
enum OrderDoor {
  /// `instIdCode`, an integer; `instId` is ignored.
  case webSocket
  /// `instId`.
  case rest
}

extension SimulatedExchange {
  private static let rateMessage =
    "Rate limit reached. Please refer to API documentation and throttle requests accordingly"

  /// Refusals of the whole request come in its `code`, those of an order in its `sCode`.
  func perform(
    _ operation: OrderOperation, _ items: [ParsedJSON], through door: OrderDoor, expiry: String
  ) -> OperationReply {
    if items.isEmpty || (!operation.isBatch && items.count != 1) {
      return .refused("60013", "Invalid args")
    }
    if engine.maintenance == .ongoing {
      let refusal = MatchingEngine.unavailable
      return .refused(String(refusal.code), refusal.message)
    }
    if items.count > OrderOperation.batchMax {
      return .refused(operation.tooManyCode, "Bulk operation quantity exceeds the maximum limit")
    }
    // A cancel has no time to be late for (docs/OKX.md OKX-105).
    if !expiry.isEmpty && operation.action != .cancel {
      guard let milliseconds = Int64(expiry) else {
        return .refused("51000", "Parameter expTime error")
      }
      if milliseconds < clock.wallMilliseconds() {
        return .refused("50036", "The expTime can't be earlier than the current system time.")
      }
    }
    let isBatch = operation.isBatch && items.count > 1
    for item in items {
      guard
        case .success(let instrument) = instrument(of: item, through: door, to: operation.action)
      else { continue }
      if !limits.admits(
        operation.action, isBatch: isBatch, instrument: instrument, now: clock.monotonic())
      {
        if options.ratesRefuseInRow {
          let refusal = VenueRefusal(50_011, SimulatedExchange.rateMessage)
          return OperationReply(results: items.map { result(operation.action, $0, refusal) })
        }
        return .refused("50011", SimulatedExchange.rateMessage)
      }
    }
    var isLost = false
    var envelope: VenueRefusal?
    let results = items.map { item in
      let fate = fate(of: operation.action)
      if fate.isUnanswered { isLost = true }
      if fate.isOfEnvelope { envelope = fate.refusal }
      let done = fate.isUnheard ? nil : perform(operation.action, item, through: door)
      if let refusal = fate.refusal { return result(operation.action, item, refusal) }
      return done ?? result(operation.action, item, VenueRefusal(0, ""))
    }
    var reply =
      envelope.map { .refused(String($0.code), $0.message) } ?? OperationReply(results: results)
    reply.isLost = isLost
    return reply
  }

  private func perform(_ action: OrderAction, _ item: ParsedJSON, through door: OrderDoor)
    -> OperationResult
  {
    let outcome: Result<UInt64, VenueRefusal>
    switch instrument(of: item, through: door, to: action) {
    case .failure(let refusal): outcome = .failure(refusal)
    case .success(let instrument):
      let isCounted = action != .cancel && catalogue[instrument].type != .spot
      if isCounted && !limits.admitsAccount(now: clock.monotonic()) {
        outcome = .failure(
          VenueRefusal(50_061, "The maximum order rate of this account is reached"))
      } else {
        switch action {
        case .place: outcome = place(item, instrument)
        case .cancel: outcome = cancel(item, instrument)
        case .amend: outcome = amend(item, instrument)
        }
      }
    }
    switch outcome {
    case .success(let identifier):
      var result = result(action, item, VenueRefusal(0, action == .place ? "Order placed" : ""))
      result.orderID = String(identifier)
      if let order = engine.order(identifier) {
        result.milliseconds = order.createdAt
        if result.clientID.isEmpty { result.clientID = order.clientID }
      }
      return result
    case .failure(let refusal): return result(action, item, refusal)
    }
  }

  private func result(_ action: OrderAction, _ item: ParsedJSON, _ refusal: VenueRefusal)
    -> OperationResult
  {
    OperationResult(
      action: action, clientID: item.text("clOrdId") ?? "",
      orderID: action == .place ? "" : item.text("ordId") ?? "", tag: item.text("tag") ?? "",
      requestID: item.text("reqId") ?? "", milliseconds: clock.wallMilliseconds(),
      code: String(refusal.code), message: refusal.message,
      subCode: options.rules.has(.subCode) ? refusal.subCode : nil)
  }

  private func instrument(of item: ParsedJSON, through door: OrderDoor, to action: OrderAction)
    -> Result<Int, VenueRefusal>
  {
    var door = door
    // Names were taken too, and codes won (docs/OKX.md OKX-100).
    let isByCode = options.rules.has(action == .place ? .codesPlace : .codesCancel)
    if door == .webSocket && !isByCode && item["instIdCode"] == nil { door = .rest }
    let name = door == .webSocket ? "instIdCode" : "instId"
    let empty = VenueRefusal(50_014, "Parameter \(name) can not be empty")
    let found: Int?
    switch (door, item[name]) {
    case (_, nil), (_, .null), (_, .string("")): return .failure(empty)
    case (.webSocket, .number(let text)):
      found = Int64(text).flatMap { catalogue.index(ofCode: $0) }
    case (.rest, .string(let text)): found = catalogue.index(of: text)
    default: return .failure(VenueRefusal(51_000, "Parameter \(name) error"))
    }
    guard let found else {
      return .failure(
        VenueRefusal(
          51_001, "Instrument ID, Instrument ID code, or Spread ID doesn't exist."))
    }
    return .success(found)
  }

  // MARK: - One order

  private func place(_ item: ParsedJSON, _ instrument: Int) -> Result<UInt64, VenueRefusal> {
    for name in ["side", "ordType", "sz", "tdMode"] where item.text(name) == "" {
      return .failure(VenueRefusal(50_014, "Parameter \(name) can not be empty"))
    }
    let names = [
      "side", "ordType", "px", "sz", "clOrdId", "tdMode", "tag", "tgtCcy", "stpMode", "posSide",
      "tradeQuoteCcy",
    ]
    var texts: [String: String] = [:]
    for name in names {
      guard let text = item.text(name) else {
        return .failure(VenueRefusal(51_000, "Parameter \(name) error"))
      }
      texts[name] = text
    }
    func text(_ name: String) -> String { texts[name] ?? "" }
    let sides: [String: Side] = ["buy": .buy, "sell": .sell]
    guard let side = sides[text("side")] else {
      return .failure(VenueRefusal(51_000, "Parameter side error"))
    }
    if !["", "net"].contains(text("posSide")) {
      return .failure(VenueRefusal(51_000, "Parameter posSide error"))
    }
    let tag = text("tag")
    if !tag.isEmpty && (!Session.isIdentifier(tag) || tag.utf8.count > 16) {
      return .failure(VenueRefusal(51_000, "Parameter tag error"))
    }
    // An order whose stop is forgotten would be worse than none.
    if let attached = item["attachAlgoOrds"]?.array, !attached.isEmpty {
      return .failure(
        VenueRefusal(51_044, "Attached TP/SL is not simulated: place an algo order of its own"))
    }
    if catalogue[instrument].type == .spot, options.rules.has(.quoteCurrency),
      options.account.closedQuotes.contains(catalogue[instrument].quote)
    {
      return .failure(VenueRefusal(54_109, "You have not activated trading of this pair yet."))
    }
    guard let reduceOnly = item.flag("reduceOnly") else {
      return .failure(VenueRefusal(51_000, "Parameter reduceOnly error"))
    }
    if let code = faults.rejection(instrument: instrument) {
      logFault(.reject, instrument: catalogue[instrument].id)
      return .failure(VenueRefusal(code, "Injected by the fault script"))
    }
    var request = OrderRequest(
      instrument: instrument, side: side, type: text("ordType"), price: text("px"),
      size: text("sz"), clientID: text("clOrdId"), tradeMode: text("tdMode"))
    request.tag = tag
    request.reduceOnly = reduceOnly
    request.targetCurrency = text("tgtCcy")
    request.tradeQuote = text("tradeQuoteCcy")
    request.selfTradePrevention = text("stpMode")
    let now = now()
    return withEngine { $0.place(request, at: now, into: &$1) }
  }

  /// `ordId` wins over `clOrdId`; the failure is `missing` where both are empty.
  func selector(_ order: String?, _ client: String?, missing: Int)
    -> Result<OrderSelector, VenueRefusal>
  {
    guard let order, let client else {
      return .failure(VenueRefusal(51_000, "Parameter ordId or clOrdId error"))
    }
    if !order.isEmpty {
      guard let number = UInt64(order) else {
        return .failure(VenueRefusal(51_000, "Parameter ordId error"))
      }
      return .success(OrderSelector(orderID: number))
    }
    if client.isEmpty {
      return .failure(VenueRefusal(missing, "Either order ID or client order ID is required"))
    }
    return .success(OrderSelector(clientID: client))
  }

  private func cancel(_ item: ParsedJSON, _ instrument: Int) -> Result<UInt64, VenueRefusal> {
    let now = now()
    return selector(item.text("ordId"), item.text("clOrdId"), missing: 51_407).flatMap { selector in
      withEngine { $0.cancel(selector, instrument: instrument, at: now, into: &$1) }
    }
  }

  private func amend(_ item: ParsedJSON, _ instrument: Int) -> Result<UInt64, VenueRefusal> {
    guard let size = item.text("newSz"), let price = item.text("newPx"),
      let request = item.text("reqId"), let cancelOnFail = item.flag("cxlOnFail")
    else { return .failure(VenueRefusal(51_000, "Parameter newSz, newPx or reqId error")) }
    let now = now()
    return selector(item.text("ordId"), item.text("clOrdId"), missing: 51_003).flatMap { selector in
      withEngine {
        $0.amend(
          selector, instrument: instrument, newSize: size, newPrice: price, requestID: request,
          cancelOnFail: cancelOnFail, at: now, into: &$1)
      }
    }
  }
}
