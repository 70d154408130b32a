// A generated book whose instrument changes: its levels move to the new grid, and that is told; simulation.

import Quantities

extension GeneratedBook {
  /// In the specification's ticks and lots.
  func shown(_ level: BookLevel) -> BookLevel {
    if specification.tickUnits == 1 && specification.lotUnits == 1 { return level }
    var level = level
    level.price = Price(ticks: level.price.ticks &* specification.tickUnits)
    level.quantity = Quantity(lots: level.quantity.lots &* specification.lotUnits)
    return level
  }

  /// Prices that are off the new tick move away from the spread, so that nothing crosses; sizes go down to the new
  /// lot, a whole one at least.
  mutating func change(to changed: InstrumentSpecification, _ grid: GridChange) {
    // As they were told, and as they are worth: the same but for a contract that is worth something else.
    var worth = grid
    worth.pastLots = grid.lots
    func moved(_ levels: [BookLevel], _ grid: GridChange) -> [BookLevel] {
      levels.map { level in
        var level = shown(level)
        level.change(to: grid)
        return level
      }
    }
    let told = (bids: moved(bids, grid), asks: moved(asks, grid))
    let held = (bids: moved(bids, worth), asks: moved(asks, worth))
    let ticks = Double(specification.tickUnits &* grid.prices) / Double(changed.tickUnits)
    let lots = Double(specification.lotUnits &* grid.lots) / Double(changed.lotUnits)
    for index in movedBids.indices { movedBids[index].change(to: grid) }
    for index in movedAsks.indices { movedAsks[index].change(to: grid) }
    specification = changed
    bids = onGrid(held.bids, .buy)
    asks = onGrid(held.asks, .sell)
    fair *= ticks
    origin *= ticks
    volatility = GeneratedBook.volatility(fair)
    typicalLots = max(1, typicalLots * lots)
    movedBids = GeneratedBook.joined(movedBids, GeneratedBook.moves(told.bids, bids.map(shown)))
    movedAsks = GeneratedBook.joined(movedAsks, GeneratedBook.moves(told.asks, asks.map(shown)))
  }

  /// Levels in the new specification's ticks and lots as levels that are counted in listed ones, worst first.
  private func onGrid(_ levels: [BookLevel], _ side: Side) -> [BookLevel] {
    let (tick, lot) = (specification.tickUnits, specification.lotUnits)
    var found: [BookLevel] = []
    for var level in levels {
      let ticks = (level.price.ticks + (side == .buy ? 0 : tick - 1)) / tick
      let lots = max(1, level.quantity.lots / lot)
      if ticks < 1 { continue }
      if let last = found.last, last.price.ticks == ticks {
        level.orders += last.orders
        level.quantity = Quantity(lots: last.quantity.lots + lots)
        found.removeLast()
      } else {
        level.quantity = Quantity(lots: lots)
      }
      level.price = Price(ticks: ticks)
      level.priceDigits = digits(ticks, specification.listedTick)
      level.quantityDigits = digits(level.quantity.lots, specification.listedLot)
      found.append(level)
    }
    return found
  }

  /// What leads from one side to the other: levels that went as 0, those that came or have another size.
  private static func moves(_ before: [BookLevel], _ after: [BookLevel]) -> [BookLevel] {
    let sizes = Dictionary(uniqueKeysWithValues: before.map { ($0.price.ticks, $0.quantity) })
    let stays = Set(after.map(\.price.ticks))
    let gone = before.filter { !stays.contains($0.price.ticks) }.map { level in
      var level = level
      (level.quantity, level.orders, level.quantityDigits) = (.zero, 0, 0)
      return level
    }
    return gone + after.filter { sizes[$0.price.ticks] != $0.quantity }
  }

  /// Moves that nobody was told of yet, then later ones, which win.
  private static func joined(_ first: [BookLevel], _ second: [BookLevel]) -> [BookLevel] {
    let later = Set(second.map(\.price.ticks))
    return first.filter { !later.contains($0.price.ticks) } + second
  }

  /// The message that a change of the grid makes, if one is due.
  mutating func tellMoves(_ due: Int64, _ time: Int64, _ events: inout [MarketEvent]) {
    if movedBids.isEmpty && movedAsks.isEmpty { return }
    var event = MarketEvent(
      instrument: 0, kind: .update, due: due, exchangeTime: time, seqId: seqId + 1,
      prevSeqId: seqId)
    event.bids = movedBids.sorted { $0.price > $1.price }
    event.asks = movedAsks.sorted { $0.price < $1.price }
    seqId += 1
    (movedBids, movedAsks) = ([], [])
    events.append(event)
  }
}
