// Signed REST calls about the account; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  func accountConfiguration(_ request: RESTRequest) -> HTTPReply {
    let user = SimulatedExchange.userIdentifier
    let account = options.account
    return RESTReply.rows([
      "{\"uid\":\"\(user)\",\"mainUid\":\"\(user)\",\"acctLv\":\"\(account.level)\","
        + "\"posMode\":\"\(account.positionMode)\",\"autoLoan\":\(account.borrowsByItself),"
        + "\"greeksType\":\"PA\",\"level\":\"Lv5\",\"levelTmp\":\"\","
        + "\"acctStpMode\":\"cancel_maker\",\"ctIsoMode\":\"automatic\",\"mgnIsoMode\":\"automatic\","
        + "\"perm\":\"\(account.permissions.joined(separator: ","))\","
        + "\"ip\":\"\(account.addresses.joined(separator: ","))\",\"kycLv\":\"2\",\"label\":\"simulated\","
        + "\"roleType\":\"0\",\"feeType\":\"\(options.engineSettings.spotFeesInQuote ? 1 : 0)\","
        + "\"enableSpotBorrow\":\(account.enablesSpotBorrow),\"type\":\"0\"}"
    ])
  }

  func accountBalance(_ request: RESTRequest) -> HTTPReply {
    let currencies = request.text("ccy").split(separator: ",").map(String.init)
    return RESTReply.rows([accountRow(currencies: currencies.isEmpty ? nil : Set(currencies))])
  }

  /// Open positions, the newest first; one that is asked for by name is told although it is closed.
  func accountPositions(_ request: RESTRequest) -> HTTPReply {
    let type = request.text("instType")
    let names = request.text("instId").split(separator: ",").map(String.init)
    let ids = request.text("posId").split(separator: ",").map(String.init)
    let rows = listedPositions.filter { position in
      let specification = catalogue[position.instrument]
      if !type.isEmpty && type != specification.typeName { return false }
      if names.isEmpty && ids.isEmpty { return position.position.lots != 0 }
      return (names.isEmpty || names.contains(specification.id))
        && (ids.isEmpty || ids.contains(position.identifier))
    }
    return RESTReply.rows(rows.map(positionRow))
  }

  /// What changed balances in the last seven days (docs/OKX.md OKX-178).
  func recentBills(_ request: RESTRequest) -> HTTPReply {
    bills(request, reaching: SimulatedExchange.historyMilliseconds)
  }

  func billsArchive(_ request: RESTRequest) -> HTTPReply {
    bills(request, reaching: SimulatedExchange.fillsHistoryMilliseconds)
  }

  private func bills(_ request: RESTRequest, reaching reach: Int64) -> HTTPReply {
    let (currency, type, sub) = (request.text("ccy"), request.text("type"), request.text("subType"))
    let (kind, name) = (request.text("instType"), request.text("instId"))
    let begin = request.query["begin"].map { Int64($0) } ?? .min
    let end = request.query["end"].map { Int64($0) } ?? .max
    guard let begin, let end else { return RESTReply.refused("51000", "Parameter begin error") }
    let oldest = max(begin, clock.wallMilliseconds() - reach)
    func item(_ bill: BillRecord) -> InstrumentSpecification? {
      bill.instrument.map { catalogue[$0] }
    }
    let chosen = engine.bills.filter { bill in
      bill.time >= oldest && bill.time <= end
        && (currency.isEmpty || currency == bill.currency)
        && (type.isEmpty || type == bill.kind.type) && (sub.isEmpty || sub == bill.kind.subType)
        && (kind.isEmpty || kind == item(bill)?.typeName)
        && (name.isEmpty || name == item(bill)?.id)
    }
    return paged(chosen, by: \.id, request) { bill in
      var row: [UInt8] = []
      bill.appendRow(to: &row, item(bill))
      return row
    }
  }

  /// Docs/OKX.md OKX-211; the ratios are of accounts in the fee levels from VIP 5 on.
  func accountRateLimit(_ request: RESTRequest) -> HTTPReply {
    RESTReply.rows([
      "{\"accRateLimit\":\"\(options.accountOrdersPerTwoSeconds)\",\"fillRatio\":\"\","
        + "\"mainFillRatio\":\"\",\"nextAccRateLimit\":\"\",\"ts\":\"\(clock.wallMilliseconds())\"}"
    ])
  }

  /// OKX signs rates the other way round: negative is paid.
  func tradeFee(_ request: RESTRequest) -> HTTPReply {
    let type = request.text("instType")
    if type.isEmpty { return RESTReply.refused("50014", "Parameter instType can not be empty") }
    let isSpot = type == "SPOT" || type == "MARGIN"
    let rates = engine.settings.fees.rates(of: isSpot ? .spot : .swap)
    let maker = Amount(rates.maker).negated.normalized.description
    let taker = Amount(rates.taker).negated.normalized.description
    return RESTReply.rows([
      "{\"category\":\"1\",\"level\":\"Lv5\",\"instType\":\(quoted(type)),"
        + "\"maker\":\"\(maker)\",\"taker\":\"\(taker)\","
        + "\"makerU\":\"\(isSpot ? "" : maker)\",\"takerU\":\"\(isSpot ? "" : taker)\","
        + "\"makerUSDC\":\"\(maker)\",\"takerUSDC\":\"\(taker)\",\"delivery\":\"\","
        + "\"exercise\":\"\",\"feeGroup\":[{\"groupId\":\"\(isSpot ? 1 : 2)\","
        + "\"maker\":\"\(maker)\",\"taker\":\"\(taker)\"}],\"ruleType\":\"normal\",\"ts\":\"\(clock.wallMilliseconds())\"}"
    ])
  }
}
