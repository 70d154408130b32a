// A change of a balance and what made it, with its row of `GET account/bills`; simulation.

import Market
import Quantities

/// OKX `type` and `subType` (docs/OKX.md OKX-178).
public enum BillKind: Sendable, Equatable {
  case trade(Side)
  case partialLiquidation(Side)
  case fullLiquidation(Side)
  case autoDeleveraging(Side)
  case funding(isPaid: Bool)
  case settlement
  case delivery(isLong: Bool)
  case transfer(isIn: Bool)

  init(_ fill: FillRecord) {
    self =
      switch fill.category {
      case .normal: .trade(fill.side)
      case .partialLiquidation: .partialLiquidation(fill.side)
      case .fullLiquidation: .fullLiquidation(fill.side)
      case .autoDeleveraging: .autoDeleveraging(fill.side)
      }
  }

  public var type: String {
    switch self {
    case .trade: "2"
    case .partialLiquidation, .fullLiquidation: "5"
    case .autoDeleveraging: "9"
    case .funding: "8"
    case .settlement: "34"
    case .delivery: "3"
    case .transfer: "1"
    }
  }

  public var subType: String {
    switch self {
    case .trade(let side): side == .buy ? "1" : "2"
    case .partialLiquidation(let side): side == .buy ? "102" : "103"
    case .fullLiquidation(let side): side == .buy ? "106" : "107"
    case .autoDeleveraging(let side): side == .buy ? "127" : "128"
    case .funding(let isPaid): isPaid ? "173" : "174"
    case .settlement: "355"
    case .delivery(let isLong): isLong ? "112" : "113"
    case .transfer(let isIn): isIn ? "11" : "12"
    }
  }
}

public struct BillRecord: Sendable, Equatable {
  /// Rises by one.
  public var id: UInt64
  public var kind: BillKind
  public var currency: String
  public var change: Amount
  /// Cash after it.
  public var balance: Amount
  /// Nil for transfers.
  public var instrument: Int?
  /// In the currency, or contracts for a derivative.
  public var size: Amount = .zero
  public var price = Price.none
  public var profit: Amount = .zero
  public var fee: Amount = .zero
  /// The fill that it is the bill of.
  public var fill: FillRecord?
  /// Milliseconds.
  public var time: Int64

  /// `specification` is its instrument's.
  public func appendRow(to output: inout [UInt8], _ specification: InstrumentSpecification?) {
    let priceText = specification.map { price.isNone ? "" : $0.text(price: price) } ?? ""
    let mode = specification.map { $0.type == .spot ? "cash" : "cross" } ?? ""
    output.append(0x7B)
    output.append(field: "bal", balance.normalized.description)
    output.append(field: "balChg", change.normalized.description)
    output.append(field: "billId", String(id))
    output.append(field: "ccy", currency)
    output.append(field: "clOrdId", fill?.clientID ?? "")
    output.append(field: "execType", fill?.liquidity ?? "")
    output.append(field: "fee", fee.normalized.description)
    output.append(field: "fillTime", fill.map { String($0.time) } ?? "")
    output.append(field: "from", kind == .transfer(isIn: true) ? "6" : transferText("18"))
    output.append(field: "instId", specification?.id ?? "")
    output.append(field: "instType", specification?.typeName ?? "")
    output.append(field: "interest", "0")
    output.append(field: "mgnMode", mode)
    output.append(field: "notes", "")
    output.append(field: "ordId", fill.map { String($0.orderID) } ?? "")
    output.append(field: "pnl", profit.normalized.description)
    output.append(field: "posBal", "0")
    output.append(field: "posBalChg", "0")
    output.append(field: "px", priceText)
    output.append(field: "subType", kind.subType)
    output.append(field: "sz", size.normalized.description)
    output.append(field: "tag", fill?.tag ?? "")
    output.append(field: "to", kind == .transfer(isIn: true) ? "18" : transferText("6"))
    output.append(field: "tradeId", fill.map { String(max(0, $0.tradeID)) } ?? "")
    output.append(field: "ts", String(time))
    output.append(field: "type", kind.type)
    output.close(with: 0x7D)
  }

  /// The other account of a transfer out: 6 is funding, 18 trading.
  private func transferText(_ text: String) -> String {
    kind == .transfer(isIn: false) ? text : ""
  }
}
