// Instruments that change while they are traded: the channel, REST, books, orders and positions agree at each moment.

import Exchange
import ExchangeCalendar
import Foundation
import Market
import Testing

@Suite struct InstrumentTests {
  private func ready(
    _ change: (inout ExchangeOptions) -> Void = { _ in }
  ) throws -> (Bench, HeldPeer) {
    let bench = try Bench(swaps: 1, change)
    bench.advance(milliseconds: 1_000)
    let line = bench.opened(.public)
    for type in ["SPOT", "SWAP"] { subscribe("instruments", "instType", type, bench, line) }
    return (bench, line)
  }

  private func subscribe(
    _ channel: String, _ key: String, _ name: String, _ bench: Bench, _ line: HeldPeer,
    _ operation: String = "subscribe"
  ) {
    bench.receive(
      #"{"op":"\#(operation)","args":[{"channel":"\#(channel)","\#(key)":"\#(name)"}]}"#, on: line)
  }

  private func row(_ bench: Bench, _ name: String) throws -> [String: Any] {
    let type = name.hasSuffix("-SWAP") ? "SWAP" : "SPOT"
    return try #require(
      try bench.rows("public/instruments?instType=\(type)&instId=\(name)").first)
  }

  private func sCode(_ row: [String: Any]) -> String { row["sCode"] as? String ?? "none" }

  // MARK: - The channel

  @Test func aSubscriptionBeginsSilentUnlessTheListIsAskedFor() throws {
    let (_, line) = try ready()
    #expect(try line.rows("instruments").isEmpty)
    let (bench, listed) = try ready { $0.listsInstruments = true }
    let rows = try listed.rows("instruments")
    #expect(text(rows, "instId") == ["BTC-USDT", "ETH-USDT", "BTC-USDT-SWAP"])
    #expect(rows[0].keys.count == (try row(bench, "BTC-USDT")).keys.count - 4)
  }

  @Test func aTickIsAnnouncedThenMade() throws {
    let (bench, line) = try ready()
    let account = try bench.privateLine()
    try bench.rest("a", on: account)
    try bench.play("at 0ms of exchange tick BTC-USDT 0.01 3000")
    let announced = try line.rows("instruments")
    #expect(announced.count == 1 && Set(announced[0].keys) == ["instType", "instId", "upcChg"])
    let changes = try #require(announced[0]["upcChg"] as? [[String: String]])
    #expect(changes.count == 1 && changes[0]["param"] == "tickSz")
    #expect(changes[0]["newValue"] == "0.01" && changes[0]["effTime"] == "1785542404000")
    #expect(try row(bench, "BTC-USDT")["tickSz"] as? String == "0.1")
    #expect((try row(bench, "BTC-USDT")["upcChg"] as? [[String: String]]) == changes)
    #expect(sCode(try bench.order(price: "1000.01", size: "0.001")) == "51150")
    bench.advance(milliseconds: 2_999)
    #expect(try line.rows("instruments").isEmpty)
    bench.advance(milliseconds: 1)
    let made = try line.rows("instruments")
    #expect(
      made.count == 1 && Set(made[0].keys) == ["instType", "instId", "tickSz", "upcChg"]
        && made[0]["tickSz"] as? String == "0.01")
    #expect((made[0]["upcChg"] as? [Any])?.isEmpty == true)
    #expect(try row(bench, "BTC-USDT")["tickSz"] as? String == "0.01")
    #expect((try row(bench, "BTC-USDT")["upcChg"] as? [Any])?.isEmpty == true)
    #expect(sCode(try bench.order(price: "1000.01", size: "0.001", id: "b")) == "0")
    #expect(
      text(try bench.rows("trade/orders-pending"), "px").sorted() == ["1000", "1000.01"],
      "what rested before is where it was")
  }

  @Test func wholeRowsOfWhatChangedOnceCame() throws {
    let before = try #require(CalendarDay("2026-09-29"))
    let (bench, line) = try ready { $0.rules = RulesInForce(on: before) }
    try bench.play("at 0ms of exchange state ETH-USDT suspend")
    let rows = try line.rows("instruments")
    #expect(text(rows, "instId") == ["ETH-USDT"] && text(rows, "state") == ["suspend"])
    #expect(rows[0]["tickSz"] as? String == "0.01" && rows[0]["ctVal"] as? String == "")
  }

  @Test(arguments: [
    ("lot BTC-USDT 0.001", "lotSz", "0.001"), ("limit-max BTC-USDT 5", "maxLmtSz", "5"),
    ("contract-value BTC-USDT-SWAP 0.001", "ctVal", "0.001"),
  ])
  func restAloneTellsOfTheRest(_ deed: String, _ field: String, _ value: String) throws {
    let (bench, line) = try ready()
    try bench.play("at 0ms of exchange " + deed)
    #expect(try line.rows("instruments").isEmpty)
    let name = String(deed.split(separator: " ")[1])
    #expect(try row(bench, name)[field] as? String == value)
    // A later push holds what that change changed, and not what was passed over before.
    try bench.play("at 0ms of exchange state \(name) suspend")
    let rows = try line.rows("instruments")
    #expect(rows.count == 1 && Set(rows[0].keys) == ["instType", "instId", "state"])
  }

  // MARK: - Grids

  /// A client's book, by the texts of its prices.
  private struct Copy {
    var levels: [String: [String: String]] = ["bids": [:], "asks": [:]]
    var seqId = -1

    mutating func take(_ push: [String: Any]) throws {
      let data = try #require((push["data"] as? [[String: Any]])?.first)
      let previous = try #require(data["prevSeqId"] as? Int)
      if push["action"] as? String == "snapshot" {
        levels = ["bids": [:], "asks": [:]]
      } else {
        #expect(previous == seqId, "the chain holds")
      }
      seqId = try #require(data["seqId"] as? Int)
      for side in ["bids", "asks"] {
        for level in try #require(data[side] as? [[String]]) {
          levels[side]?[level[0]] = level[1] == "0" ? nil : level[1]
        }
      }
    }

    func prices(_ side: String) -> [Double] {
      (levels[side] ?? [:]).keys.compactMap(Double.init).sorted()
    }
  }

  private func follow(_ bench: Bench, _ name: String) throws -> (HeldPeer, Copy) {
    let line = bench.opened(.public)
    subscribe("books-l2-tbt", "instId", name, bench, line)
    return (line, Copy())
  }

  private func holds(_ bench: Bench, _ name: String, _ copy: Copy) throws {
    let book = try #require(try bench.rows("market/books?instId=\(name)&sz=400").first)
    for side in ["bids", "asks"] {
      let shown = try #require(book[side] as? [[String]])
      #expect(shown.count == copy.levels[side]?.count)
      for level in shown { #expect(copy.levels[side]?[level[0]] == level[1], "\(level)") }
    }
    let (bid, ask) = (copy.prices("bids").last ?? 0, copy.prices("asks").first ?? 0)
    #expect(bid < ask && bid > 0)
  }

  @Test(arguments: ["20", "1", "0.5", "0.3", "0.01", "0.001"])
  func booksGoOnOverATick(_ tick: String) throws {
    let (bench, _) = try ready()
    var (line, copy) = try follow(bench, "BTC-USDT")
    bench.advance(milliseconds: 500)
    for push in try line.pushes("books-l2-tbt") { try copy.take(push) }
    try holds(bench, "BTC-USDT", copy)
    try bench.play("at 0ms of exchange tick BTC-USDT \(tick)")
    bench.advance(milliseconds: 4_000)
    for push in try line.pushes("books-l2-tbt") {
      try copy.take(push)
      #expect(copy.prices("bids").last ?? 0 < copy.prices("asks").first ?? 0, "never crossed")
    }
    try holds(bench, "BTC-USDT", copy)
    let step = try #require(Decimal(string: tick))
    var offOldGrid = 0
    for text in (copy.levels["bids"] ?? [:]).keys {
      let price = try #require(Decimal(string: text))
      let units = NSDecimalNumber(decimal: price / step)
      #expect(
        units.rounding(accordingToBehavior: nil) == units
          && Decimal(units.int64Value) * step == price, "\(text) is on the grid of \(tick)")
      if text.split(separator: ".").last.map({ $0.count > 1 && text.contains(".") }) == true {
        offOldGrid += 1
      }
    }
    if tick == "0.01" || tick == "0.001" { #expect(offOldGrid > 0, "new prices are used") }
    // Bars, the ticker and marks tell the same market.
    let ticker = try #require(try bench.rows("market/ticker?instId=BTC-USDT").first)
    let (last, middle) = (try number(ticker, "last"), copy.prices("asks")[0])
    #expect(abs(last / middle - 1) < 0.02)
    let reply = try parsed(bench.get("/api/v5/market/candles?instId=BTC-USDT&bar=1m").body)
    for bar in try #require(reply["data"] as? [[String]]).prefix(5) {
      #expect(abs((try #require(Double(bar[4]))) / middle - 1) < 0.05, "\(bar)")
    }
  }

  @Test func ordersAndPositionsGoOnOverTickAndLot() throws {
    let (bench, line) = try ready()
    let account = try bench.privateLine()
    try bench.order(Bench.swap, "buy", "market", size: "3")
    #expect(sCode(try bench.order(Bench.swap, price: "70000.1", size: "0.55", id: "odd")) == "0")
    let before = try #require(try bench.rows("account/positions").first)
    let done = try #require(try bench.rows("trade/fills").first)
    try bench.play(
      """
      at 0ms of exchange tick BTC-USDT-SWAP 1
      at 0ms of exchange min-size BTC-USDT-SWAP 0.1
      """)
    let told = try line.rows("instruments")
    #expect(told.count == 2 && Set(told[1].keys) == ["instType", "instId", "minSz", "lotSz"])
    let listed = try row(bench, Bench.swap)
    #expect(listed["lotSz"] as? String == "0.1" && listed["minSz"] as? String == "0.1")
    let after = try #require(try bench.rows("account/positions").first)
    for field in ["pos", "avgPx", "imr", "margin"] {
      #expect(before[field] as? String == after[field] as? String, "\(field)")
    }
    let fill = try #require(try bench.rows("trade/fills").first)
    #expect(NSDictionary(dictionary: done) == NSDictionary(dictionary: fill))
    // It rests where it did, off both grids, and can be cancelled; new ones have to fit.
    let pending = try #require(try bench.rows("trade/orders-pending").first)
    #expect(pending["px"] as? String == "70000.1" && pending["sz"] as? String == "0.55")
    #expect(sCode(try bench.order(Bench.swap, price: "70000.1", size: "1")) == "51150")
    #expect(sCode(try bench.order(Bench.swap, price: "70000", size: "0.55")) == "51121")
    #expect(sCode(try bench.order(Bench.swap, price: "70000", size: "0.05")) == "51121")
    #expect(sCode(try bench.order(Bench.swap, price: "70000", size: "0.5")) == "0")
    try bench.order(Bench.swap, "sell", "market", size: "1")
    #expect(try bench.rows("account/positions").first?["pos"] as? String == "2")
    _ = try account.take()
    let cancelled = try parsed(
      bench.call(
        "POST", "/api/v5/trade/cancel-order",
        #"{"instId":"BTC-USDT-SWAP","clOrdId":"odd"}"#
      ).body)
    #expect(cancelled["code"] as? String == "0")
    bench.advance(milliseconds: 60)
    let push = try #require(try account.rows("orders").last)
    #expect(push["px"] as? String == "70000.1" && push["state"] as? String == "canceled")
  }

  /// A contract that is worth a tenth, or ten times as much: the same money in another number of contracts.
  @Test(arguments: [("0.001", "30"), ("0.1", "0.3"), ("0.02", "1.5")])
  func aContractValueKeepsThePositionsWorth(_ value: String, _ contracts: String) throws {
    let (bench, _) = try ready()
    let account = try bench.privateLine()
    try bench.order(Bench.swap, "buy", "market", size: "3")
    #expect(sCode(try bench.order(Bench.swap, price: "70000", size: "2", id: "rest")) == "0")
    bench.advance(milliseconds: 60)
    let before = try #require(try bench.rows("account/positions").first)
    let fill = try #require(try bench.rows("trade/fills").first)
    _ = try account.take()
    var (line, copy) = try follow(bench, Bench.swap)
    try bench.play("at 0ms of exchange contract-value BTC-USDT-SWAP \(value)")
    bench.advance(milliseconds: 60)
    let after = try #require(try account.rows("positions").first)
    #expect(after["pos"] as? String == contracts)
    #expect(before["avgPx"] as? String == after["avgPx"] as? String)
    #expect(before["margin"] as? String == after["margin"] as? String)
    #expect(try bench.rows("trade/fills").first?["fillSz"] as? String == fill["fillSz"] as? String)
    let size = try number(try #require(try bench.rows("trade/orders-pending").first), "sz")
    let share = try #require(Double(value)) / 0.01
    #expect(abs(size - 2 / share) < 1e-9)
    bench.advance(milliseconds: 2_000)
    for push in try line.pushes("books-l2-tbt") { try copy.take(push) }
    try holds(bench, Bench.swap, copy)
  }

  @Test(arguments: [
    "contract-value BTC-USDT 0.1", "rename BTC-USDT XBT-USDT", "rename BTC-USDT-SWAP ETH-USDT",
    "cool-off BTC-USDT 100",
  ])
  func whatCannotBeHasNoObject(_ deed: String) throws {
    let (bench, line) = try ready()
    try bench.play("at 0ms of exchange " + deed)
    #expect(try line.rows("instruments").isEmpty && bench.exchange.report().faults.isEmpty)
  }

  @Test(arguments: [
    ("tick BTC-USDT", "a value is missing"), ("tick BTC-USDT 0", "'0' is no value of tick"),
    ("lot BTC-USDT 0.1 50", "'lot' is not announced: it takes no time"),
    ("state BTC-USDT expired", "'expired' is no state"), ("delist", "an instrument is missing"),
    ("rename A", "a new name is missing"),
    ("maintenance 5", "milliseconds that it lasts is missing"),
    ("tick NO-SUCH 1", "no instrument 'NO-SUCH'"),
  ])
  func scriptsAreRefusedWithTheReason(_ deed: String, _ reason: String) throws {
    let (bench, _) = try ready()
    let error = #expect(throws: FaultScriptError.self) {
      try bench.play("at 0ms of exchange " + deed)
    }
    #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
  }
}
