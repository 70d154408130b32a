// Cost and realised profit of a position by hand, and by sizes that nobody trades.

import Ledger
import Testing

@Suite struct PositionFiguresTests {
  private func figures(_ fills: (Int64, Int64)...) -> PositionFigures {
    var figures = PositionFigures()
    for (lots, ticks) in fills { figures.fill(lots, at: ticks) }
    return figures
  }

  @Test func whatIsClosedIsRealisedAgainstTheAverage() {
    let scale = PositionFigures.scale
    let one = figures((4, 100), (4, 110), (-2, 120))
    #expect(one.position == 6 && one.cost == 630 * scale && one.realised == 30 * scale)
    let turned = figures((4, 100), (-7, 90), (1, 80))
    #expect(turned.position == -2 && turned.cost == -180 * scale)
    #expect(turned.realised == -30 * scale && turned.isCostKnown)
  }

  /// Past 127 bits the cost is not known; flat it is again, and nothing stops.
  @Test func absurdSizesAreNotKnownRatherThanWrong() {
    for price in [1, 100_000, .max] as [Int64] {
      for lots in [.max, .min + 1, .min] as [Int64] {
        var one = figures((lots, price), (lots, price))
        #expect(!one.isCostKnown && one.cost == 0)
        one.fill(lots == .max ? -1 : 1, at: price)
        #expect(!one.isCostKnown)
        one.stand(0)
        one.fill(2, at: 100)
        #expect(one.isCostKnown && one.cost == 200 * PositionFigures.scale)
      }
    }
    let wide = figures((.max, .max))
    #expect(!wide.isCostKnown && wide.position == .max)
    // The cost fits, its share of a close is past the width.
    let closed = figures((.max, 1_000), (-.max / 2, 1_001))
    #expect(closed.position == .max - .max / 2 && !closed.isCostKnown && closed.realised == 0)
    #expect(PositionFigures.worth(.min, at: .max) == nil)
    #expect(PositionFigures.worth(-3, at: 5) == -15 * PositionFigures.scale)
  }
}
