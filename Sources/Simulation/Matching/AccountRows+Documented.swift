// Fields of balances and positions that clients of others insist on (docs/OKX.md OKX-165); simulation.

import Market
import Quantities

extension CurrencyEquity {
  /// Nothing is borrowed, lent, copied or pledged here.
  func appendDocumented(to output: inout [UInt8]) {
    let zero: [StaticString] = [
      "autoLendMtAmt", "colBorrAutoConversion", "colRes", "fixedBal", "frpType", "isoUpl",
      "rewardBal",
      "smtSyncEq", "spotCopyTradingEq", "spotIsoBal", "stgyEq",
    ]
    for name in zero { output.append(field: name, "0") }
    output.append(field: "autoLendStatus", "off")
    output.append(text: "\"collateralEnabled\":false,\"collateralRestrict\":false,")
    let empty: [StaticString] = [
      "accAvgPx", "borrowFroz", "clSpotInUseAmt", "crossLiab", "disEq", "interest", "isoLiab",
      "maxLoan",
      "maxSpotInUse", "notionalLever", "openAvgPx", "spotBal", "spotInUseAmt", "spotUpl",
      "spotUplRatio",
      "totalPnl", "totalPnlRatio", "twap", "uplLiab",
    ]
    for name in empty { output.append(field: name, "") }
  }
}

extension AccountEquity {
  /// Of the account as a whole: empty in account level 2.
  func appendDocumented(to output: inout [UInt8]) {
    let empty: [StaticString] = [
      "borrowFroz", "delta", "deltaLever", "deltaNeutralStatus", "notionalUsdForBorrow",
      "notionalUsdForFutures", "notionalUsdForOption", "notionalUsdForSwap",
    ]
    for name in empty { output.append(field: name, "") }
  }
}

extension VenuePosition {
  /// `closing`: the algo orders of `closeFraction` 1 that wait for it.
  func appendDocumented(
    to output: inout [UInt8], closing: [AlgoOrder], _ item: InstrumentSpecification
  ) {
    output.append(text: "\"closeOrderAlgo\":[")
    for order in closing {
      func trigger(_ leg: AlgoLeg?) -> String { leg.map { item.text(price: $0.trigger) } ?? "" }
      output.append(0x7B)
      output.append(field: "algoId", String(order.id))
      output.append(field: "closeFraction", "1")
      output.append(field: "slTriggerPx", trigger(order.stopLoss))
      output.append(field: "slTriggerPxType", order.stopLoss?.source.rawValue ?? "")
      output.append(field: "tpTriggerPx", trigger(order.takeProfit))
      output.append(field: "tpTriggerPxType", order.takeProfit?.source.rawValue ?? "")
      output.close(with: 0x7D)
      output.append(0x2C)
    }
    output.close(with: 0x5D)
    output.append(0x2C)
    output.append(field: "liqPenalty", "0")
    let empty: [StaticString] = [
      "baseBal", "baseBorrowed", "baseInterest", "bePx", "bizRefId", "bizRefType", "clSpotInUseAmt",
      "deltaBS", "deltaPA", "gammaBS", "gammaPA", "hedgedPos", "interest", "liab", "liabCcy",
      "maxSpotInUseAmt", "nonSettleAvgPx", "optVal", "pendingCloseOrdLiabVal", "quoteBal",
      "quoteBorrowed", "quoteInterest", "spotInUseAmt", "spotInUseCcy", "thetaBS", "thetaPA",
      "uplLastPx", "uplRatioLastPx", "usdPx", "vegaBS", "vegaPA",
    ]
    for name in empty { output.append(field: name, "") }
  }
}
