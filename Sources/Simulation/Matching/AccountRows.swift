// Rows of the account and its positions, as JSON objects; simulation.

import Market
import Quantities

extension CurrencyEquity {
  /// An element of `details` in the `account` channel and `GET account/balance`.
  public func appendDetail(to output: inout [UInt8]) {
    let held = balance.frozen.normalized.description
    let orders = balance.frozen - initialMargin
    func text(_ amount: Amount?) -> String { amount?.normalized.description ?? "" }
    output.append(0x7B)
    appendDocumented(to: &output)
    output.append(field: "availBal", text(balance.available))
    output.append(field: "availEq", text(available))
    output.append(field: "cashBal", text(balance.cash))
    output.append(field: "ccy", balance.currency)
    output.append(field: "eq", text(equity))
    output.append(field: "eqUsd", text(worth(equity)))
    output.append(field: "frozenBal", held)
    output.append(field: "imr", hasPositions ? text(initialMargin) : "")
    output.append(field: "isoEq", "0")
    output.append(field: "liab", "")
    output.append(field: "mgnRatio", ratio)
    output.append(field: "mmr", hasPositions ? text(maintenanceMargin) : "")
    output.append(field: "ordFrozen", text(orders))
    output.append(field: "uTime", String(balance.updatedAt))
    output.append(field: "upl", text(unrealised))
    output.close(with: 0x7D)
  }

  private var hasPositions: Bool { initialMargin.units != 0 || maintenanceMargin.units != 0 }

  /// Equity over what has to stay, four decimals; empty without positions.
  private var ratio: String {
    if maintenanceMargin.units <= 0 { return "" }
    return equity.divided(by: maintenanceMargin, places: 4)?.normalized.description ?? ""
  }
}

extension AccountEquity {
  /// The one row of the `account` channel and of `GET account/balance`; `currencies` nil: those of which there
  /// is anything. In account level 2 the account-wide figures but `totalEq` are empty (docs/OKX.md OKX-151).
  public func appendRow(to output: inout [UInt8], currencies chosen: Set<String>?, time: Int64) {
    output.append(0x7B)
    appendDocumented(to: &output)
    output.append(field: "uTime", String(time))
    output.append(field: "totalEq", total.normalized.description)
    output.append(field: "isoEq", "0")
    let empty: [StaticString] = [
      "adjEq", "availEq", "imr", "mmr", "mgnRatio", "notionalUsd", "ordFroz", "upl",
    ]
    for name in empty {
      output.append(field: name, "")
    }
    output.append(text: "\"details\":[")
    for item in currencies where chosen?.contains(item.balance.currency) ?? !item.isEmpty {
      item.appendDetail(to: &output)
      output.append(0x2C)
    }
    output.close(with: 0x5D)
    output.append(0x7D)
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

  /// The row of the `positions` channel and `GET account/positions`, net; spot has none. `mark` is the
  /// price for `upl`, or none; `margins` what the engine says of it.
  public func appendRow(
    to output: inout [UInt8], _ specification: InstrumentSpecification, mark: Price,
    margins: PositionMargins = PositionMargins()
  ) {
    let markText = mark.isNone ? "" : specification.text(price: mark)
    let upl = unrealised(specification, mark)
    output.append(0x7B)
    appendDocumented(to: &output, closing: margins.closing, specification)
    let empty: [StaticString] = ["adl", "availPos", "idxPx", "margin", "mgnRatio", "posCcy"]
    for name in empty {
      output.append(field: name, "")
    }
    output.append(field: "avgPx", averagePrice(specification))
    output.append(field: "cTime", String(createdAt))
    output.append(field: "ccy", specification.settlement)
    output.append(field: "fee", fee.normalized.description)
    output.append(field: "fundingFee", funding.normalized.description)
    output.append(field: "imr", margin.normalized.description)
    output.append(field: "instId", specification.id)
    output.append(field: "instType", specification.typeName)
    output.append(field: "last", markText)
    output.append(field: "lever", margins.leverage)
    output.append(field: "liqPx", margins.liquidation?.description ?? "")
    output.append(field: "markPx", markText)
    output.append(field: "mgnMode", isIsolated ? "isolated" : "cross")
    output.append(field: "mmr", margins.maintenance.normalized.description)
    output.append(field: "notionalUsd", margins.notional?.normalized.description ?? "")
    output.append(field: "pnl", realised.normalized.description)
    output.append(field: "pos", specification.text(quantity: position))
    output.append(field: "posId", identifier)
    output.append(field: "posSide", "net")
    output.append(field: "realizedPnl", (realised + fee + funding + settled).normalized.description)
    output.append(field: "settledPnl", settled.normalized.description)
    output.append(field: "tradeId", String(lastTrade))
    output.append(field: "uTime", String(updatedAt))
    output.append(field: "upl", upl?.normalized.description ?? "")
    output.append(field: "uplRatio", uplRatio(upl))
    output.close(with: 0x7D)
  }

  /// OKX `posId`: the same for an instrument's whole life.
  public var identifier: String {
    String((isIsolated ? 2_000_000_000 : 1_000_000_000) + instrument)
  }

  /// Over the initial margin, four decimals.
  private func uplRatio(_ upl: Amount?) -> String {
    if margin.units <= 0 { return "" }
    return upl?.divided(by: margin, places: 4)?.normalized.description ?? ""
  }

  /// P&L of the open lots at `mark`, in the settlement currency; zero without lots or a mark, nil where it
  /// leaves 128 bits.
  public func unrealised(_ specification: InstrumentSpecification, _ mark: Price) -> Amount? {
    if position.lots == 0 || mark.isNone { return .zero }
    let lots = Amount(units: Int128(position.lots), decimals: 0)
    guard let contracts = try? lots.multiplied(by: specification.lot),
      let size = try? contracts.multiplied(by: specification.contractValue)
    else { return nil }
    let price = specification.decimal(price: mark)
    if specification.contract == .inverse {
      guard let worth = size.divided(by: Amount(price), places: MatchingEngine.feeDecimalsMax)
      else { return nil }
      return try? openCost.adding(worth.negated)
    }
    return try? size.multiplied(by: price).adding(openCost.negated)
  }
}

/// What the engine says of a position beside the position itself.
public struct PositionMargins: Sendable, Equatable {
  public var leverage = ""
  public var liquidation: Amount?
  public var maintenance = Amount.zero
  /// Worth in the quote or settlement currency; dollars for what OKX lists against USDT, USDC and USD.
  public var notional: Amount?
  /// Algo orders that wait to close all of it.
  public var closing: [AlgoOrder] = []

  public init() {}
}

extension MatchingEngine {
  public func margins(of position: VenuePosition) -> PositionMargins {
    var margins = PositionMargins()
    let specification = catalogue[position.instrument]
    let mark = mark(position.instrument)
    if specification.contract != .inverse && !mark.isNone {
      margins.notional = value(position.instrument, mark, lots: abs(position.position.lots))
    }
    if specification.type == .spot { return margins }
    margins.leverage = String(leverages[position.instrument])
    margins.liquidation = liquidationPrice(position)
    margins.closing = algos.filter {
      $0.closesPosition && $0.instrument == position.instrument
        && $0.isIsolated == position.isIsolated
    }
    margins.maintenance = maintenance(position, mark)
    return margins
  }
}
