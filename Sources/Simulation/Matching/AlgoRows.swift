// Rows of algo orders for `orders-algo`, `algo-advance` and their REST twins, as JSON objects; simulation.

import Market
import Quantities

extension AlgoOrder {
  /// All that the documents list, for every call and channel: what a kind of order has not is empty.
  public func appendRow(to output: inout [UInt8], _ item: InstrumentSpecification) {
    func text(_ price: Price) -> String { price.isNone ? "" : item.text(price: price) }
    let isDone = triggeredAt > 0
    let newest = orders.last.map { String($0) } ?? ""
    output.append(0x7B)
    output.append(field: "activePx", trail.map { text($0.activation) } ?? "")
    output.append(field: "actualPx", isDone ? (actualPrice.isNone ? "-1" : text(actualPrice)) : "")
    output.append(field: "actualSide", triggeredLeg?.rawValue ?? "")
    output.append(field: "actualSz", item.text(quantity: actualSize))
    output.append(field: "advanceOrdType", childType)
    output.append(field: "algoClOrdId", clientID)
    output.append(field: "algoId", String(id))
    output.append(field: "amendPxOnTriggerType", "0")
    output.append(field: "amendResult", amendResult)
    output.append(text: "\"attachAlgoOrds\":[],")
    output.append(field: "cTime", String(createdAt))
    output.append(field: "callbackRatio", trail?.ratio?.normalized.description ?? "")
    output.append(field: "callbackSpread", trail.map { text($0.spread) } ?? "")
    output.append(field: "ccy", item.type == .spot ? "" : item.settlement)
    output.append(field: "clOrdId", "")
    output.append(field: "closeFraction", closesPosition ? "1" : "")
    output.append(field: "failCode", failCode)
    output.append(field: "instId", item.id)
    output.append(field: "instType", item.typeName)
    output.append(field: "last", text(lastAtPlacing))
    output.append(field: "lever", leverage)
    output.append(text: "\"linkedOrd\":{\"ordId\":\"\"},")
    output.append(field: "moveTriggerPx", trail.map { text($0.trigger(side)) } ?? "")
    output.append(field: "ordId", newest)
    output.append(text: "\"ordIdList\":[")
    for order in orders {
      output.append(quoted: String(order))
      output.append(0x2C)
    }
    output.close(with: 0x5D)
    output.append(0x2C)
    output.append(field: "ordPx", orderPrice(trigger, item))
    output.append(field: "ordType", type.rawValue)
    output.append(field: "posSide", "net")
    output.append(field: "reduceOnly", reduceOnly ? "true" : "false")
    output.append(field: "reqId", amendRequest)
    output.append(field: "side", side == .buy ? "buy" : "sell")
    append(stopLoss, names: ("slOrdPx", "slTriggerPx", "slTriggerPxType"), to: &output, item)
    output.append(field: "state", state.rawValue)
    output.append(text: "\"subAlgoIdList\":[],")
    let isSized = !size.isEmpty || actualSize.lots == 0
    output.append(field: "sz", isSized ? size : item.text(quantity: actualSize))
    output.append(field: "tag", tag)
    output.append(field: "tdMode", tradeMode)
    output.append(field: "tgtCcy", targetCurrency)
    append(takeProfit, names: ("tpOrdPx", "tpTriggerPx", "tpTriggerPxType"), to: &output, item)
    output.append(field: "tradeQuoteCcy", item.type == .spot ? item.quote : "")
    output.append(field: "triggerPx", trigger.map { text($0.trigger) } ?? "")
    output.append(field: "triggerPxType", trigger?.source.rawValue ?? "")
    output.append(field: "triggerTime", isDone ? String(triggeredAt) : "")
    output.append(field: "uTime", String(updatedAt))
    let empty: [StaticString] = [
      "chaseType", "chaseVal", "isTradeBorrowMode", "maxChaseType", "maxChaseVal", "pxLimit",
      "pxSpread", "pxVar", "quickMgnType", "szLimit", "timeInterval",
    ]
    for name in empty { output.append(field: name, "") }
    output.close(with: 0x7D)
  }

  /// -1: at market.
  private func orderPrice(_ leg: AlgoLeg?, _ item: InstrumentSpecification) -> String {
    leg.map { $0.price.isNone ? "-1" : item.text(price: $0.price) } ?? ""
  }

  private func append(
    _ leg: AlgoLeg?, names: (order: StaticString, trigger: StaticString, source: StaticString),
    to output: inout [UInt8], _ item: InstrumentSpecification
  ) {
    output.append(field: names.order, orderPrice(leg, item))
    output.append(field: names.trigger, leg.map { item.text(price: $0.trigger) } ?? "")
    output.append(field: names.source, leg?.source.rawValue ?? "")
  }
}
