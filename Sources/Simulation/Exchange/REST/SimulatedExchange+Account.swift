// Signed REST calls about the account; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  func accountConfiguration(_ request: RESTRequest) -> HTTPReply {
    let user = SimulatedExchange.userIdentifier
    return RESTReply.rows([
      "{\"uid\":\"\(user)\",\"mainUid\":\"\(user)\",\"acctLv\":\"2\",\"posMode\":\"net_mode\","
        + "\"autoLoan\":false,\"greeksType\":\"PA\",\"level\":\"Lv5\",\"levelTmp\":\"\","
        + "\"acctStpMode\":\"cancel_maker\",\"ctIsoMode\":\"automatic\",\"mgnIsoMode\":\"automatic\","
        + "\"perm\":\"read_only,trade\",\"ip\":\"127.0.0.1\",\"kycLv\":\"2\",\"label\":\"simulated\","
        + "\"roleType\":\"0\",\"feeType\":\"\(options.engineSettings.spotFeesInQuote ? 1 : 0)\","
        + "\"enableSpotBorrow\":false,\"type\":\"0\"}"
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
