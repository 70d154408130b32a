// Bills as rows; control plane.
import GRDB
import Journal
import Quantities

extension JournalRows {
  func bill(_ value: BillRecord, _ item: ImportedRecord) throws {
    try insert(
      "bills",
      [
        item.place, item.at, JournalRows.id(value.bill), value.exchangeTime.milliseconds,
        value.currency.description, value.instrument.description, Int(value.type),
        Int(value.subType), "\(value.meaning)", value.change.normalized.description,
        value.balance.normalized.description, value.profit.normalized.description,
        value.fee.normalized.description, value.size.normalized.description,
        JournalRows.id(value.exchangeOrder.rawValue), JournalRows.trade(value.tradeID),
      ])
  }
}
