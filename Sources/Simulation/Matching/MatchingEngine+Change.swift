// An instrument that changes while it is traded: what is counted goes over to its new grid; simulation.

import Market
import Quantities

extension MatchingEngine {
  /// The instrument is another from now on, with another name or another grid. Orders stay where they are, on the
  /// new grid or off it (docs/OKX.md OKX-195); a contract that is worth something else keeps the position's worth.
  public mutating func change(
    _ instrument: Int, to specification: InstrumentSpecification, _ grid: GridChange
  ) {
    catalogue.replace(instrument, with: specification)
    books[instrument].change(to: specification, grid)
    if grid.isNone { return }
    var past = grid
    past.lots = grid.pastLots
    for index in open[instrument].indices { open[instrument][index].change(to: grid) }
    reducing[instrument]?.change(to: grid)
    for index in doneOrders.indices where doneOrders[index].instrument == instrument {
      doneOrders[index].change(to: past)
    }
    for index in fills.indices where fills[index].instrument == instrument {
      fills[index].change(to: past)
    }
    for index in bills.indices where bills[index].instrument == instrument {
      if !bills[index].price.isNone { bills[index].price = bills[index].price.on(grid) }
      bills[index].fill?.change(to: past)
    }
    liquidity[instrument].change(to: grid)
    held[instrument]?.change(to: grid)
    isolated[instrument]?.change(to: grid)
    if held[instrument] != nil { changedPositions.insert(instrument) }
    for index in algos.indices where algos[index].instrument == instrument {
      algos[index].change(to: grid)
    }
    for index in doneAlgos.indices where doneAlgos[index].instrument == instrument {
      doneAlgos[index].change(to: grid)
    }
    lastPrices[instrument] = lastPrices[instrument].moved(to: grid)
    changeTransit(of: instrument, to: grid)
  }

  private mutating func changeTransit(of instrument: Int, to grid: GridChange) {
    for index in transit.indices {
      guard case .amend(let id, var amendment) = transit[index].action, homes[id] == instrument
      else { continue }
      amendment.quantity = amendment.quantity.map { Quantity(lots: $0.lots &* grid.lots) }
      amendment.price = amendment.price.map { $0.on(grid) }
      transit[index].action = .amend(id, amendment)
    }
  }
}

extension Price {
  fileprivate func on(_ grid: GridChange) -> Price { Price(ticks: ticks &* grid.prices) }
}

extension VenueOrder {
  /// Public: whoever keeps copies of orders has to carry them over too.
  public mutating func change(to grid: GridChange) {
    if !price.isNone { price = price.on(grid) }
    quantity.lots &*= grid.lots
    filled.lots &*= grid.lots
    queueAhead.lots &*= grid.lots
    filledValue *= Int128(grid.prices) * Int128(grid.lots)
    lastFill?.change(to: grid)
    latestFill?.change(to: grid)
  }
}

extension FillRecord {
  mutating func change(to grid: GridChange) {
    price = price.on(grid)
    quantity.lots &*= grid.lots
  }
}

extension VenuePosition {
  mutating func change(to grid: GridChange) {
    position.lots &*= grid.lots
    filled &*= grid.lots
  }
}

extension MatchingEngine.Liquidity {
  mutating func change(to grid: GridChange) {
    func moved(_ levels: [Int64: Int64]) -> [Int64: Int64] {
      Dictionary(
        uniqueKeysWithValues: levels.map { ($0.key &* grid.prices, $0.value &* grid.pastLots) })
    }
    takenBids = moved(takenBids)
    takenAsks = moved(takenAsks)
    tradedBids = moved(tradedBids)
    tradedAsks = moved(tradedAsks)
  }
}
