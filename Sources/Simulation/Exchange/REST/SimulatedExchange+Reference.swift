// REST twins of the context channels: tickers, index, mark, limits, funding, open interest; simulation.

import Market

extension SimulatedExchange {
  private func row(
    _ request: RESTRequest, _ make: (SimulatedExchange) -> (Int) -> ContextRow?
  ) -> HTTPReply {
    switch instrument(request) {
    case .failure(let fault): return fault.reply
    case .success(let index):
      guard let row = make(self)(index) else {
        return RESTReply.refused("51001", "Instrument ID doesn't exist for this request.")
      }
      return RESTReply.rows([row.whole])
    }
  }

  func marketTicker(_ request: RESTRequest) -> HTTPReply {
    row(request, SimulatedExchange.tickerRow)
  }
  func fundingRate(_ request: RESTRequest) -> HTTPReply {
    row(request, SimulatedExchange.fundingRow)
  }
  func priceLimit(_ request: RESTRequest) -> HTTPReply {
    row(request, SimulatedExchange.priceLimitRow)
  }

  func marketTickers(_ request: RESTRequest) -> HTTPReply {
    listed(request, ["SPOT", "SWAP", "FUTURES", "OPTION"], SimulatedExchange.tickerRow)
  }

  /// `instType` MARGIN lists the spot pairs.
  func markPrice(_ request: RESTRequest) -> HTTPReply {
    // By an instrument's name alone too (docs/OKX.md OKX-183).
    if request.text("instType").isEmpty && !request.text("instId").isEmpty {
      return row(request, SimulatedExchange.markRow)
    }
    return listed(request, ["MARGIN", "SWAP", "FUTURES", "OPTION"], SimulatedExchange.markRow)
  }

  func openInterest(_ request: RESTRequest) -> HTTPReply {
    listed(request, ["SWAP", "FUTURES", "OPTION"], SimulatedExchange.openInterestRow)
  }

  private func listed(
    _ request: RESTRequest, _ types: [String], _ make: (SimulatedExchange) -> (Int) -> ContextRow?
  ) -> HTTPReply {
    let type = request.text("instType")
    let id = request.text("instId")
    let family = request.text("instFamily")
    if type.isEmpty { return RESTReply.refused("50014", "Parameter instType can not be empty") }
    if !types.contains(type) { return RESTReply.refused("51000", "Parameter instType error") }
    let wanted = type == "MARGIN" ? "SPOT" : type
    let indices = catalogue.listed.filter {
      let item = catalogue[$0]
      return item.typeName == wanted && (id.isEmpty || id == item.id)
        && (family.isEmpty || family == item.family)
    }
    if indices.isEmpty && !id.isEmpty {
      return RESTReply.refused(
        "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
    }
    return RESTReply.rows(indices.compactMap { make(self)($0)?.whole })
  }

  /// By `instId`, or all of a `quoteCcy`.
  func indexTickers(_ request: RESTRequest) -> HTTPReply {
    let id = request.text("instId")
    let quote = request.text("quoteCcy")
    if id.isEmpty && quote.isEmpty {
      return RESTReply.refused("50014", "Either parameter quoteCcy or instId is required")
    }
    if !id.isEmpty && context.indices[id] == nil {
      return RESTReply.refused(
        "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
    }
    let names = context.indices.keys.sorted().filter {
      id.isEmpty ? $0.hasSuffix("-" + quote) : $0 == id
    }
    return RESTReply.rows(names.compactMap { indexRow($0)?.whole })
  }

  func systemStatus(_ request: RESTRequest) -> HTTPReply {
    let state = request.text("state")
    return RESTReply.rows(
      context.notices.filter { state.isEmpty ? $0.isPending : $0.state == state }.map(\.row))
  }

  /// `POST /sim/status {"title":…,"state":…,"begin":ms,"end":ms}`: announces maintenance.
  func announceStatus(_ request: RESTRequest) -> HTTPReply {
    guard let body = try? JSONParser.parse(request.raw.body), let title = body.text("title"),
      let state = body.text("state"), SystemNotice.states.contains(state),
      let begin = body.text("begin").flatMap({ Int64($0) }),
      let end = body.text("end").flatMap({ Int64($0) })
    else { return RESTReply.refused("51000", "Parameter error") }
    announce(
      SystemNotice(
        title: title, state: state, begin: begin, end: end, time: clock.wallMilliseconds()))
    return HTTPReply(body: "{\"announced\":true}")
  }
}
