// Algo orders in the engine: what triggers them, what they become, what ends them (docs/OKX.md OKX-230 to OKX-237).

import Market
import Matching
import Quantities
import SampleMarket
import Testing

private let swap = AlgoDesk.swap

@Test func aStopSellsWhenTheLastPriceIsThere() throws {
  var desk = Desk.long()
  let id = try desk.algo(.sell, "conditional") {
    stop("99")(&$0)
    ($0.clientID, $0.tag, $0.reduceOnly) = ("guard1", "desk", true)
  }.get()
  #expect(desk.algoStory() == ["live"] && desk.frozen("USDT") == "10", "it holds nothing")
  desk.move(to: 9_901)
  #expect(desk.algoStory() == [] && desk.lots == 10)
  desk.move(to: 9_900)
  #expect(desk.algoStory() == ["effective sl"] && desk.lots == 0)
  let done = try #require(desk.engine.algo(AlgoSelector(id: id)))
  let order = try #require(done.orders.first.flatMap { desk.engine.order($0) })
  #expect(order.algo == OrderAlgo(id: id, clientID: "guard1") && order.tag == "desk")
  #expect(order.state == .filled && order.reduceOnly && order.type == .market)
  #expect(done.actualSize.lots == 10 && done.triggeredAt == desk.now / 1_000_000)
}

@Test func aMarkStopLooksAtTheMarkAndNotAtTrades() {
  var desk = Desk.long()
  desk.algo(.sell, "conditional", stop("99", "-1", "mark"))
  desk.trade(.sell, 9_800, 1, instrument: swap)
  #expect(desk.lots == 10)
  desk.book(swap, .update, bids: [(9_990, 0), (9_890, 1_000)], asks: [])
  #expect(desk.lots == 10, "the middle is 99.45")
  desk.book(swap, .update, bids: [(9_890, 0), (9_790, 1_000)], asks: [])
  #expect(desk.lots == 0, "the middle is 98.95")
}

@Test func anIndexStopLooksAtTheSpotBookInItsOwnTicks() {
  var item = linear
  item.family = "BTC-USDT"
  var desk = Desk([spot, item])
  desk.book(0, bids: [(990, 10)], asks: [(1_010, 10)])
  desk.book(swap, bids: [(9_990, 1_000)], asks: [(10_000, 1_000)])
  desk.order(.buy, "market", "", "10", instrument: swap)
  #expect(desk.engine.price(.index, swap) == Price(ticks: 10_000))
  desk.algo(.sell, "conditional", stop("99", "-1", "index"))
  desk.book(0, .update, bids: [], asks: [(1_010, 0), (1_000, 10)])
  #expect(desk.lots == 10)
  desk.book(0, .update, bids: [(990, 0), (970, 10)], asks: [])
  #expect(desk.lots == 0)
}

@Test(arguments: [(11_000, "tp"), (9_000, "sl")] as [(Int64, String)])
func oneOfTwoLegsCancelsTheOther(_ price: Int64, _ leg: String) {
  var desk = Desk.long()
  desk.algo(.sell, "oco") {
    stop("90")(&$0)
    $0.takeProfit = .init(trigger: "110", price: "-1")
  }
  desk.move(to: price)
  #expect(desk.algoStory().suffix(1) == ["effective \(leg)"])
  #expect(desk.engine.algos.isEmpty && desk.lots == 0)
  desk.move(to: price == 11_000 ? 9_000 : 11_000)
  #expect(desk.lots == 0, "the other leg is gone")
}

@Test func aConditionalOrderWithBothLegsIsItsStop() {
  var desk = Desk.long()
  // A take-profit below the last price would be 51279 on its own.
  desk.algo(.sell, "conditional") {
    stop("90")(&$0)
    $0.takeProfit = .init(trigger: "95", price: "-1")
  }
  desk.move(to: 9_600)
  #expect(desk.lots == 10)
  desk.move(to: 9_000)
  #expect(desk.lots == 0)
}

@Test func aTriggerOrderWaitsForThePriceFromEitherSide() {
  for (trigger, price) in [("105", 10_500), ("95", 9_500)] as [(String, Int64)] {
    var desk = Desk.long()
    desk.algo(.buy, "trigger") { $0.trigger = .init(trigger: trigger, price: "80") }
    desk.move(to: price == 10_500 ? 10_499 : 9_501)
    #expect(desk.engine.openOrders.isEmpty)
    desk.move(to: price)
    #expect(desk.engine.openOrders.map(\.price.ticks) == [8_000], "a limit order at its price")
  }
}

@Test func aTrailingStopFollowsThePrice() throws {
  var desk = Desk.long()
  let id = try desk.algo(.sell, "move_order_stop") {
    ($0.callbackRatio, $0.reduceOnly, $0.activation) = ("0.05", true, "102")
  }.get()
  desk.move(to: 10_100)
  #expect(desk.engine.algos[0].trail?.isActive == false)
  desk.move(to: 9_000)
  #expect(desk.lots == 10, "not active yet")
  desk.move(to: 11_000)
  #expect(desk.engine.algos[0].trail?.trigger(.sell) == Price(ticks: 10_450))
  desk.move(to: 10_900)
  desk.move(to: 12_000)
  #expect(desk.engine.algos[0].trail?.trigger(.sell) == Price(ticks: 11_400))
  desk.move(to: 11_401)
  #expect(desk.lots == 10)
  desk.move(to: 11_400)
  #expect(desk.lots == 0 && desk.engine.algo(AlgoSelector(id: id))?.state == .effective)
}

@Test func closeFractionClosesWhatThereIs() {
  var desk = Desk.long()
  desk.algo(.sell, "conditional") {
    stop("99")(&$0)
    ($0.size, $0.closeFraction, $0.reduceOnly) = ("", "1", true)
  }
  desk.order(.buy, "market", "", "7", instrument: swap)
  desk.move(to: 9_900)
  #expect(desk.lots == 0 && desk.engine.doneAlgos.map(\.actualSize.lots) == [17])
}

@Test func whatIsTiedToAPositionGoesWithIt() {
  var desk = Desk.long()
  desk.algo(.sell, "conditional") {
    stop("90")(&$0)
    ($0.reduceOnly, $0.diesWithPosition) = (true, true)
  }
  desk.algo(.sell, "oco") {
    stop("80")(&$0)
    $0.takeProfit = .init(trigger: "120", price: "-1")
    ($0.size, $0.closeFraction, $0.reduceOnly) = ("", "1", true)
  }
  desk.algo(.sell, "conditional") {
    stop("70")(&$0)
    $0.reduceOnly = true
  }
  desk.events.removeAll()
  desk.order(.sell, "market", "", "4", instrument: swap)
  #expect(desk.algoStory() == [])
  desk.order(.sell, "market", "", "6", instrument: swap)
  #expect(desk.algoStory() == ["canceled", "canceled"])
  #expect(desk.engine.algos.count == 1)
  // The one that is tied to nothing finds no position when its price comes.
  desk.move(to: 7_000)
  #expect(desk.algoStory() == ["order_failed sl 51169"])
}

@Test func aRefusedChildFailsTheOrder() {
  var desk = Desk.long()
  desk.algo(.sell, "conditional") {
    stop("99")(&$0)
    ($0.size, $0.reduceOnly) = ("11", true)
  }
  desk.move(to: 9_900)
  #expect(desk.algoStory() == ["live", "order_failed sl 51112"] && desk.lots == 10)
}

@Test func amendAndCancel() throws {
  var desk = Desk.long()
  let id = try desk.algo(.sell, "oco") {
    stop("90")(&$0)
    $0.takeProfit = .init(trigger: "120", price: "119")
    $0.clientID = "mine"
  }.get()
  func amend(_ desk: inout Desk, _ change: (inout AlgoAmendment) -> Void) -> Int {
    var amendment = AlgoAmendment()
    change(&amendment)
    return desk.code(
      desk.engine.amendAlgo(
        AlgoSelector(clientID: "mine"), instrument: swap, amendment, at: desk.now,
        into: &desk.events))
  }
  #expect(amend(&desk) { $0.stopLoss.trigger = "101" } == 51_280)
  #expect(amend(&desk) { _ in } == 51_500)
  #expect(amend(&desk) { ($0.stopLoss.trigger, $0.size, $0.requestID) = ("95", "4", "r1") } == 0)
  guard case .algo(let told) = desk.events.last else { return #expect(Bool(false)) }
  #expect(told.amendResult == "0" && told.amendRequest == "r1" && told.size == "4")
  #expect(amend(&desk) { $0.takeProfit.trigger = "0" } == 0)
  #expect(amend(&desk) { $0.takeProfit.trigger = "110" } == 51_526)
  #expect(amend(&desk) { $0.stopLoss.price = "0" } == 51_531)
  #expect(desk.engine.algos.map(\.id) == [id])
  desk.move(to: 9_500)
  #expect(desk.lots == 6)
  #expect(amend(&desk) { $0.size = "1" } == 51_532)
  func cancel(_ desk: inout Desk, _ id: UInt64) -> Int {
    desk.code(
      desk.engine.cancelAlgo(
        AlgoSelector(id: id), instrument: swap, at: desk.now, into: &desk.events))
  }
  #expect(cancel(&desk, id) == 51_416 && cancel(&desk, 5) == 51_400)
  let second = try desk.algo(.sell, "conditional", stop("90")).get()
  #expect(cancel(&desk, second) == 0 && cancel(&desk, second) == 51_400)
  #expect(desk.engine.doneAlgos.last?.state == .canceled)
}
