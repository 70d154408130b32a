// A desk on a hand-made market: the engine, the events it gave, and short forms of both.

import Market
import Matching
import Quantities
import SampleMarket
import Testing

/// The next event of a source that has one.
func following(_ market: inout some MarketSource) throws -> MarketEvent {
  let event = market.next()
  return try #require(event)
}

func amount(_ text: String) -> Amount { Amount(text) ?? Amount(units: .max, decimals: 0) }

func equal(_ a: Amount, _ b: Amount) -> Bool { a.normalized == b.normalized }

/// An engine on a hand-made market, with the events it gave.
struct Desk {
  var engine: MatchingEngine
  var events: [EngineEvent] = []
  var sequence: Int64 = 10
  var now: Int64 = 1_700_000_000_000_000_000

  init(
    _ list: [InstrumentSpecification] = [spot, linear, inverse],
    _ settings: EngineSettings = {
      var settings = EngineSettings()
      settings.balances = ["USDT": amount("100000"), "BTC": amount("50")]
      return settings
    }()
  ) {
    engine = MatchingEngine(InstrumentCatalogue(list), settings: settings)
  }

  mutating func book(
    _ instrument: Int = 0, _ kind: MarketEvent.Kind = .snapshot, bids: [(Int64, Int64)] = [],
    asks: [(Int64, Int64)] = []
  ) {
    var event = MarketEvent(
      instrument: instrument, kind: kind, due: 0, exchangeTime: 1, seqId: sequence + 1,
      prevSeqId: kind == .snapshot ? -1 : sequence)
    sequence += 1
    event.bids = bids.map { level($0.0, $0.1) }
    event.asks = asks.map { level($0.0, $0.1) }
    engine.apply(event, at: now, into: &events)
  }

  mutating func trade(_ side: Side, _ price: Int64, _ lots: Int64, instrument: Int = 0) {
    var event = MarketEvent(
      instrument: instrument, kind: .trade, due: 0, exchangeTime: 1, seqId: sequence,
      prevSeqId: sequence)
    event.trade = TradePrint(
      id: 1, price: Price(ticks: price), quantity: Quantity(lots: lots), side: side, count: 1)
    engine.apply(event, at: now, into: &events)
  }

  @discardableResult
  mutating func order(
    _ side: Side, _ type: String, _ price: String, _ size: String, id: String = "",
    instrument: Int = 0, target: String = "", prevention: String = "", reduceOnly: Bool = false
  ) -> Result<UInt64, VenueRefusal> {
    var request = OrderRequest(
      instrument: instrument, side: side, type: type, price: price, size: size, clientID: id,
      tradeMode: engine.catalogue[instrument].type == .spot ? "cash" : "cross")
    request.targetCurrency = target
    request.selfTradePrevention = prevention
    request.reduceOnly = reduceOnly
    now += 1_000_000
    return engine.place(request, at: now, into: &events)
  }

  /// Cancels what is open, oldest first; returns how many.
  mutating func cancelAll() -> Int {
    let orders = engine.openOrders
    for order in orders {
      _ = engine.cancel(
        OrderSelector(orderID: order.id), instrument: order.instrument, at: now, into: &events)
    }
    return orders.count
  }

  func code(_ result: Result<UInt64, VenueRefusal>) -> Int {
    if case .failure(let refusal) = result { return refusal.code }
    return 0
  }

  /// `state price lots` of each order event, fills as `fill`, and forgets the events.
  mutating func story() -> [String] {
    defer { events.removeAll() }
    return events.compactMap {
      guard case .order(let order) = $0 else { return nil }
      if let fill = order.lastFill {
        let mark = fill.isTaker ? "T" : "M"
        return "\(order.state.rawValue) \(fill.quantity.lots)@\(fill.price.ticks) \(mark)"
      }
      return order.state.rawValue + (order.cancelSource.isEmpty ? "" : " \(order.cancelSource)")
    }
  }

  func cash(_ currency: String) -> String {
    engine.balance(currency)?.cash.normalized.description ?? "none"
  }
  func frozen(_ currency: String) -> String {
    engine.balance(currency)?.frozen.normalized.description ?? "none"
  }
}
