// What the instruments of one start are called and counted in; control plane.
import Journal
import Quantities

/// A journal record names an instrument by its index; this turns indexes and ticks into words and decimals.
struct InstrumentNames: Sendable {
  struct Entry: Sendable {
    var symbol: String
    var tick: Increment
  }

  private var entries: [UInt16: Entry] = [:]

  subscript(id: InstrumentID) -> Entry? {
    get { entries[id.index] }
    set { entries[id.index] = newValue }
  }

  /// Nil for none; `#3` for one that nobody named.
  func name(_ id: InstrumentID) -> String? {
    id.isNone ? nil : entries[id.index]?.symbol ?? "#\(id.index)"
  }

  /// A decimal, or `N ticks` where the tick is not known.
  func price(_ price: Price, _ id: InstrumentID) -> String? {
    if price.isNone { return nil }
    guard let entry = entries[id.index],
      let number = DecimalNumber.of(units: price.ticks, increment: entry.tick)
    else { return "\(price.ticks) ticks" }
    return number.description
  }
}
