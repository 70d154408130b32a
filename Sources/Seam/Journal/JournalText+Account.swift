// The records of the account: equity, margins of positions, fee rates; seam.

import Quantities

extension JournalText {
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

  func feeRate(_ value: FeeRateRecord, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.field("maker_rate", value.maker.normalized.description)
    line.field("taker_rate", value.taker.normalized.description)
    line.number("ts", value.exchangeTime.milliseconds)
  }
}
