// The matching model: queue position, latency, fees; one account against a replayed or generated book; simulation.

import Market
import Quantities

/// A value: the clock is a parameter (`now`, Unix nanoseconds), and the same inputs give the same outputs.
/// Events are appended to the caller's array in the order they happened; changed positions and balances close
/// each call, once each.
///
/// The model. The market's data is not changed by our orders. A taker walks the displayed levels; what it took
/// of a level stays taken until market data touches that level. A resting order joins behind the size displayed
/// at its price. It advances by trades at the price and, as the queue model says, by size that leaves the level
/// without a trade; it fills when a trade reaches it, in whole when the market trades through its price, and
/// against opposite levels that arrive at or through its price. A trade is taken to come before the book update
/// that shows it, as OKX sends them for one `seqId`. What a fill costs and how long a request takes are models
/// too (`Models`): the simulated exchange, paper trading and a backtest differ in them alone.
public struct MatchingEngine: Sendable {
  public internal(set) var catalogue: InstrumentCatalogue
  public let settings: EngineSettings
  /// One per instrument, by index.
  public internal(set) var books: [ExchangeBook]
  /// Done orders, oldest first, at most `historyMax`.
  public internal(set) var doneOrders: [VenueOrder] = []
  /// Fills, oldest first, at most `historyMax`.
  public internal(set) var fills: [FillRecord] = []
  /// What changed balances, oldest first, at most `historyMax`.
  public internal(set) var bills: [BillRecord] = []

  /// Planned maintenance that goes on; nil: none.
  public var maintenance: MaintenancePhase?
  /// Families whose swaps and futures are in a cool-off: reduce-only orders alone are taken.
  public var coolOffs: Set<String> = []
  /// Algo orders that wait, oldest first.
  public internal(set) var algos: [AlgoOrder] = []
  /// Those that wait no longer, in the order in which they ended, at most `historyMax`.
  public internal(set) var doneAlgos: [AlgoOrder] = []
  /// Of the market's last trade, by instrument; `.none` before the first.
  public internal(set) var lastPrices: [Price]
  /// By instrument; cross and isolated margin alike.
  public internal(set) var leverages: [Int64]
  /// By instrument: whose book its index is the middle of.
  let indexSources: [Int]

  /// By instrument, in order of arrival.
  var open: [[VenueOrder]]
  var liquidity: [Liquidity]
  var homes: [UInt64: Int] = [:]
  var openByClient: [String: UInt64] = [:]
  var cash: [String: CurrencyBalance]
  var held: [VenuePosition?]
  var isolated: [Int: VenuePosition] = [:]
  /// Orders of the system that have more to take, by instrument.
  public internal(set) var reducing: [Int: VenueOrder] = [:]
  /// In the order of the requests, which is that of their times.
  var transit: [Transit] = []
  /// The settings' model with its state.
  var latency: any LatencyModel
  var changedCurrencies: Set<String> = []
  var changedPositions: Set<Int> = []
  /// Instruments with a reduce-only order that rests since the last batch.
  var trimsDue: Set<Int> = []
  var nextOrder: UInt64 = 2_000_000_000_000_000_001
  var nextTrade: Int64 = 900_000_001
  var nextBill: UInt64 = 700_000_000_000_000_001
  var nextArrival: UInt64 = 1
  var nextAlgo: UInt64 = 3_000_000_000_000_000_001

  public init(_ catalogue: InstrumentCatalogue, settings: EngineSettings = EngineSettings()) {
    self.catalogue = catalogue
    self.settings = settings
    latency = settings.latency
    books = catalogue.list.map { ExchangeBook($0) }
    lastPrices = catalogue.list.map { _ in .none }
    leverages = catalogue.list.map { _ in settings.leverage }
    indexSources = MatchingEngine.indexSources(of: catalogue)
    open = catalogue.list.map { _ in [] }
    liquidity = catalogue.list.map { _ in Liquidity() }
    held = catalogue.list.map { _ in nil }
    cash = [:]
    let seeds = settings.balances ?? EngineSettings.defaultBalances(catalogue)
    for (currency, amount) in seeds {
      cash[currency] = CurrencyBalance(
        currency: currency, cash: amount, frozen: .zero, updatedAt: 0)
    }
  }

  /// When the next request in transit takes effect.
  public var nextDue: Int64? { transit.first?.due }

  /// Lets requests that were waiting for their latency take effect.
  public mutating func advance(to now: Int64, into events: inout [EngineEvent]) {
    while let first = transit.first, first.due <= now {
      transit.removeFirst()
      perform(first.action, at: first.due, into: &events)
    }
    closeBatch(at: now, into: &events)
  }

  /// An order by id, open or recently done; of done ones with the same client id the latest.
  public func order(_ selector: OrderSelector, instrument: Int) -> VenueOrder? {
    if let found = openOrder(selector, instrument) { return found }
    return doneOrders.last { done in
      if done.instrument != instrument { return false }
      if let id = selector.orderID { return done.id == id }
      return done.clientID == selector.clientID
    }
  }

  /// An order by `ordId`, open or recently done.
  public func order(_ id: UInt64) -> VenueOrder? {
    if let home = homes[id] { return open[home].first { $0.id == id } }
    return doneOrders.last { $0.id == id }
  }

  /// Open orders, oldest first; those still on their way to the book are not among them.
  public var openOrders: [VenueOrder] {
    open.joined().filter { !$0.isInTransit }.sorted { $0.arrival < $1.arrival }
  }

  /// Sorted by currency.
  public var balances: [CurrencyBalance] { cash.values.sorted { $0.currency < $1.currency } }
  public func balance(_ currency: String) -> CurrencyBalance? { cash[currency] }

  /// One for each instrument and margin mode ever traded, in the catalogue's order; flat ones included.
  public var positions: [VenuePosition] {
    held.compactMap { $0 } + isolated.values.sorted { $0.instrument < $1.instrument }
  }
  /// Cash or cross.
  public func position(_ instrument: Int) -> VenuePosition {
    held[instrument] ?? VenuePosition(instrument: instrument, position: .zero)
  }

  func position(_ instrument: Int, isIsolated: Bool) -> VenuePosition {
    if !isIsolated { return position(instrument) }
    var fresh = VenuePosition(instrument: instrument, position: .zero)
    fresh.isIsolated = true
    return isolated[instrument] ?? fresh
  }

  mutating func keep(_ position: VenuePosition) {
    if position.isIsolated {
      isolated[position.instrument] = position
    } else {
      held[position.instrument] = position
    }
    changedPositions.insert(position.instrument)
  }

  func openOrder(_ selector: OrderSelector, _ instrument: Int) -> VenueOrder? {
    guard let id = selector.orderID ?? selector.clientID.flatMap({ openByClient[$0] }),
      homes[id] == instrument
    else { return nil }
    return open[instrument].first { $0.id == id }
  }

  /// What the displayed levels no longer hold, and what traded since they last changed.
  struct Liquidity: Sendable {
    /// Lots we took, by price, of the bids and of the asks.
    var takenBids: [Int64: Int64] = [:]
    var takenAsks: [Int64: Int64] = [:]
    /// Lots the market traded against the bids and the asks, by price.
    var tradedBids: [Int64: Int64] = [:]
    var tradedAsks: [Int64: Int64] = [:]
  }

  struct Transit: Sendable {
    enum Action: Sendable {
      case place(UInt64)
      case cancel(UInt64, source: String)
      case amend(UInt64, Amendment)

      var kind: RequestKind {
        switch self {
        case .place: .place
        case .cancel: .cancel
        case .amend: .amend
        }
      }
    }
    var due: Int64
    var action: Action
  }

  struct Amendment: Sendable {
    var quantity: Quantity?
    var price: Price?
    var request: String
    var cancelOnFail: Bool
  }
}
