// What the gateway refuses, cancels and amends, with OKX's codes.

import Foundation
import Matching
import Quantities
import SampleMarket
import Testing

@Test(arguments: [
  ("limit", "100", "0.05", 0), ("limit", "100", "0.055", 51_121), ("limit", "100", "0", 51_000),
  ("limit", "100", "-1", 51_000), ("limit", "100", "x", 51_000), ("limit", "100.05", "1", 51_150),
  ("limit", "0", "1", 51_000), ("limit", "", "1", 51_000), ("limit", "1e2", "1", 51_000),
  ("limit", "100", "0.01", 51_020), ("limit", "100", "2000", 51_005),
  ("limit", "100", "1001", 51_008), ("limit", "99999999999999999", "1", 51_008),
  ("market", "", "1000000", 51_008), ("market", "", "0", 51_000), ("stop", "1", "1", 51_000),
  ("optimal_limit_ioc", "", "1", 51_000),
  ("limit", "100", "99999999999999999999999999", 51_000),
])
func refusals(_ type: String, _ price: String, _ size: String, _ code: Int) {
  var item = spot
  item.minimumLots = 2
  item.maximumLots = 150_000
  var desk = Desk([item])
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  #expect(desk.code(desk.order(.buy, type, price, size)) == code)
  if code != 0 {
    #expect(desk.story() == [] && desk.engine.openOrders.isEmpty && desk.frozen("USDT") == "0")
  }
}

@Test func refusalsOfIdentityAndState() {
  var desk = Desk()
  #expect(desk.code(desk.order(.buy, "market", "", "5")) == 51_109)
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01", id: "with-dash")) == 51_000)
  #expect(
    desk.code(desk.order(.buy, "limit", "90", "0.01", id: String(repeating: "a", count: 33)))
      == 51_000)
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01", id: "once")) == 0)
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01", id: "once")) == 51_016)
  #expect(desk.code(desk.order(.sell, "limit", "110", "50.01")) == 51_008)
  #expect(desk.code(desk.order(.buy, "fok", "90", "0.01", prevention: "cancel_both")) == 54_036)
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01", prevention: "none")) == 51_000)
  var request = OrderRequest(
    instrument: 0, side: .buy, type: "limit", price: "90", size: "0.01", clientID: "",
    tradeMode: "cross")
  #expect(desk.code(desk.engine.place(request, at: 1, into: &desk.events)) == 51_000)
  request.instrument = 9
  #expect(desk.code(desk.engine.place(request, at: 1, into: &desk.events)) == 51_001)
  // The name is free again once its order is done.
  let cancel = desk.engine.cancel(
    OrderSelector(clientID: "once"), instrument: 0, at: desk.now, into: &desk.events)
  #expect(desk.code(cancel) == 0)
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01", id: "once")) == 0)
}

@Test func whatIsNotTradableIsRefused() {
  var item = spot
  item.isTradable = false
  var desk = Desk([item])
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01")) == 51_022)
}

@Test func limitsOfNumberAndPrice() {
  var settings = EngineSettings()
  settings.openOrdersPerInstrumentMax = 3
  settings.priceLimitPercent = 5
  var desk = Desk([spot], settings)
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  for _ in 0..<3 { #expect(desk.code(desk.order(.buy, "limit", "90", "0.01")) == 0) }
  #expect(desk.code(desk.order(.buy, "limit", "90", "0.01")) == 51_025)
  #expect(desk.cancelAll() == 3)
  #expect(desk.code(desk.order(.buy, "ioc", "105.1", "0.01")) == 51_006)
  #expect(desk.code(desk.order(.buy, "ioc", "105", "0.01")) == 0)
  #expect(desk.code(desk.order(.sell, "ioc", "94", "0.01")) == 51_006)
}

/// A long position of 5, its book deep on both sides.
private func longDesk() -> Desk {
  var desk = Desk()
  desk.book(1, bids: [(200_000, 50)], asks: [(200_010, 50)])
  desk.order(.buy, "ioc", "2000.10", "5", instrument: 1)
  _ = desk.story()
  return desk
}

@Test func reduceOnlyIsRefusedWhole() {
  var desk = longDesk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  #expect(desk.code(desk.order(.sell, "limit", "110", "0.01", reduceOnly: true)) == 51_205)
  func sell(_ price: String, _ size: String) -> Int {
    desk.code(desk.order(.sell, "limit", price, size, instrument: 1, reduceOnly: true))
  }
  #expect(sell("2100", "6") == 51_112)
  #expect(sell("2100", "3") == 0)
  // Three are before it at the same price; at a better one it comes first and the other is what must yield.
  #expect(sell("2100", "3") == 51_112 && sell("2100", "2") == 0)
  #expect(desk.story() == ["live", "live"])
  #expect(sell("2050", "4") == 0)
  #expect(desk.story() == ["live", "live", "canceled 22"])
  #expect(desk.engine.openOrders.map(\.remaining.lots) == [1, 4])
}

@Test func restingReduceOnlyOrdersFollowThePosition() throws {
  var desk = longDesk()
  func sell(_ type: String, _ price: String, _ size: String, _ reduceOnly: Bool) {
    desk.order(.sell, type, price, size, instrument: 1, reduceOnly: reduceOnly)
  }
  sell("limit", "2050", "2", true)
  sell("limit", "2100", "3", true)
  #expect(desk.story() == ["live", "live"])
  // 4 of the 5 are left, then 1: the worse price gives way first.
  sell("ioc", "2000", "1", false)
  let trimmed = desk.events.compactMap { event -> VenueOrder? in
    if case .order(let order) = event, order.isTrimmed { order } else { nil }
  }
  #expect(trimmed.map(\.quantity.lots) == [2])
  var row: [UInt8] = []
  try #require(trimmed.first).appendRow(to: &row, linear)
  let object = (try JSONSerialization.jsonObject(with: Data(row)) as? [String: Any])?
    .compactMapValues { $0 as? String }
  #expect(object?["amendSource"] == "4" && object?["sz"] == "2" && object?["state"] == "live")
  desk.events.removeAll()
  sell("ioc", "2000", "3", false)
  #expect(desk.story() == ["live", "filled 3@200000 T", "live", "canceled 22"])
  #expect(desk.engine.openOrders.map(\.remaining.lots) == [1])
  // It never turns the position, whatever trades at its price.
  desk.trade(.buy, 205_001, 900, instrument: 1)
  #expect(desk.engine.position(1).position.lots == 0 && desk.engine.openOrders.isEmpty)
  #expect(desk.frozen("USDT") == "0")
}

@Test func oneTradeFillsReduceOnlyOrdersNoFurtherThanThePosition() {
  var desk = longDesk()
  for price in ["2050", "2060"] {
    desk.order(.sell, "limit", price, "2", instrument: 1, reduceOnly: true)
  }
  desk.order(.sell, "limit", "2040", "4", instrument: 1)
  _ = desk.story()
  desk.trade(.buy, 210_000, 900, instrument: 1)
  #expect(
    desk.story() == [
      "filled 4@204000 M", "partially_filled 1@205000 M", "canceled 22", "canceled 22",
    ])
  #expect(desk.engine.position(1).position.lots == 0)
}

@Test func reduceOnlyReduces() {
  var desk = Desk()
  desk.book(1, bids: [(200_000, 50)], asks: [(200_010, 50)])
  #expect(
    desk.code(desk.order(.sell, "ioc", "2000", "1", instrument: 1, reduceOnly: true)) == 51_169)
  desk.order(.buy, "ioc", "2000.10", "3", instrument: 1)
  #expect(
    desk.code(desk.order(.buy, "ioc", "2000.10", "1", instrument: 1, reduceOnly: true)) == 51_170)
  #expect(
    desk.code(desk.order(.sell, "ioc", "2000", "4", instrument: 1, reduceOnly: true)) == 51_112)
  #expect(desk.code(desk.order(.sell, "ioc", "2000", "3", instrument: 1, reduceOnly: true)) == 0)
  // 100,000 at ten times: 4,999 contracts of 200 would need 99,980 plus; 5,001 are too many.
  #expect(desk.code(desk.order(.buy, "limit", "2000", "5001", instrument: 1)) == 51_008)
  #expect(desk.code(desk.order(.buy, "limit", "2000", "4990", instrument: 1)) == 0)
}

@Test func cancelling() throws {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  func cancel(_ desk: inout Desk, _ selector: OrderSelector, _ instrument: Int = 0) -> Int {
    desk.code(
      desk.engine.cancel(selector, instrument: instrument, at: desk.now, into: &desk.events))
  }
  #expect(cancel(&desk, OrderSelector()) == 51_003)
  #expect(cancel(&desk, OrderSelector(clientID: "none")) == 51_400)
  let id = try desk.order(.buy, "limit", "98", "0.05", id: "c").get()
  #expect(cancel(&desk, OrderSelector(orderID: id), 1) == 51_400)
  #expect(cancel(&desk, OrderSelector(orderID: id, clientID: "other")) == 0)
  #expect(desk.story() == ["live", "canceled 1"])
  #expect(cancel(&desk, OrderSelector(orderID: id)) == 51_400)
  #expect(desk.frozen("USDT") == "0" && desk.cash("USDT") == "100000")
  let done = desk.engine.order(OrderSelector(clientID: "c"), instrument: 0)
  #expect(done?.state == .canceled && done?.id == id)
}

@Test func amending() {
  var desk = Desk()
  desk.book(bids: [(990, 10), (980, 4)], asks: [(1_000, 10)])
  func amend(
    _ desk: inout Desk, _ id: String, size: String = "", price: String = "", request: String = "r"
  ) -> Int {
    desk.code(
      desk.engine.amend(
        OrderSelector(clientID: id), instrument: 0, newSize: size, newPrice: price,
        requestID: request, cancelOnFail: false, at: desk.now, into: &desk.events))
  }
  desk.order(.buy, "limit", "99", "0.10", id: "a")
  desk.order(.buy, "post_only", "98", "0.10", id: "p")
  desk.trade(.sell, 990, 8)
  desk.book(0, .update, bids: [(990, 2)])
  _ = desk.story()
  // Smaller: the place in the queue stays. Larger: it is lost.
  #expect(amend(&desk, "a", size: "0.05") == 0)
  #expect(desk.engine.openOrders[0].queueAhead.lots == 2)
  desk.book(0, .update, bids: [(990, 30)])
  #expect(desk.engine.openOrders[0].queueAhead.lots == 2)
  #expect(amend(&desk, "a", size: "0.06") == 0)
  #expect(desk.engine.openOrders[0].queueAhead.lots == 30)
  #expect(desk.frozen("USDT") == "15.74")
  #expect(amend(&desk, "a") == 51_500)
  #expect(amend(&desk, "zz", size: "1") == 51_503)
  #expect(amend(&desk, "a", size: "0.001") == 51_121)
  #expect(amend(&desk, "a", size: "2000") == 51_008)
  #expect(amend(&desk, "p", price: "100") == 51_511)
  desk.events.removeAll()
  // To a price that takes: fills, and the total counts what was filled.
  #expect(amend(&desk, "a", price: "100", request: "rq7") == 0)
  if case .order(let order) = desk.events[0] {
    #expect(order.amendRequest == "rq7" && order.amendResult == "0")
  }
  #expect(desk.story() == ["live", "filled 6@1000 T"])
  desk.trade(.sell, 980, 7)
  #expect(desk.story() == ["partially_filled 3@980 M"])
  #expect(amend(&desk, "p", size: "0.02") == 0)
  #expect(desk.story() == ["filled"])
  #expect(desk.frozen("USDT") == "0")
}

@Test func rowsAreJSON() throws {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 3)])
  desk.book(1, bids: [(200_000, 50)], asks: [(200_010, 50)])
  desk.order(.buy, "limit", "100", "0.05", id: "77")
  desk.order(.sell, "ioc", "2000", "2", instrument: 1)
  func parsed(_ bytes: [UInt8]) throws -> [String: String] {
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    return try #require(object as? [String: Any]).compactMapValues { $0 as? String }
  }
  var row: [UInt8] = []
  desk.engine.openOrders[0].appendRow(to: &row, spot)
  var fields = try parsed(row)
  #expect(fields["state"] == "partially_filled" && fields["accFillSz"] == "0.03")
  #expect(fields["avgPx"] == "100" && fields["clOrdId"] == "77" && fields["px"] == "100")
  #expect(fields["fee"] == "-0.00003" && fields["feeCcy"] == "BTC")
  row.removeAll()
  desk.engine.fills[1].appendRow(to: &row, linear)
  fields = try parsed(row)
  #expect(fields["fillSz"] == "2" && fields["execType"] == "T" && fields["side"] == "sell")
  row.removeAll()
  desk.engine.position(1).appendRow(to: &row, linear, mark: Price(ticks: 199_000))
  fields = try parsed(row)
  #expect(fields["pos"] == "-2" && fields["avgPx"] == "2000" && fields["upl"] == "2")
  row.removeAll()
  let money = desk.engine.equity().currencies.first { $0.balance.currency == "USDT" }
  try #require(money).appendDetail(to: &row)
  fields = try parsed(row)
  #expect(fields["ccy"] == "USDT" && fields["frozenBal"] == "42")
}

/// A client that gives its amendments no id of their own hears of them all the same.
@Test func anAmendmentWithoutAnIdIsTold() {
  var desk = Desk()
  desk.book(bids: [(990, 10)], asks: [(1_000, 10)])
  desk.order(.buy, "limit", "90", "0.05", id: "a")
  desk.events.removeAll()
  for (size, price) in [("0.07", ""), ("", "91"), ("0.06", "")] {
    let result = desk.engine.amend(
      OrderSelector(clientID: "a"), instrument: 0, newSize: size, newPrice: price, requestID: "",
      cancelOnFail: false, at: desk.now, into: &desk.events)
    #expect(desk.code(result) == 0)
  }
  let told = desk.events.compactMap { event -> VenueOrder? in
    if case .order(let order) = event { order } else { nil }
  }
  #expect(told.map(\.amendResult) == ["0", "0", "0"])
  #expect(told.map(\.quantity.lots) == [7, 7, 6] && told.map(\.price.ticks) == [900, 910, 910])
}
