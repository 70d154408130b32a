// Equity, margins and liquidation prices against figures made by hand.

import Foundation
import Market
import Matching
import Quantities
import SampleMarket
import Testing

private func text(_ amount: Amount?) -> String { amount?.normalized.description ?? "none" }

@Test func equityCountsCoinsAndProfitsAtTheMark() throws {
  var desk = Desk()
  desk.book(bids: [(1_000, 500)], asks: [(1_003, 500)])
  desk.book(1, bids: [(200_000, 50)], asks: [(200_010, 50)])
  // 100,000 USDT and 50 BTC at 100.1, the middle of 100.0 and 100.3 cut to a tick.
  var equity = desk.engine.equity()
  #expect(text(equity.total) == "105005" && text(equity.available) == "105005")
  // Two contracts of 0.1 ETH at 2000.1: fee 0.05 % of 400.02; margin a tenth; the mark is 2000.05.
  desk.order(.buy, "ioc", "2000.1", "2", instrument: 1)
  equity = desk.engine.equity()
  let money = try #require(equity.currencies.first { $0.balance.currency == "USDT" })
  #expect(text(money.unrealised) == "-0.01")
  #expect(text(money.balance.cash) == "99999.79999" && text(money.equity) == "99999.78999")
  #expect(text(money.initialMargin) == "40.002" && text(money.maintenanceMargin) == "1.60004")
  #expect(text(money.available) == "99959.78799")
  #expect(text(equity.total) == "105004.78999")
  var row: [UInt8] = []
  equity.appendRow(to: &row, currencies: ["BTC"], time: 5)
  let parsed = try #require(try JSONSerialization.jsonObject(with: Data(row)) as? [String: Any])
  #expect(parsed["totalEq"] as? String == "105004.78999" && parsed["uTime"] as? String == "5")
  // Account level 2 (OKX-151).
  for name in ["availEq", "adjEq", "imr", "mmr", "mgnRatio", "upl"] {
    #expect(parsed[name] as? String == "")
  }
  let details = try #require(parsed["details"] as? [[String: Any]])
    .map { $0.compactMapValues { $0 as? String } }
  #expect(details.map { $0["ccy"] } == ["BTC"] && details[0]["eqUsd"] == "5005")
}

@Test func aCurrencyOfZeroIsToldWhenItIsAskedFor() throws {
  var settings = EngineSettings()
  settings.balances = ["USDT": amount("7"), "BTC": .zero]
  let equity = MatchingEngine(InstrumentCatalogue([spot]), settings: settings).equity()
  func told(_ chosen: Set<String>?) throws -> [String?] {
    var row: [UInt8] = []
    equity.appendRow(to: &row, currencies: chosen, time: 0)
    let parsed = try JSONSerialization.jsonObject(with: Data(row)) as? [String: Any]
    let details = try #require(parsed?["details"] as? [[String: Any]])
    return details.map { $0["ccy"] as? String }
  }
  #expect(try told(nil) == ["USDT"])
  #expect(try told(["BTC", "USDT"]) == ["BTC", "USDT"])
}

@Test func aCoinWithoutAMarketIsNotInTheTotal() {
  var settings = EngineSettings()
  settings.balances = ["USDT": amount("7"), "XYZ": amount("5")]
  let engine = MatchingEngine(InstrumentCatalogue([spot]), settings: settings)
  #expect(text(engine.equity().total) == "7")
}

/// At the liquidation price the currency's equity is what has to stay, to the rounding of that price.
@Test(arguments: [(1, Side.buy), (1, .sell), (2, .buy), (2, .sell)])
func liquidationIsWhereTheMarginEnds(_ instrument: Int, _ side: Side) throws {
  var settings = EngineSettings()
  settings.balances = ["USDT": amount("500"), "BTC": amount("0.5")]
  settings.leverage = 100
  var desk = Desk([spot, linear, inverse], settings)
  desk.book(bids: [(1_000, 5)], asks: [(1_003, 5)])
  desk.book(1, bids: [(200_000, 900)], asks: [(200_010, 900)])
  desk.book(2, bids: [(200_000, 900)], asks: [(200_005, 900)])
  let size = instrument == 1 ? "20" : "100"
  let price = (side == .buy ? 210 : 190) * (instrument == 1 ? 10 : 100)
  desk.order(side, "ioc", String(price), size, instrument: instrument)
  let position = desk.engine.position(instrument)
  #expect(abs(position.position.lots) == Int64(size))
  let stated = desk.engine.liquidationPrice(position)
  let liquidation = try #require(stated)
  let tick = desk.engine.catalogue[instrument].tick
  let (level, step) = (liquidation.rescaled(to: 12), Amount(tick).rescaled(to: 12))
  let ticks = Int64(try #require(level).units / (try #require(step).units))
  let specification = desk.engine.catalogue[instrument]
  let settlement = specification.settlement
  let cash = try #require(desk.engine.balance(settlement)?.cash)
  /// Equity less maintenance at a price.
  func margin(_ ticks: Int64) throws -> Double {
    let mark = Price(ticks: ticks)
    let upl = try #require(position.unrealised(specification, mark))
    let rest = try cash.adding(upl).adding(desk.engine.maintenance(position, mark).negated)
    return try #require(Double(rest.description))
  }
  let (lower, upper) = (try margin(ticks), try margin(ticks + 1))
  #expect(side == .buy ? lower <= 1e-9 && upper > 0 : lower >= -1e-9 && upper < 0)
  #expect(side == .buy ? ticks < 200_000 : ticks > 200_000)
}

@Test func aPositionThatCashCoversIsNeverLiquidated() throws {
  var desk = Desk()
  desk.book(1, bids: [(200_000, 50)], asks: [(200_010, 50)])
  desk.order(.buy, "ioc", "2001", "2", instrument: 1)
  #expect(desk.engine.liquidationPrice(desk.engine.position(1)) == nil)
  var row: [UInt8] = []
  let position = desk.engine.position(1)
  position.appendRow(
    to: &row, linear, mark: desk.engine.mark(1), margins: desk.engine.margins(of: position))
  let fields = try #require(
    try JSONSerialization.jsonObject(with: Data(row)) as? [String: Any]
  ).compactMapValues { $0 as? String }
  #expect(fields["lever"] == "10" && fields["liqPx"] == "" && fields["mgnMode"] == "cross")
  #expect(fields["markPx"] == "2000.05" && fields["upl"] == "-0.01")
  #expect(fields["notionalUsd"] == "400.01" && fields["mmr"] == "1.60004")
}
