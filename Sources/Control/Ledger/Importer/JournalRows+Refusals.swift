// Refusals of the exchange as rows; control plane.
import GRDB
import Journal
import Quantities

extension JournalRows {
  func refusal(_ value: RefusalRecord, _ item: ImportedRecord) throws {
    try insert(
      "refusals",
      [
        item.place, item.at, item.run, name(value.instrument, item), "\(value.operation)",
        Int64(bitPattern: value.clientOrder.rawValue), String(value.request),
        Int64(value.exchangeCode), Int64(value.subCode), value.words.description,
      ])
  }
}
