// What people, files and other programs meant by a lot at earlier starts; control plane, pure.

import Door
import Journal
import Quantities

/// Of one instrument.
struct SpokenUnits: Hashable, Sendable {
  /// As the last start ended.
  var last: DoorUnits
  /// The smallest on record: a configured figure in lots was never more money than in these.
  var leastLot: Increment
  var leastValue: Increment

  init(_ item: InstrumentRecord, after held: SpokenUnits?) {
    let value = Increment(mantissa: item.contractMantissa, decimals: item.contractDecimals)
    last = DoorUnits(
      lot: item.lot, tick: item.tick, contractValue: item.contract == .none ? nil : value)
    leastLot = SpokenUnits.lesser(item.lot, held?.leastLot)
    leastValue = SpokenUnits.lesser(value, held?.leastValue)
  }

  static func lesser(_ one: Increment, _ other: Increment?) -> Increment {
    guard let other, Amount(other).isLess(than: Amount(one)) == true else { return one }
    return other
  }
}

extension JournalMemory {
  /// What the exchange did not list counts in units of ours alone.
  mutating func hear(_ item: InstrumentRecord) {
    if item.isTradable { spoken[item.symbol] = SpokenUnits(item, after: spoken[item.symbol]) }
  }

  /// Units that were others when the last start ended than they are now, and what they were.
  func unitsBefore(_ table: InstrumentTable) -> [InstrumentID: DoorUnits] {
    var found: [InstrumentID: DoorUnits] = [:]
    for index in 0..<table.count {
      let item = table[InstrumentID(index: UInt16(index))]
      if item.state == .unlisted { continue }
      guard var old = spoken[item.symbol]?.last else { continue }
      let now = DoorUnits(of: item)
      if old.lot?.normalized == now.lot?.normalized { old.lot = nil }
      if old.tick?.normalized == now.tick?.normalized { old.tick = nil }
      if old.contractValue?.normalized == now.contractValue?.normalized { old.contractValue = nil }
      if old != DoorUnits() { found[item.id] = old }
    }
    return found
  }

  /// What a limit in lots that names no lot may be of `item`: never more money than the same figure was at any start on
  /// record. A contract that was worth less, or a lot that was smaller, makes it smaller; the other way it stays.
  func limit(_ figure: Int64, of item: Instrument, said: DoorUnits) -> Int64 {
    guard figure > 0, let held = spoken[item.symbol], item.state != .unlisted else { return figure }
    var least = figure
    if said.lot == nil {
      least = item.lot.count(least, of: SpokenUnits.lesser(item.lot, held.leastLot))
    }
    if said.contractValue == nil && item.contract != .none {
      let value = SpokenUnits.lesser(item.contractValue, held.leastValue)
      least = item.contractValue.count(least, of: value)
    }
    return min(figure, least)
  }

  /// The limits that a start begins with, and what a person has to know of them; nil where they are as configured.
  func limits(_ configured: InstrumentLimits, of item: Instrument, said: DoorUnits)
    -> (limits: InstrumentLimits, words: String)?
  {
    var asked = InstrumentLimits.unchanged
    var parts: [String] = []
    for limit in [InstrumentLimit.orderLots, .positionLots] {
      let least = self.limit(configured[limit], of: item, said: said)
      if least == configured[limit] { continue }
      parts.append("\(limit.text.key) \(configured[limit]) → \(least)")
      // 0 would ask for no change.
      if least > 0 { asked[limit] = least } else { asked.isAllowed = false }
    }
    if parts.isEmpty { return nil }
    let isLot = said.lot == nil && spoken[item.symbol]?.leastLot.normalized != item.lot.normalized
    let key = isLot ? "lot: \(item.lot)" : "contract_value: \(item.contractValue)"
    return (
      asked,
      "\(item.symbol): a lot is more money than it was at an earlier start, so limits in lots are cut to "
        + "the size they had: \(parts.joined(separator: ", "))\(asked.isAllowed ? "" : "; not traded")"
        + ". Set them anew in risk.instruments.\(item.symbol), with `\(key)` beside them"
    )
  }
}
