// The matching model: queue position, latency, fees; one account against a replayed or generated book; simulation.

import Quantities

/// A value: the clock is a parameter (`now`, Unix nanoseconds), and the same inputs give the same outputs.
/// Events are appended to the caller's array in the order they happened.
public struct MatchingEngine: Sendable {
  public let catalogue: InstrumentCatalogue
  public let settings: EngineSettings
  /// One per instrument, by index.
  public internal(set) var books: [ExchangeBook]

  public init(_ catalogue: InstrumentCatalogue, settings: EngineSettings = EngineSettings()) {
    self.catalogue = catalogue
    self.settings = settings
    books = catalogue.list.map { ExchangeBook($0) }
  }

  /// Applies a market event to its book and lets it fill resting orders.
  public mutating func apply(
    _ event: MarketEvent, at now: Int64, into events: inout [EngineEvent]
  ) {}

  /// Lets requests that were waiting for their latency take effect. `nextDue` says when that is.
  public mutating func advance(to now: Int64, into events: inout [EngineEvent]) {}
  public var nextDue: Int64? { nil }

  /// Checks and takes an order. Returns its `ordId`, or the refusal; fills follow as events.
  public mutating func place(
    _ request: OrderRequest, at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> { .failure(VenueRefusal(50_001, "unavailable")) }

  /// Returns the `ordId` of the order that will be cancelled. `source` is OKX `cancelSource`: 1 user, 20 dead-man.
  public mutating func cancel(
    _ selector: OrderSelector, instrument: Int, source: String = "1", at now: Int64,
    into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> { .failure(VenueRefusal(51_400, "no such order")) }

  /// `newSize` counts what is filled already. Empty texts leave a value as it is.
  public mutating func amend(
    _ selector: OrderSelector, instrument: Int, newSize: String, newPrice: String,
    requestID: String, cancelOnFail: Bool, at now: Int64, into events: inout [EngineEvent]
  ) -> Result<UInt64, VenueRefusal> { .failure(VenueRefusal(51_503, "no such order")) }

  /// Cancels every open order (of one instrument); returns how many.
  public mutating func cancelAll(
    instrument: Int? = nil, source: String = "1", at now: Int64, into events: inout [EngineEvent]
  ) -> Int { 0 }

  /// An order by id, open or recently done.
  public func order(_ selector: OrderSelector, instrument: Int) -> VenueOrder? { nil }
  /// Open orders, oldest first.
  public var openOrders: [VenueOrder] { [] }
  /// Done orders, oldest first, at most `historyMax`.
  public var doneOrders: [VenueOrder] { [] }
  /// Fills, oldest first, at most `historyMax`.
  public var fills: [FillRecord] { [] }
  /// Sorted by currency.
  public var balances: [CurrencyBalance] { [] }
  public func balance(_ currency: String) -> CurrencyBalance? { nil }
  /// Instruments ever traded, in the catalogue's order; flat ones included.
  public var positions: [VenuePosition] { [] }
  public func position(_ instrument: Int) -> VenuePosition {
    VenuePosition(instrument: instrument, position: .zero)
  }
}
