// The matching model, scenario by scenario, against books made by hand.

import Matching
import Quantities
import SampleMarket
import Testing

@Test func aTakerWalksTheLevels() {
  var desk = Desk()
  desk.book(bids: [(990, 100), (980, 100)], asks: [(1_000, 5), (1_001, 7), (1_005, 100)])
  #expect(desk.code(desk.order(.buy, "limit", "100.1", "0.20", id: "a1")) == 0)
  #expect(
    desk.story() == [
      "live", "partially_filled 5@1000 T", "partially_filled 7@1001 T",
    ])
  #expect(desk.engine.position(0).position.lots == 12)
  // 5 lots at 100.0 and 7 at 100.1: 5.00 + 7.007; the fee of 0.1 % in the base coin.
  #expect(desk.cash("USDT") == "99987.993")
  #expect(desk.cash("BTC") == "50.11988")
  // The rest, 8 lots at 100.1, is held.
  #expect(desk.frozen("USDT") == "8.008")
  #expect(desk.engine.openOrders.map(\.remaining.lots) == [8])
  #expect(desk.engine.openOrders[0].averagePrice(spot) == "100.05833")
}

@Test func takenLevelsStayTakenUntilTheMarketTouchesThem() {
  var desk = Desk()
  desk.book(bids: [(990, 100)], asks: [(1_000, 5), (1_010, 50)])
  desk.order(.buy, "ioc", "100", "0.05")
  #expect(desk.story() == ["live", "filled 5@1000 T"])
  desk.order(.buy, "ioc", "100", "0.05")
  #expect(desk.story() == ["live", "canceled 14"])
  desk.book(0, .update, bids: [(989, 1)])
  desk.order(.buy, "ioc", "100", "0.01")
  #expect(desk.story() == ["live", "canceled 14"])
  desk.book(0, .update, asks: [(1_000, 4)])
  desk.order(.buy, "ioc", "100", "0.05")
  #expect(desk.story() == ["live", "partially_filled 4@1000 T", "canceled 14"])
}

@Test func aMakerWaitsItsTurn() {
  var desk = Desk()
  desk.book(bids: [(990, 10), (980, 5)], asks: [(1_000, 10)])
  desk.order(.buy, "post_only", "99", "0.04", id: "m")
  #expect(desk.story() == ["live"])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 10)
  // 6 trade before us; the update that shows it moves nothing further.
  desk.trade(.sell, 990, 6)
  desk.book(0, .update, bids: [(990, 4)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 4)
  // Joining size is behind us; half of the level leaving takes half of what is before us.
  desk.book(0, .update, bids: [(990, 8)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 4)
  desk.book(0, .update, bids: [(990, 4)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 2)
  #expect(desk.story() == [])
  // 5 trade: 2 before us, 3 are ours.
  desk.trade(.sell, 990, 5)
  #expect(desk.story() == ["partially_filled 3@990 M"])
  desk.trade(.sell, 990, 1)
  #expect(desk.story() == ["filled 1@990 M"])
  #expect(desk.engine.openOrders.isEmpty && desk.frozen("USDT") == "0")
  // Maker fee 0.08 % of 0.04.
  #expect(desk.cash("BTC") == "50.039968")
  #expect(desk.cash("USDT") == "99996.04")
}

@Test func tradingThroughThePriceFillsInWhole() {
  var desk = Desk()
  desk.book(bids: [(990, 10), (980, 5)], asks: [(1_000, 10)])
  desk.order(.buy, "limit", "99", "0.50")
  desk.trade(.sell, 989, 1)
  #expect(desk.story() == ["live", "filled 50@990 M"])
}

@Test func levelsThatArriveThroughThePriceMeetTheOrder() {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  desk.order(.buy, "limit", "99.5", "0.50")
  #expect(desk.engine.openOrders[0].queueAhead.lots == 0)
  desk.book(0, .update, bids: [(990, 0)], asks: [(994, 20), (995, 5)])
  #expect(desk.story() == ["live", "partially_filled 25@995 M"])
  // The same size is not met twice.
  desk.book(0, .update, bids: [(900, 3)])
  #expect(desk.story() == [])
  desk.book(0, .update, asks: [(994, 40)])
  #expect(desk.story() == ["filled 25@995 M"])
}

@Test func aDeletedLevelLeavesUsFirst() {
  var desk = Desk()
  desk.book(bids: [(990, 10), (980, 5)], asks: [(1_000, 10)])
  desk.order(.buy, "limit", "99", "0.05")
  desk.book(0, .update, bids: [(990, 0)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 0)
  desk.book(0, .update, bids: [(990, 9)])
  desk.trade(.sell, 990, 5)
  #expect(desk.story() == ["live", "filled 5@990 M"])
}

@Test func aSnapshotKeepsAtMostWhatItShows() {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  desk.order(.buy, "limit", "99", "0.05")
  desk.book(bids: [(990, 3)], asks: [(1_000, 10)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 3)
  desk.book(bids: [(980, 3)], asks: [(1_000, 10)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 0)
}

@Test func twoOwnOrdersShareOneTrade() {
  var desk = Desk()
  desk.book(bids: [(990, 2)], asks: [(1_000, 10)])
  desk.order(.buy, "limit", "99", "0.03", id: "first")
  desk.order(.buy, "limit", "99", "0.03", id: "second")
  _ = desk.story()
  desk.trade(.sell, 990, 6)
  #expect(desk.story() == ["filled 3@990 M", "partially_filled 1@990 M"])
}

@Test(arguments: [
  ("post_only", "100", ["canceled 31"]), ("post_only", "99.9", ["live"]),
  ("ioc", "100", ["live", "partially_filled 10@1000 T", "canceled 14"]),
  ("ioc", "99", ["live", "canceled 14"]), ("fok", "100", ["live", "canceled 13"]),
  ("fok", "100.1", ["live", "partially_filled 10@1000 T", "filled 10@1001 T"]),
  ("limit", "100.1", ["live", "partially_filled 10@1000 T", "filled 10@1001 T"]),
  ("market", "", ["live", "partially_filled 10@1000 T", "filled 10@1001 T"]),
])
func orderTypes(_ type: String, _ price: String, _ story: [String]) {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10), (1_001, 30)])
  desk.order(.buy, type, price, "0.20", target: "base_ccy")
  #expect(desk.story() == story)
  let open = desk.engine.openOrders.count
  #expect(open == (story == ["live"] ? 1 : 0))
  if open == 0 { #expect(desk.frozen("USDT") == "0") }
}

@Test func aMarketBuySpendsMoney() {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10), (1_001, 30)])
  // 10 lots are 10.00, then 2.3 buys 2 lots at 1.001 each.
  desk.order(.buy, "market", "", "12.3")
  #expect(
    desk.story() == ["live", "partially_filled 10@1000 T", "partially_filled 2@1001 T", "filled"])
  #expect(desk.cash("USDT") == "99987.998")
  #expect(desk.frozen("USDT") == "0")
  #expect(desk.engine.doneOrders.last?.filled.lots == 12)
}

@Test func whoWouldTradeWithThemselvesDoesNot() {
  for (mode, story) in [
    ("", ["canceled 32", "live", "filled 5@990 T"]), ("cancel_taker", ["live", "canceled 32"]),
    ("cancel_both", ["live", "canceled 32", "canceled 32"]),
  ] {
    var desk = Desk()
    desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
    desk.order(.buy, "limit", "99.5", "0.05", id: "own")
    _ = desk.story()
    desk.order(.sell, "limit", "99", "0.05", prevention: mode)
    #expect(desk.story().sorted() == story.sorted(), "\(mode)")
  }
}

@Test func derivativesSettleToTheLastDigit() {
  var desk = Desk()
  desk.book(1, bids: [(200_000, 50)], asks: [(200_010, 50)])
  // Long 3 contracts of 0.1 ETH at 2000.10, then short 5 at 2000.00: closes 3, opens 2 short.
  desk.order(.buy, "limit", "2000.10", "3", instrument: 1)
  desk.order(.sell, "limit", "2000", "5", instrument: 1)
  let position = desk.engine.position(1)
  #expect(position.position.lots == -2 && position.filled == 8)
  #expect(position.averagePrice(linear) == "2000")
  #expect(position.realised.normalized.description == "-0.03")
  // Fees 0.05 % of 600.03 and of 1000.
  #expect(desk.cash("USDT") == "99999.169985")
  #expect(position.fee.normalized.description == "-0.800015")
  // A tenth of the 400 that the short is worth.
  #expect(desk.frozen("USDT") == "40")
  desk.order(.buy, "limit", "2000.10", "2", instrument: 1, reduceOnly: true)
  #expect(desk.frozen("USDT") == "0")
  #expect(desk.engine.position(1).openCost.units == 0)
}

@Test func inverseContractsSettleInTheCoin() {
  var desk = Desk()
  desk.book(2, bids: [(400_000, 50)], asks: [(500_000, 50)])
  desk.order(.buy, "limit", "50000", "7", instrument: 2)
  desk.book(2, .update, bids: [(600_000, 50), (400_000, 0)], asks: [(500_000, 0), (700_000, 9)])
  desk.order(.sell, "limit", "60000", "7", instrument: 2)
  // 700 USD: 0.014 BTC at entry, 0.011666666666 at exit; 0.05 % of each as fees.
  let position = desk.engine.position(2)
  #expect(position.realised.normalized.description == "0.002333333334")
  #expect(position.fee.normalized.description == "-0.000012833333")
  #expect(desk.cash("BTC") == "50.002320500001")
}

@Test func latencyDelaysTheBookNotTheAnswer() {
  var settings = EngineSettings()
  settings.balances = ["USDT": amount("100000"), "BTC": amount("50")]
  settings.latency = FixedLatency(nanoseconds: 5_000_000)
  var desk = Desk([spot], settings)
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  desk.order(.buy, "ioc", "100", "0.05", id: "late")
  #expect(desk.story() == [] && desk.frozen("USDT") == "5")
  #expect(desk.engine.nextDue == desk.now + 5_000_000)
  // The level leaves while the order is on its way.
  desk.now += 1_000_000
  desk.book(0, .update, asks: [(1_000, 0), (1_002, 10)])
  desk.now += 4_000_000
  desk.engine.advance(to: desk.now, into: &desk.events)
  #expect(desk.story() == ["live", "canceled 14"] && desk.frozen("USDT") == "0")
  // A cancel on its way does not save an order from a trade that comes first.
  desk.order(.buy, "limit", "99", "0.05", id: "slow")
  desk.now += 5_000_000
  desk.engine.advance(to: desk.now, into: &desk.events)
  _ = desk.engine.cancel(
    OrderSelector(clientID: "slow"), instrument: 0, at: desk.now, into: &desk.events)
  desk.trade(.sell, 980, 50)
  #expect(desk.story() == ["live", "filled 5@990 M"])
  desk.now += 5_000_000
  desk.engine.advance(to: desk.now, into: &desk.events)
  #expect(desk.story() == [])
}
