// Bars and facts of the market context as rows; control plane.
import GRDB
import Journal
import Quantities

extension JournalRows {
  /// A bar that is there already, as one that a restart back-fills again, adds nothing.
  func bar(_ value: BarRecord, _ item: ImportedRecord) throws {
    if !value.isClosed || value.open.isNone { return }
    try insert(
      "bars", orIgnore: true,
      [
        name(value.instrument, item), value.interval.seconds, value.openTime.milliseconds,
        "\(value.source)", item.run, Int(value.instrument.index), item.place, value.open.ticks,
        value.high.ticks, value.low.ticks, value.close.ticks, value.volume.lots,
        Int64(clamping: value.trades),
      ])
  }

  /// `figures`: a JSON list of decimal strings in the order of `ContextField`, null for an absent one.
  func context(_ value: ContextRecord, _ item: ImportedRecord) throws {
    let fields: [ContextField] = [.first, .second, .third, .fourth, .fifth, .sixth]
    let figures = fields.map { value[$0].map { "\"\($0.normalized.description)\"" } ?? "null" }
    try insert(
      "contexts",
      [
        item.place, item.at, name(value.instrument, item), "\(value.kind)",
        value.exchangeTime.milliseconds, "[" + figures.joined(separator: ",") + "]",
      ])
  }
}
