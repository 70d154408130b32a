// Rows of the private channels and their REST twins, as JSON objects; simulation.

import Market
import Quantities

extension VenueOrder {
  /// Average fill price as text, rounded towards zero four digits past the tick; empty without a fill.
  public func averagePrice(_ specification: InstrumentSpecification) -> String {
    if filled.lots == 0 { return "" }
    let mean = filledValue * 10_000 / Int128(filled.lots)
    let tick = specification.tick
    let (units, overflowed) = mean.multipliedReportingOverflow(by: Int128(tick.mantissa))
    if overflowed { return "" }
    return Amount(units: units, decimals: tick.decimals + 4).normalized.description
  }

  /// The row of the `orders` channel, `GET trade/order`, `orders-pending` and `orders-history`. A push shows its
  /// own fill or none, `GET` the order's last one; pushes and pending orders say 0 for a mean that there is not
  /// yet (docs/OKX.md OKX-113, OKX-114).
  public func appendRow(
    to output: inout [UInt8], _ specification: InstrumentSpecification, as view: OrderView = .push
  ) {
    let isSpot = specification.type == .spot
    let shownFill = view == .push ? lastFill : latestFill
    let fillPrice = shownFill.map { specification.text(price: $0.price) } ?? ""
    let fillSize = shownFill.map { specification.text(quantity: $0.quantity) } ?? "0"
    let noMean = view == .queried ? "" : "0"
    output.append(0x7B)
    appendDocumented(to: &output, specification)
    output.append(field: "accFillSz", specification.text(quantity: filled))
    output.append(field: "amendResult", amendResult)
    output.append(
      field: "amendSource", isTrimmed ? "4" : amendResult.isEmpty ? "" : "1")
    output.append(field: "avgPx", filled.lots == 0 ? noMean : averagePrice(specification))
    output.append(field: "cTime", String(createdAt))
    output.append(field: "cancelSource", cancelSource)
    output.append(field: "category", category.rawValue)
    output.append(field: "ccy", "")
    output.append(field: "clOrdId", clientID)
    output.append(field: "code", "0")
    output.append(field: "execType", shownFill?.liquidity ?? "")
    output.append(field: "fee", fee.normalized.description)
    output.append(field: "feeCcy", feeCurrency)
    output.append(field: "fillFee", shownFill?.fee.normalized.description ?? "0")
    output.append(field: "fillFeeCcy", shownFill?.feeCurrency ?? "")
    output.append(field: "fillPnl", shownFill?.profit.normalized.description ?? "0")
    output.append(field: "fillPx", fillPrice)
    output.append(field: "fillSz", fillSize)
    output.append(field: "fillTime", shownFill.map { String($0.time) } ?? "")
    output.append(field: "instId", specification.id)
    output.append(field: "instType", specification.typeName)
    output.append(field: "lever", leverage)
    output.append(field: "msg", "")
    output.append(field: "ordId", String(id))
    output.append(field: "ordType", type.rawValue)
    output.append(field: "pnl", profit.normalized.description)
    output.append(field: "posSide", isSpot ? "" : "net")
    output.append(field: "px", price.isNone ? "" : specification.text(price: price))
    output.append(field: "rebate", "0")
    output.append(field: "rebateCcy", paidIn.isEmpty ? specification.settlement : paidIn)
    output.append(field: "reduceOnly", reduceOnly ? "true" : "false")
    output.append(field: "reqId", amendRequest)
    output.append(field: "side", side == .buy ? "buy" : "sell")
    output.append(field: "source", "")
    output.append(field: "state", state.rawValue)
    output.append(field: "stpMode", selfTradePrevention.rawValue)
    output.append(
      field: "sz", quoteSize?.normalized.description ?? specification.text(quantity: quantity))
    output.append(field: "tag", tag)
    output.append(field: "tdMode", tradeMode)
    output.append(field: "tgtCcy", quoteBudget == nil ? "" : "quote_ccy")
    output.append(field: "tradeId", shownFill.map { String(max(0, $0.tradeID)) } ?? "")
    output.append(field: "uTime", String(updatedAt))
    output.close(with: 0x7D)
  }
}

extension VenueOrder {
  /// Fields of every order row that are set here by an algo order alone, or never.
  private func appendDocumented(to output: inout [UInt8], _ item: InstrumentSpecification) {
    output.append(field: "algoClOrdId", algo?.clientID ?? "")
    output.append(field: "algoId", algo.map { String($0.id) } ?? "")
    output.append(text: "\"attachAlgoOrds\":[],\"linkedAlgoOrd\":{\"algoId\":\"\"},")
    output.append(field: "isTpLimit", "false")
    output.append(field: "tradeQuoteCcy", item.type == .spot ? paidIn : "")
    let empty: [StaticString] = [
      "attachAlgoClOrdId", "cancelSourceReason", "pxType", "pxUsd", "pxVol", "quickMgnType",
      "slOrdPx", "slTriggerPx", "slTriggerPxType", "stpId", "tpOrdPx", "tpTriggerPx",
      "tpTriggerPxType",
    ]
    for name in empty { output.append(field: name, "") }
  }
}

/// Who is shown an order.
public enum OrderView: Sendable {
  /// The `orders` channel.
  case push
  /// `GET orders-pending`.
  case pending
  /// `GET trade/order` and `orders-history`.
  case queried
}

extension FillRecord {
  /// OKX `execType`; none for what the system made.
  var liquidity: String { category.isSystem ? "" : isTaker ? "T" : "M" }

  /// The row of `GET trade/fills` and `fills-history`.
  public func appendRow(to output: inout [UInt8], _ specification: InstrumentSpecification) {
    output.append(0x7B)
    output.append(field: "billId", String(billID))
    output.append(field: "clOrdId", clientID)
    output.append(field: "execType", liquidity)
    output.append(field: "fee", fee.normalized.description)
    output.append(field: "feeCcy", feeCurrency)
    output.append(field: "fillPnl", profit.normalized.description)
    output.append(field: "fillPx", specification.text(price: price))
    output.append(field: "fillSz", specification.text(quantity: quantity))
    output.append(field: "fillTime", String(time))
    output.append(field: "instId", specification.id)
    output.append(field: "instType", specification.typeName)
    output.append(field: "ordId", String(orderID))
    output.append(field: "posSide", specification.type == .spot ? "" : "net")
    output.append(field: "side", side == .buy ? "buy" : "sell")
    output.append(field: "subType", BillKind(self).subType)
    output.append(field: "tag", tag)
    output.append(field: "tradeId", String(tradeID))
    output.append(field: "ts", String(time))
    output.close(with: 0x7D)
  }
}
