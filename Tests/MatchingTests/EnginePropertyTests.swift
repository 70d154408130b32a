// Random trading on a generated market: balances are the sums of fills and fees, exactly.

import Market
import Matching
import Quantities
import SampleMarket
import Testing

/// A small account that trades at random on a generated market.
private struct RandomTrading {
  var random: SplitMix
  var market: GeneratedMarket
  let catalogue: InstrumentCatalogue
  let contract: InstrumentSpecification
  let settings: EngineSettings
  var engine: MatchingEngine
  var events: [EngineEvent] = []
  var now: Int64 = 0
  var accepted = 0
  var refused: [Int: Int] = [:]

  init(_ seed: UInt64) {
    random = SplitMix(state: seed)
    market = GeneratedMarket(instruments: 3, seed: seed)
    // The third instrument's book also drives a linear contract of the same steps.
    var list = market.catalogue.list
    var contract = list[2]
    contract.type = .swap
    contract.contract = .linear
    contract.contractValue = Increment(mantissa: 7, decimals: 2)
    contract.settle = "USDT"
    list[2] = contract
    self.contract = contract
    catalogue = InstrumentCatalogue(list)
    var settings = EngineSettings()
    settings.latency = FixedLatency(nanoseconds: seed % 2 == 0 ? 0 : 3_000_000)
    settings.balances = [
      "USDT": amount("900"), "BTC": amount("0.02"), "ETH": amount("3"), "SOL": amount("1"),
    ]
    self.settings = settings
    engine = MatchingEngine(catalogue, settings: settings)
  }

  mutating func step() throws {
    let event = try following(&market)
    now = event.due
    engine.apply(event, at: now, into: &events)
    if random.next() % 12 != 0 { return }
    let instrument = Int.random(in: 0..<3, using: &random)
    let book = engine.books[instrument]
    let side: Side = Bool.random(using: &random) ? .buy : .sell
    guard let bid = book.bestBid, let ask = book.bestAsk else { return }
    let near = Int64.random(in: -4...4, using: &random)
    let price = Price(ticks: (side == .buy ? bid : ask).price.ticks + near)
    let types = ["limit", "post_only", "ioc", "fok", "market", "limit"]
    let type = types.randomElement(using: &random)!
    let lots = Int64.random(in: 1...300, using: &random)
    var request = OrderRequest(
      instrument: instrument, side: side, type: type,
      price: type == "market" ? "" : catalogue[instrument].text(price: price),
      size: catalogue[instrument].text(quantity: Quantity(lots: lots)), clientID: "",
      tradeMode: instrument == 2 ? "cross" : "cash")
    request.targetCurrency = Bool.random(using: &random) ? "base_ccy" : "quote_ccy"
    request.selfTradePrevention = ["", "cancel_taker"].randomElement(using: &random)!
    switch engine.place(request, at: now, into: &events) {
    case .success: accepted += 1
    case .failure(let refusal): refused[refusal.code, default: 0] += 1
    }
    changeOne(lots)
  }

  private mutating func changeOne(_ lots: Int64) {
    if let open = engine.openOrders.randomElement(using: &random), random.next() % 3 == 0 {
      if Bool.random(using: &random) {
        _ = engine.cancel(
          OrderSelector(orderID: open.id), instrument: open.instrument, at: now, into: &events)
      } else {
        _ = engine.amend(
          OrderSelector(orderID: open.id), instrument: open.instrument,
          newSize: catalogue[open.instrument].text(quantity: Quantity(lots: lots)), newPrice: "",
          requestID: "", cancelOnFail: true, at: now, into: &events)
      }
    }
  }
}

@Test(arguments: [1, 2, 3, 4] as [UInt64])
func balancesAreTheSumsOfFills(_ seed: UInt64) throws {
  var trading = RandomTrading(seed)
  for _ in 0..<30_000 { try trading.step() }
  try expectSums(trading)
  try expectHoldsGone(&trading)
  try expectFlatContract(&trading)
}

private func expectSums(_ trading: RandomTrading) throws {
  let (engine, catalogue) = (trading.engine, trading.catalogue)
  // In their order, no two events may contradict: fills add up to what the order says.
  var sums = trading.settings.balances ?? [:]
  var positions = [Int64](repeating: 0, count: 3)
  var filledByOrder: [UInt64: Int64] = [:]
  var trades: Set<Int64> = []
  for case .order(let order) in trading.events {
    if let fill = order.lastFill, trades.insert(fill.tradeID).inserted {
      let item = catalogue[fill.instrument]
      let size = Amount(item.decimal(quantity: fill.quantity))
      let sign: Int128 = fill.side == .buy ? 1 : -1
      positions[fill.instrument] += fill.side.sign * fill.quantity.lots
      filledByOrder[order.id, default: 0] += fill.quantity.lots
      let worth = try size.multiplied(by: item.contractValue)
        .multiplied(by: item.decimal(price: fill.price))
      if item.type == .spot {
        sums[item.base] = try sums[item.base]!.adding(
          Amount(units: sign * size.units, decimals: size.decimals))
        sums[item.quote] = try sums[item.quote]!.adding(
          Amount(units: -sign * worth.units, decimals: worth.decimals))
        #expect(fill.feeCurrency == (fill.side == .buy ? item.base : item.quote))
      } else {
        sums["USDT"] = try sums["USDT"]!.adding(fill.profit)
      }
      sums[fill.feeCurrency] = try sums[fill.feeCurrency]!.adding(fill.fee)
      #expect(fill.fee.units <= 0 && fill.fee.decimals <= 12)
    }
    #expect(order.filled.lots == filledByOrder[order.id] ?? 0)
  }
  #expect(
    trading.accepted > 300 && trades.count > 200,
    "\(trading.accepted) accepted, \(trades.count) fills")
  #expect((trading.refused[51_008] ?? 0) > 0, "the account is small enough to be refused")
  for (currency, sum) in sums {
    #expect(equal(try #require(engine.balance(currency)).cash, sum), "\(currency)")
  }
  #expect((0..<3).map { engine.position($0).position.lots } == positions)
  #expect(engine.fills.count == trades.count)
}

private func expectHoldsGone(_ trading: inout RandomTrading) throws {
  // Last told balances are the engine's; all holds go with the orders, but for the contract's margin.
  trading.now += 10_000_000
  trading.engine.advance(to: trading.now, into: &trading.events)
  for order in trading.engine.openOrders {
    _ = trading.engine.cancel(
      OrderSelector(orderID: order.id), instrument: order.instrument, at: trading.now,
      into: &trading.events)
  }
  trading.engine.advance(to: trading.now + 10_000_000, into: &trading.events)
  #expect(trading.engine.openOrders.isEmpty)
  var told: [String: CurrencyBalance] = [:]
  for case .balance(let balance) in trading.events { told[balance.currency] = balance }
  for (currency, balance) in told { #expect(trading.engine.balance(currency) == balance) }
  for currency in ["BTC", "ETH"] {
    let balance = try #require(trading.engine.balance(currency))
    #expect(balance.frozen.units == 0 && balance.cash.units >= 0, "\(currency)")
  }
  let dollars = try #require(trading.engine.balance("USDT"))
  #expect(equal(dollars.frozen, trading.engine.position(2).margin))
  #expect(dollars.cash.units >= 0)
}

private func expectFlatContract(_ trading: inout RandomTrading) throws {
  let (catalogue, contract) = (trading.catalogue, trading.contract)
  // A flat contract has realised exactly what its trades are worth.
  let lots = trading.engine.position(2).position.lots
  if lots != 0 {
    let request = OrderRequest(
      instrument: 2, side: lots > 0 ? .sell : .buy, type: "market", price: "",
      size: catalogue[2].text(quantity: Quantity(lots: abs(lots))), clientID: "", tradeMode: "cross"
    )
    _ = trading.engine.place(request, at: trading.now + 20_000_000, into: &trading.events)
    trading.engine.advance(to: trading.now + 30_000_000, into: &trading.events)
  }
  if trading.engine.position(2).position.lots == 0 {
    var realised = Amount.zero
    for fill in trading.engine.fills where fill.instrument == 2 {
      let worth = try Amount(contract.decimal(quantity: fill.quantity))
        .multiplied(by: contract.contractValue).multiplied(by: contract.decimal(price: fill.price))
      realised = try realised.adding(fill.side == .buy ? worth.negated : worth)
    }
    var profits = Amount.zero
    for fill in trading.engine.fills where fill.instrument == 2 {
      profits = try profits.adding(fill.profit)
    }
    #expect(equal(profits, realised))
    #expect(trading.engine.position(2).openCost.units == 0)
  }
}

@Test func theSameInputsGiveTheSameEvents() throws {
  func run() throws -> [EngineEvent] {
    var market = GeneratedMarket(instruments: 2, seed: 11)
    var engine = MatchingEngine(market.catalogue)
    var events: [EngineEvent] = []
    for step in 0..<4_000 {
      let event = try following(&market)
      engine.apply(event, at: event.due, into: &events)
      guard step % 9 == 8, let bid = engine.books[0].bestBid else { continue }
      let request = OrderRequest(
        instrument: 0, side: step % 2 == 0 ? .buy : .sell, type: "limit",
        price: engine.catalogue[0].text(price: bid.price), size: "0.0005", clientID: "\(step)",
        tradeMode: "cash")
      _ = engine.place(request, at: event.due, into: &events)
    }
    return events
  }
  let first = try run()
  #expect(first.count > 500)
  #expect(first == (try run()))
}

/// What the engine's rows say of a day of random trading, as one number: a change of the model shows here
/// even where every invariant still holds.
@Test(arguments: [
  (Int64(0), UInt64(5_591_791_929_684_322_454)), (3_000_000, 8_955_279_875_131_306_847),
])
func theModelIsTheOneOfBefore(_ latency: Int64, _ expected: UInt64) throws {
  var market = GeneratedMarket(instruments: 2, swaps: 1, seed: 11)
  var settings = EngineSettings()
  settings.latency = FixedLatency(nanoseconds: latency)
  var engine = MatchingEngine(market.catalogue, settings: settings)
  var random = SplitMix(state: 11)
  var events: [EngineEvent] = []
  for _ in 0..<20_000 {
    let event = try following(&market)
    engine.apply(event, at: event.due, into: &events)
    if random.next() % 8 != 0 { continue }
    let instrument = Int(random.next() % 3)
    let item = market.catalogue[instrument]
    let side: Side = random.next() % 2 == 0 ? .buy : .sell
    guard
      let best = side == .buy ? engine.books[instrument].bestBid : engine.books[instrument].bestAsk
    else { continue }
    let price = Price(ticks: best.price.ticks + Int64(random.next() % 7) - 3)
    let request = OrderRequest(
      instrument: instrument, side: side, type: random.next() % 4 == 0 ? "ioc" : "limit",
      price: item.text(price: price),
      size: item.text(quantity: Quantity(lots: 1 + Int64(random.next() % 400))), clientID: "",
      tradeMode: item.type == .spot ? "cash" : "cross")
    _ = engine.place(request, at: event.due, into: &events)
    if let first = engine.openOrders.first, engine.openOrders.count > 20 {
      _ = engine.cancel(
        OrderSelector(orderID: first.id), instrument: first.instrument, at: event.due,
        into: &events)
    }
  }
  var rows: [UInt8] = []
  for event in events {
    switch event {
    case .order(let order):
      // Fields that came later, and a leverage that is the account's instead of the instrument's highest.
      var row: [UInt8] = []
      order.appendRow(to: &row, market.catalogue[order.instrument])
      let text = String(decoding: row, as: UTF8.self)
      let old = try #require(text.range(of: "\"accFillSz\""))
      let highest = "\"lever\":\"\(market.catalogue[order.instrument].leverage)\""
      let kept = text[old.lowerBound...].replacingOccurrences(of: "\"lever\":\"10\"", with: highest)
      rows += Array(("{" + kept).utf8)
    case .balance(let balance): rows += Array("\(balance)".utf8)
    case .position(let position):
      // The field came later: a cross position's figures are what they were.
      rows += Array("\(position)".replacingOccurrences(of: ", isIsolated: false", with: "").utf8)
    case .algo: break
    }
  }
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in rows { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  #expect(hash == expected, "\(hash) of \(events.count) events and \(engine.fills.count) fills")
}
