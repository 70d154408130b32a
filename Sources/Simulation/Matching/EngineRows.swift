// Rows of the private channels and their REST twins, as JSON objects; simulation.

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

  /// The row of the `orders` channel, `GET trade/order`, `orders-pending` and `orders-history`.
  public func appendRow(to output: inout [UInt8], _ specification: InstrumentSpecification) {
    let isSpot = specification.type == .spot
    let fillPrice = lastFill.map { specification.text(price: $0.price) } ?? ""
    let fillSize = lastFill.map { specification.text(quantity: $0.quantity) } ?? "0"
    output.append(0x7B)
    output.append(field: "accFillSz", specification.text(quantity: filled))
    output.append(field: "amendResult", amendResult)
    output.append(field: "amendSource", amendRequest.isEmpty ? "" : "1")
    output.append(field: "avgPx", averagePrice(specification))
    output.append(field: "cTime", String(createdAt))
    output.append(field: "cancelSource", cancelSource)
    output.append(field: "category", "normal")
    output.append(field: "ccy", "")
    output.append(field: "clOrdId", clientID)
    output.append(field: "code", "0")
    output.append(field: "execType", lastFill.map { $0.isTaker ? "T" : "M" } ?? "")
    output.append(field: "fee", fee.normalized.description)
    output.append(field: "feeCcy", feeCurrency)
    output.append(field: "fillFee", lastFill?.fee.normalized.description ?? "0")
    output.append(field: "fillFeeCcy", lastFill?.feeCurrency ?? "")
    output.append(field: "fillPnl", lastFill?.profit.normalized.description ?? "0")
    output.append(field: "fillPx", fillPrice)
    output.append(field: "fillSz", fillSize)
    output.append(field: "fillTime", lastFill.map { String($0.time) } ?? "")
    output.append(field: "instId", specification.id)
    output.append(field: "instType", specification.typeName)
    output.append(field: "lever", isSpot ? "" : specification.leverage)
    output.append(field: "msg", "")
    output.append(field: "ordId", String(id))
    output.append(field: "ordType", type.rawValue)
    output.append(field: "pnl", profit.normalized.description)
    output.append(field: "posSide", isSpot ? "" : "net")
    output.append(field: "px", price.isNone ? "" : specification.text(price: price))
    output.append(field: "rebate", "0")
    output.append(field: "rebateCcy", specification.settlement)
    output.append(field: "reduceOnly", reduceOnly ? "true" : "false")
    output.append(field: "reqId", amendRequest)
    output.append(field: "side", side == .buy ? "buy" : "sell")
    output.append(field: "source", "")
    output.append(field: "state", state.rawValue)
    output.append(field: "stpMode", selfTradePrevention.rawValue)
    output.append(field: "sz", specification.text(quantity: quantity))
    output.append(field: "tag", tag)
    output.append(field: "tdMode", tradeMode)
    output.append(field: "tgtCcy", quoteBudget == nil ? "" : "quote_ccy")
    output.append(field: "tradeId", lastFill.map { String($0.tradeID) } ?? "")
    output.append(field: "uTime", String(updatedAt))
    output.close(with: 0x7D)
  }
}

extension FillRecord {
  /// The row of `GET trade/fills` and `fills-history`.
  public func appendRow(to output: inout [UInt8], _ specification: InstrumentSpecification) {
    output.append(0x7B)
    output.append(field: "billId", String(billID))
    output.append(field: "clOrdId", clientID)
    output.append(field: "execType", isTaker ? "T" : "M")
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
    output.append(field: "subType", side == .buy ? "1" : "2")
    output.append(field: "tag", tag)
    output.append(field: "tradeId", String(tradeID))
    output.append(field: "ts", String(time))
    output.close(with: 0x7D)
  }
}

extension CurrencyBalance {
  /// An element of `details` in the `account` channel and `GET account/balance`.
  public func appendDetail(to output: inout [UInt8]) {
    let total = cash.normalized.description
    let free = available.normalized.description
    let held = frozen.normalized.description
    output.append(0x7B)
    output.append(field: "availBal", free)
    output.append(field: "availEq", free)
    output.append(field: "cashBal", total)
    output.append(field: "ccy", currency)
    output.append(field: "eq", total)
    output.append(field: "frozenBal", held)
    output.append(field: "liab", "")
    output.append(field: "ordFrozen", held)
    output.append(field: "uTime", String(updatedAt))
    output.append(field: "upl", "0")
    output.close(with: 0x7D)
  }
}

extension VenuePosition {
  /// Entry price of the open lots as text, rounded towards zero four digits past the tick; empty when flat.
  public func averagePrice(_ specification: InstrumentSpecification) -> String {
    if position.lots == 0 { return "" }
    let lots = Amount(units: Int128(abs(position.lots)), decimals: 0)
    guard let contracts = try? lots.multiplied(by: specification.lot),
      let size = try? contracts.multiplied(by: specification.contractValue)
    else { return "" }
    let cost = openCost.magnitude
    let places = specification.tick.decimals + 4
    let mean =
      specification.contract == .inverse
      ? size.divided(by: cost, places: places) : cost.divided(by: size, places: places)
    return mean?.normalized.description ?? ""
  }

  /// The row of the `positions` channel and `GET account/positions`. `mark` is the price for `upl`, or none.
  public func appendRow(
    to output: inout [UInt8], _ specification: InstrumentSpecification, mark: Price
  ) {
    let isSpot = specification.type == .spot
    let markText = mark.isNone ? "" : specification.text(price: mark)
    output.append(0x7B)
    output.append(field: "avgPx", averagePrice(specification))
    output.append(field: "cTime", String(createdAt))
    output.append(field: "ccy", specification.settlement)
    output.append(field: "fee", fee.normalized.description)
    output.append(field: "imr", isSpot ? "" : margin.normalized.description)
    output.append(field: "instId", specification.id)
    output.append(field: "instType", specification.typeName)
    output.append(field: "last", markText)
    output.append(field: "lever", isSpot ? "" : specification.leverage)
    output.append(field: "liqPx", "")
    output.append(field: "markPx", markText)
    output.append(field: "mgnMode", isSpot ? "cash" : "cross")
    output.append(field: "pos", specification.text(quantity: position))
    output.append(field: "posId", String(1_000_000_000 + instrument))
    output.append(field: "posSide", "net")
    output.append(field: "realizedPnl", (realised + fee).normalized.description)
    output.append(field: "tradeId", lastTrade == 0 ? "" : String(lastTrade))
    output.append(field: "uTime", String(updatedAt))
    output.append(field: "upl", unrealised(specification, mark))
    output.close(with: 0x7D)
  }

  /// P&L of the open lots at `mark`, in the settlement currency.
  private func unrealised(_ specification: InstrumentSpecification, _ mark: Price) -> String {
    if position.lots == 0 || mark.isNone { return "0" }
    let lots = Amount(units: Int128(position.lots), decimals: 0)
    guard let contracts = try? lots.multiplied(by: specification.lot),
      let size = try? contracts.multiplied(by: specification.contractValue)
    else { return "" }
    let level = Amount(specification.decimal(price: mark))
    if specification.contract == .inverse {
      guard let worth = size.divided(by: level, places: MatchingEngine.feeDecimalsMax),
        let profit = try? openCost.adding(worth.negated)
      else { return "" }
      return profit.normalized.description
    }
    guard let price = try? size.multiplied(by: specification.decimal(price: mark)),
      let profit = try? price.adding(openCost.negated)
    else { return "" }
    return profit.normalized.description
  }
}
