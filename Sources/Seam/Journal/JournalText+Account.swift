// The records of the account: equity, margins of positions, fee rates, bills; seam.

import Quantities

extension JournalText {
  func equity(_ value: EquityRecord, _ line: inout JSONLine) {
    line.field("currency", value.currency.description)
    line.field("cash", value.cash.normalized.description)
    line.number("ts", value.exchangeTime.milliseconds)
    line.flag("reconciled", value.isReconciled)
  }

  func account(_ value: AccountRecord, _ line: inout JSONLine) {
    line.field("total_usd", value.total.normalized.description)
    if let available = value.available {
      line.field("available_usd", available.normalized.description)
    }
    line.number("ts", value.exchangeTime.milliseconds)
    line.number("received_at", value.receivedAt.nanoseconds)
    line.flag("reconciled", value.isReconciled)
  }

  func positionDetail(_ value: PositionDetailRecord, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.number("position", value.quantity.lots)
    price("average_price", value.averagePrice, value.instrument, &line)
    price("mark_price", value.markPrice, value.instrument, &line)
    price("liquidation_price", value.liquidationPrice, value.instrument, &line)
    if value.leverageMilli != 0 {
      let leverage = DecimalNumber(mantissa: Int64(value.leverageMilli), decimals: 3)
      line.field("leverage", leverage.normalized.description)
    }
    line.field("upl", value.unrealised.normalized.description)
    line.number("ts", value.exchangeTime.milliseconds)
    line.number("received_at", value.receivedAt.nanoseconds)
    line.flag("reconciled", value.isReconciled)
  }

  func fillCursor(_ value: FillCursor, _ line: inout JSONLine) {
    line.field("bill", "\(value.billID)")
    line.number("ts", value.time.milliseconds)
  }

  func feeRate(_ value: FeeRateRecord, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.field("maker_rate", value.maker.normalized.description)
    line.field("taker_rate", value.taker.normalized.description)
    line.number("ts", value.exchangeTime.milliseconds)
  }

  func bill(_ value: BillRecord, _ line: inout JSONLine) {
    line.field("bill_id", String(value.bill))
    line.field("bill", "\(value.meaning)")
    line.number("type", Int64(value.type))
    line.number("sub_type", Int64(value.subType))
    line.field("currency", value.currency.description)
    if value.instrument != Symbol() { line.field("instrument", value.instrument.description) }
    line.field("change", value.change.normalized.description)
    line.field("balance", value.balance.normalized.description)
    line.field("pnl", value.profit.normalized.description)
    line.field("fee", value.fee.normalized.description)
    line.field("size", value.size.normalized.description)
    line.field("ord_id", String(value.exchangeOrder.rawValue))
    line.field("trade_id", String(Int64(bitPattern: value.tradeID)))
    line.number("ts", value.exchangeTime.milliseconds)
  }
}
