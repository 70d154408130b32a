// Signed REST calls about leverage, the largest order and closing a position (docs/OKX.md OKX-119, OKX-162, OKX-164); simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  /// Names that `leverage-info`, `max-size` and `max-avail-size` take at once.
  static let leverageNamesMax = 20
  static let sizeNamesMax = 5

  func leverageInfo(_ request: RESTRequest) -> HTTPReply {
    guard let mode = marginMode(request.text("mgnMode")) else { return modeRefused }
    return named(request, SimulatedExchange.leverageNamesMax) { index in
      leverageRow(index, mode, posSide: "net", more: ",\"ccy\":\"\"")
    }
  }

  func setLeverage(_ request: RESTRequest) -> HTTPReply {
    guard let body = try? JSONParser.parse(request.raw.body), let id = body.text("instId"),
      let side = body.text("posSide"), ["", "net"].contains(side)
    else { return RESTReply.refused("51000", "Parameter instId or posSide error") }
    guard let mode = marginMode(body.text("mgnMode") ?? "") else { return modeRefused }
    if id.isEmpty {
      return RESTReply.refused("51010", "Leverage by currency is not for this account mode")
    }
    guard let index = catalogue.index(of: id) else {
      return RESTReply.refused("51001", "Instrument ID doesn't exist.")
    }
    if catalogue[index].type == .spot {
      return RESTReply.refused("51000", "Parameter instId error: margin trading is not simulated")
    }
    guard let text = body.loose("lever"), let number = DecimalNumber(text)?.normalized,
      number.decimals == 0, number.mantissa >= 1
    else { return RESTReply.refused("51000", "Parameter lever error") }
    let now = now()
    let refusal = withEngine { $0.setLeverage(index, to: number.mantissa, at: now, into: &$1) }
    if let refusal { return RESTReply.refused(String(refusal.code), refusal.message) }
    later(0) { exchange in
      exchange.tell()
      exchange.pushLeverage(of: index)
      exchange.flush()
    }
    return RESTReply.rows([leverageRow(index, mode, posSide: side, more: "")])
  }

  /// The account is in net mode and stays there.
  func setPositionMode(_ request: RESTRequest) -> HTTPReply {
    guard let mode = (try? JSONParser.parse(request.raw.body))?.text("posMode"), !mode.isEmpty
    else {
      return RESTReply.refused("50014", "Parameter posMode can not be empty")
    }
    if mode != "net_mode" {
      return RESTReply.refused("51000", "Parameter posMode error: net_mode alone is simulated")
    }
    return RESTReply.rows(["{\"posMode\":\"net_mode\"}"])
  }

  func maxSize(_ request: RESTRequest) -> HTTPReply {
    let isOne = !request.text("instId").contains(",")
    return sized(request) { index, _ in
      let item = catalogue[index]
      var asked: Price?
      if isOne, !request.text("px").isEmpty {
        guard
          let ticks = DecimalNumber(request.text("px")).flatMap({ try? $0.units(of: item.tick) }),
          ticks > 0
        else { return nil }
        asked = Price(ticks: ticks)
      }
      let leverage = Int64(request.text("leverage"))
      func text(_ side: Side) -> String {
        let price = asked ?? sizingPrice(index, side)
        return engine.largestOrder(index, side, price: price, leverage: leverage).map {
          item.text(quantity: $0)
        } ?? ""
      }
      return "{\"ccy\":\(quoted(item.type == .spot ? "" : item.settlement)),"
        + "\"instId\":\(quoted(item.id)),\"maxBuy\":\"\(text(.buy))\",\"maxSell\":\"\(text(.sell))\"}"
    }
  }

  func maxAvailableSize(_ request: RESTRequest) -> HTTPReply {
    sized(request) { index, _ in
      func text(_ side: Side) -> String {
        engine.available(index, side).normalized.description
      }
      return "{\"instId\":\(quoted(catalogue[index].id)),\"availBuy\":\"\(text(.buy))\","
        + "\"availSell\":\"\(text(.sell))\"}"
    }
  }

  func closePosition(_ request: RESTRequest) -> HTTPReply {
    guard let body = try? JSONParser.parse(request.raw.body), let id = body.text("instId"),
      let side = body.text("posSide"), ["", "net"].contains(side),
      let client = body.text("clOrdId"), let tag = body.text("tag"),
      let cancels = body.flag("autoCxl")
    else { return RESTReply.refused("51000", "Parameter posSide, clOrdId, tag or autoCxl error") }
    guard let mode = marginMode(body.text("mgnMode") ?? "") else { return modeRefused }
    if id.isEmpty { return RESTReply.refused("50014", "Parameter instId can not be empty") }
    guard let index = catalogue.index(of: id) else {
      return RESTReply.refused("51001", "Instrument ID doesn't exist.")
    }
    if !admits("close-position \(id)", SimulatedExchange.algosPerTwoSeconds) {
      return RESTReply.refused("51113", "Market-price liquidation requests too frequent.")
    }
    let now = now()
    let result = withEngine {
      $0.closePosition(
        index, isIsolated: mode == "isolated", cancelsOrders: cancels, clientID: client, tag: tag,
        at: now, into: &$1)
    }
    later(0) { exchange in
      exchange.tell()
      exchange.flush()
    }
    if case .failure(let refusal) = result {
      return RESTReply.refused(String(refusal.code), refusal.message)
    }
    return RESTReply.rows([
      "{\"instId\":\(quoted(id)),\"posSide\":\"net\",\"clOrdId\":\(quoted(client)),"
        + "\"tag\":\(quoted(tag))}"
    ])
  }

  // MARK: - Parts

  private var modeRefused: HTTPReply { RESTReply.refused("51000", "Parameter mgnMode error") }

  private func marginMode(_ text: String) -> String? {
    ["cross", "isolated"].contains(text) ? text : nil
  }

  private func leverageRow(_ index: Int, _ mode: String, posSide: String, more: String) -> String {
    "{\"lever\":\"\(engine.leverages[index])\",\"mgnMode\":\"\(mode)\","
      + "\"instId\":\(quoted(catalogue[index].id)),\"posSide\":\"\(posSide)\"\(more)}"
  }

  /// Contracts are sized at their price limit, all else at the last price; without either at the best opposite.
  private func sizingPrice(_ index: Int, _ side: Side) -> Price {
    if catalogue[index].type != .spot, let limits = engine.priceLimits(index, at: now()) {
      return side == .buy ? limits.buy : limits.sell
    }
    let last = engine.lastPrices[index]
    if !last.isNone { return last }
    let best = side == .buy ? engine.books[index].bestAsk : engine.books[index].bestBid
    return best?.price ?? .none
  }

  private func sized(_ request: RESTRequest, _ row: (Int, String) -> String?) -> HTTPReply {
    let mode = request.text("tdMode")
    if mode.isEmpty { return RESTReply.refused("50014", "Parameter tdMode can not be empty") }
    if !["cash", "cross", "isolated"].contains(mode) {
      return RESTReply.refused("51000", "Parameter tdMode error")
    }
    return named(request, SimulatedExchange.sizeNamesMax) { row($0, mode) }
  }

  /// A row for each instrument that `instId` names; nil refuses the call.
  private func named(_ request: RESTRequest, _ most: Int, _ row: (Int) -> String?) -> HTTPReply {
    let names = request.text("instId").split(separator: ",").map(String.init)
    if names.isEmpty { return RESTReply.refused("50014", "Parameter instId can not be empty") }
    if names.count > most {
      return RESTReply.refused("50025", "Parameter instId count exceeds \(most)")
    }
    var rows: [String] = []
    for name in names {
      guard let index = catalogue.index(of: name) else {
        return RESTReply.refused("51001", "Instrument ID doesn't exist.")
      }
      guard let made = row(index) else { return RESTReply.refused("51000", "Parameter px error") }
      rows.append(made)
    }
    return RESTReply.rows(rows)
  }
}
