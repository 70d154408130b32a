// Leverage, closing at market and the largest order (docs/OKX.md OKX-119, OKX-162, OKX-164).

import Matching
import Quantities
import SampleMarket
import Testing

private let swap = 1

private func held() -> Desk {
  var desk = Desk()
  desk.book(swap, bids: [(9_990, 100_000)], asks: [(10_000, 100_000)])
  desk.order(.buy, "market", "", "10", instrument: swap)
  desk.events.removeAll()
  return desk
}

extension Desk {
  fileprivate mutating func leverage(_ times: Int64) -> Int {
    engine.setLeverage(swap, to: times, at: now, into: &events)?.code ?? 0
  }
}

@Test func leverageChangesWhatIsHeld() {
  var desk = held()
  desk.order(.buy, "limit", "90", "10", instrument: swap)
  #expect(desk.frozen("USDT") == "19", "100 of the position and 90 of the order, over ten")
  #expect(desk.leverage(5) == 0 && desk.frozen("USDT") == "38")
  #expect(desk.leverage(126) == 59_102 && desk.leverage(5) == 0)
  #expect(desk.engine.margins(of: desk.engine.position(swap)).leverage == "5")
  #expect(desk.leverage(10) == 0 && desk.frozen("USDT") == "19")
  // Ten thousand contracts are worth 100,000: at tenfold there is the money, without leverage there is not.
  desk.order(.buy, "market", "", "9000", instrument: swap)
  let before = desk.frozen("USDT")
  #expect(desk.leverage(1) == 0 || desk.frozen("USDT") == before)
  desk = held()
  desk.order(.buy, "market", "", "15000", instrument: swap)
  let margin = desk.frozen("USDT")
  #expect(desk.leverage(1) == 59_103 && desk.frozen("USDT") == margin)
  #expect(desk.engine.leverages[swap] == 10)
}

@Test func aPositionIsClosedAtMarket() throws {
  var desk = held()
  func close(_ desk: inout Desk, _ cancels: Bool) -> Int {
    desk.code(
      desk.engine.closePosition(
        swap, isIsolated: false, cancelsOrders: cancels, clientID: "bye", tag: "t", at: desk.now,
        into: &desk.events))
  }
  desk.order(.sell, "limit", "120", "3", instrument: swap)
  desk.order(.buy, "limit", "80", "3", instrument: swap)
  #expect(close(&desk, false) == 51_115 && desk.engine.position(swap).position.lots == 10)
  desk.events.removeAll()
  #expect(close(&desk, true) == 0 && desk.engine.position(swap).position.lots == 0)
  #expect(desk.story() == ["canceled 17", "live", "filled 10@9990 T"])
  #expect(desk.engine.openOrders.map(\.side) == [.buy])
  #expect(desk.engine.doneOrders.last?.clientID == "bye")
  #expect(close(&desk, true) == 51_023)
}

@Test func theLargestOrderIsTakenAndOneLotMoreIsNot() throws {
  for (instrument, side, price) in [
    (swap, .buy, "100"), (swap, .sell, "100"), (0, .buy, "100"), (0, .sell, "100"),
  ]
    as [(Int, Side, String)]
  {
    var desk = Desk()
    desk.book(swap, bids: [(9_000, 1)], asks: [(11_000, 1)])
    desk.book(0, bids: [(900, 1)], asks: [(1_100, 1)])
    let item = desk.engine.catalogue[instrument]
    let ticks = try #require(DecimalNumber(price)).units(of: item.tick)
    let most = try #require(
      desk.engine.largestOrder(instrument, side, price: Price(ticks: ticks)))
    let more = item.text(quantity: Quantity(lots: most.lots + 1))
    #expect(desk.code(desk.order(side, "limit", price, more, instrument: instrument)) == 51_008)
    let size = item.text(quantity: most)
    #expect(desk.code(desk.order(side, "limit", price, size, instrument: instrument)) == 0)
    #expect(desk.engine.largestOrder(instrument, side, price: Price(ticks: ticks))?.lots == 0)
  }
}
