// Signed REST calls about algo orders: place, cancel, amend (docs/OKX.md OKX-230 to OKX-237); simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  /// Algo orders of one instrument that a call may hold.
  static let algosCancelledMax = 10
  static let algosPerTwoSeconds = 20

  func placeAlgo(_ request: RESTRequest) -> HTTPReply {
    single(request) { body in
      let result = algoRequest(body).flatMap { wanted -> Result<UInt64, VenueRefusal> in
        let now = now()
        return withEngine { $0.placeAlgo(wanted, at: now, into: &$1) }
      }
      return algoReply(
        result, body, more: ",\"clOrdId\":\"\",\"tag\":\(quoted(body.text("tag") ?? ""))")
    }
  }

  func amendAlgo(_ request: RESTRequest) -> HTTPReply {
    single(request) { body in
      let result = algoInstrument(body).flatMap { index -> Result<UInt64, VenueRefusal> in
        guard let change = amendment(body) else {
          return .failure(VenueRefusal(51_000, "Parameter of a new price, size or reqId error"))
        }
        let now = now()
        return algoSelector(body.text("algoId"), body.text("algoClOrdId")).flatMap { selector in
          withEngine {
            $0.amendAlgo(selector, instrument: index, change, at: now, into: &$1)
          }
        }
      }
      return algoReply(result, body, more: ",\"reqId\":\(quoted(body.text("reqId") ?? ""))")
    }
  }

  func cancelAlgos(_ request: RESTRequest) -> HTTPReply {
    parsed(request) { body in
      let items = body.array ?? [body]
      if items.isEmpty { return RESTReply.refused("51407", "Parameter algoId can not be empty") }
      if items.count > SimulatedExchange.algosCancelledMax {
        return RESTReply.refused("51406", "The maximum number of orders to cancel is 10")
      }
      if let refusal = algoRateRefusal("cancel-algos", items) { return refusal }
      let results = items.map { item in
        let result = algoInstrument(item).flatMap { index -> Result<UInt64, VenueRefusal> in
          let now = now()
          return algoSelector(item.text("algoId"), item.text("algoClOrdId")).flatMap { selector in
            withEngine { $0.cancelAlgo(selector, instrument: index, at: now, into: &$1) }
          }
        }
        return algoResult(result, item, more: ",\"clOrdId\":\"\",\"tag\":\"\"")
      }
      return reply(results)
    }
  }

  // MARK: - Requests

  private func parsed(_ request: RESTRequest, _ body: (ParsedJSON) -> HTTPReply) -> HTTPReply {
    if request.raw.body.isEmpty { return RESTReply.refused("50000", "Body can not be empty.") }
    guard let value = try? JSONParser.parse(request.raw.body) else {
      return RESTReply.refused("50002", "JSON syntax error")
    }
    return body(value)
  }

  /// One algo order of one instrument, within its rate.
  private func single(_ request: RESTRequest, _ body: (ParsedJSON) -> HTTPReply) -> HTTPReply {
    parsed(request) { value in
      guard case .object = value else { return RESTReply.refused("50002", "JSON syntax error") }
      let name = request.path.split(separator: "/").last.map(String.init) ?? ""
      return algoRateRefusal(name, [value]) ?? body(value)
    }
  }

  private func algoRateRefusal(_ name: String, _ items: [ParsedJSON]) -> HTTPReply? {
    for item in items
    where !admits("\(name) \(item.text("instId") ?? "")", SimulatedExchange.algosPerTwoSeconds) {
      return RESTReply.refused("50011", "Too Many Requests")
    }
    return nil
  }

  private func algoInstrument(_ item: ParsedJSON) -> Result<Int, VenueRefusal> {
    guard let id = item.text("instId"), !id.isEmpty else {
      return .failure(VenueRefusal(50_014, "Parameter instId can not be empty"))
    }
    guard let index = catalogue.index(of: id) else {
      return .failure(
        VenueRefusal(51_001, "Instrument ID, Instrument ID code, or Spread ID doesn't exist."))
    }
    return .success(index)
  }

  /// `algoId` wins over `algoClOrdId`.
  func algoSelector(_ id: String?, _ client: String?) -> Result<AlgoSelector, VenueRefusal> {
    if let id, !id.isEmpty {
      guard let number = UInt64(id) else {
        return .failure(VenueRefusal(51_000, "Parameter algoId error"))
      }
      return .success(AlgoSelector(id: number))
    }
    guard let client, !client.isEmpty else {
      return .failure(VenueRefusal(50_015, "Either parameter algoId or algoClOrdId is required"))
    }
    return .success(AlgoSelector(clientID: client))
  }

  private func algoRequest(_ body: ParsedJSON) -> Result<AlgoRequest, VenueRefusal> {
    algoInstrument(body).flatMap { index in
      for name in ["tdMode", "side", "ordType"] where body.text(name) == "" {
        return .failure(VenueRefusal(50_014, "Parameter \(name) can not be empty"))
      }
      guard let side = ["buy": Side.buy, "sell": .sell][body.text("side") ?? ""] else {
        return .failure(VenueRefusal(51_000, "Parameter side error"))
      }
      if !["", "net"].contains(body.text("posSide")) {
        return .failure(VenueRefusal(51_000, "Parameter posSide error"))
      }
      if !["", "condition"].contains(body.text("tpOrdKind")) {
        return .failure(VenueRefusal(51_000, "Parameter tpOrdKind error: limit is not simulated"))
      }
      if let attached = body["attachAlgoOrds"]?.array, !attached.isEmpty {
        return .failure(
          VenueRefusal(51_044, "Attached TP/SL is not simulated: place an algo order of its own"))
      }
      var wanted = AlgoRequest(
        instrument: index, side: side, type: body.text("ordType") ?? "",
        tradeMode: body.text("tdMode") ?? "")
      guard let reduceOnly = body.flag("reduceOnly"), let dies = body.flag("cxlOnClosePos"),
        read(body, into: &wanted)
      else { return .failure(VenueRefusal(51_000, "Parameter error: a text was expected")) }
      (wanted.reduceOnly, wanted.diesWithPosition) = (reduceOnly, dies)
      return .success(wanted)
    }
  }

  /// False where a text is something else.
  private func read(_ body: ParsedJSON, into wanted: inout AlgoRequest) -> Bool {
    var isText = true
    func text(_ name: String) -> String {
      guard let value = body.loose(name) else {
        isText = false
        return ""
      }
      return value
    }
    wanted.size = text("sz")
    wanted.closeFraction = text("closeFraction")
    wanted.clientID = text("algoClOrdId")
    wanted.tag = text("tag")
    wanted.targetCurrency = text("tgtCcy")
    wanted.takeProfit = .init(
      trigger: text("tpTriggerPx"), price: text("tpOrdPx"), source: text("tpTriggerPxType"))
    wanted.stopLoss = .init(
      trigger: text("slTriggerPx"), price: text("slOrdPx"), source: text("slTriggerPxType"))
    wanted.trigger = .init(
      trigger: text("triggerPx"), price: text("orderPx"), source: text("triggerPxType"))
    wanted.childType = text("advanceOrdType")
    wanted.callbackRatio = text("callbackRatio")
    wanted.callbackSpread = text("callbackSpread")
    wanted.activation = text("activePx")
    return isText
  }

  private func amendment(_ body: ParsedJSON) -> AlgoAmendment? {
    guard let request = body.text("reqId"), let cancels = body.flag("cxlOnFail"),
      let size = body.loose("newSz"), let profit = leg(body, "newTp"),
      let stop = leg(body, "newSl"), let trigger = body.loose("newTriggerPx"),
      let price = body.loose("newOrdPx"), let source = body.text("newTriggerPxType")
    else { return nil }
    var change = AlgoAmendment()
    (change.requestID, change.cancelsOnFailure, change.size) = (request, cancels, size)
    (change.takeProfit, change.stopLoss) = (profit, stop)
    change.trigger = .init(trigger: trigger, price: price, source: source)
    return change
  }

  private func leg(_ body: ParsedJSON, _ prefix: String) -> AlgoRequest.LegText? {
    guard let trigger = body.loose(prefix + "TriggerPx"), let price = body.loose(prefix + "OrdPx"),
      let source = body.text(prefix + "TriggerPxType")
    else { return nil }
    return .init(trigger: trigger, price: price, source: source)
  }

  // MARK: - Replies

  private func algoReply(
    _ result: Result<UInt64, VenueRefusal>, _ item: ParsedJSON, more: String
  ) -> HTTPReply {
    reply([algoResult(result, item, more: more)])
  }

  private func algoResult(
    _ result: Result<UInt64, VenueRefusal>, _ item: ParsedJSON, more: String
  ) -> (code: Int, row: String) {
    var (id, code, message) = (item.text("algoId") ?? "", 0, "")
    switch result {
    case .success(let number): id = String(number)
    case .failure(let refusal): (code, message) = (refusal.code, refusal.message)
    }
    let row =
      "{\"algoId\":\(quoted(id)),\"algoClOrdId\":\(quoted(item.text("algoClOrdId") ?? "")),"
      + "\"sCode\":\"\(code)\",\"sMsg\":\(quoted(message))\(more)}"
    return (code, row)
  }

  private func reply(_ results: [(code: Int, row: String)]) -> HTTPReply {
    later(0) { exchange in
      exchange.tell()
      exchange.flush()
    }
    let failed = results.count { $0.code != 0 }
    let code = failed == 0 ? "0" : failed == results.count ? "1" : "2"
    return HTTPReply(
      body: "{\"code\":\"\(code)\",\"msg\":\"\","
        + "\"data\":[\(results.map(\.row).joined(separator: ","))]}")
  }
}
