// Algo orders that wait, on an instrument's new grid; simulation.

import Market
import Quantities

extension AlgoOrder {
  /// The same prices and sizes. A size that is told in text stays as it was told.
  mutating func change(to grid: GridChange) {
    takeProfit?.change(to: grid)
    stopLoss?.change(to: grid)
    trigger?.change(to: grid)
    trail?.change(to: grid)
    lastAtPlacing = lastAtPlacing.moved(to: grid)
    actualPrice = actualPrice.moved(to: grid)
    actualSize.lots &*= grid.lots
  }
}

extension AlgoLeg {
  mutating func change(to grid: GridChange) {
    trigger = trigger.moved(to: grid)
    price = price.moved(to: grid)
  }
}

extension AlgoTrail {
  mutating func change(to grid: GridChange) {
    spread = spread.moved(to: grid)
    activation = activation.moved(to: grid)
    best = best.moved(to: grid)
  }
}

extension Price {
  func moved(to grid: GridChange) -> Price {
    isNone ? self : Price(ticks: ticks &* grid.prices)
  }
}
