// What recorded figures count in, when an exchange changed ticks and lots within a run or between two; control plane, pure.

import Journal
import Orders
import Quantities

/// Of one instrument, at one time.
struct RecordedUnits: Hashable, Sendable {
  var tick: Increment
  var lot: Increment
}

/// Each start's units by instrument, in the order in which they came into force.
struct UnitsOnRecord {
  private var known: [UInt32: [Symbol: [RecordedUnits]]] = [:]
  private var start: UInt32?
  private var taken: [Symbol: Int] = [:]

  mutating func note(_ item: InstrumentRecord, of start: UInt32) {
    let units = RecordedUnits(tick: item.tick, lot: item.lot)
    if known[start]?[item.symbol]?.last == units { return }
    known[start, default: [:]][item.symbol, default: []].append(units)
  }

  /// The first record of a start: its instruments count in what it began with.
  mutating func begin(_ start: UInt32, _ align: (Symbol, RecordedUnits) -> Void) {
    if self.start == start { return }
    self.start = start
    taken = [:]
    for (symbol, units) in known[start] ?? [:] { align(symbol, units[0]) }
  }

  /// The stages of this start took the instrument's next units; a change that left them as they were is none.
  mutating func next(_ symbol: Symbol, _ align: (Symbol, RecordedUnits) -> Void) {
    guard let start, let units = known[start]?[symbol] else { return }
    let at = (taken[symbol] ?? 0) + 1
    if at >= units.count { return }
    taken[symbol] = at
    align(symbol, units[at])
  }
}

extension JournalMemory {
  /// Counts the instrument's figures in `units`. What is no whole number of new lots is cut towards 0: the exchange's word
  /// says the rest.
  mutating func align(_ symbol: Symbol, to next: RecordedUnits) {
    guard let old = units.updateValue(next, forKey: symbol), old != next else { return }
    func lots(_ lots: Int64) -> Int64 { next.lot.count(lots, of: old.lot) }
    if let held = positions[symbol] { positions[symbol] = lots(held) }
    counted.changeAll { held in
      if held.instrument != symbol { return }
      held.lots = lots(held.lots)
      held.nameless = lots(held.nameless)
    }
    ended.changeAll { held in
      if held.instrument == symbol { held.lots = lots(held.lots) }
    }
    for (client, order) in unproven where order.instrument == symbol {
      var order = order
      order.filled = lots(order.filled)
      order.order.quantity = Quantity(lots: lots(order.order.quantity.lots))
      if !order.order.price.isNone {
        order.order.price = Price(
          ticks: next.tick.count(order.order.price.ticks, of: old.tick))
      }
      unproven[client] = order
    }
  }

  /// All of it in what this run counts in.
  package mutating func align(to table: InstrumentTable) {
    for index in 0..<table.count {
      let item = table[InstrumentID(index: UInt16(index))]
      align(item.symbol, to: RecordedUnits(tick: item.tick, lot: item.lot))
    }
  }

  /// Orders of which later fills may come without a trade, or under nobody's id: the latest `count`, oldest first, in the
  /// lots that this run counts in.
  public func strangers(latest count: Int, of table: InstrumentTable) -> [RecordedOrder] {
    var memory = self
    memory.align(to: table)
    return memory.counted.latest(count) {
      $0.lots != 0 && (!$0.isOurs || $0.countsByGrowth) && table.find($0.instrument) != nil
    }.map { id, held in
      RecordedOrder(
        exchangeOrder: ExchangeOrderID(rawValue: id),
        instrument: table.find(held.instrument) ?? .none, lots: Quantity(lots: held.lots),
        nameless: Quantity(lots: held.nameless))
    }
  }
}
