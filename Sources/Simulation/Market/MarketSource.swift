// Where a simulated market comes from, whatever makes it; simulation.

/// Where events come from: a recording or a generator. A value: no clock, no thread.
public protocol MarketSource: Sendable {
  var catalogue: InstrumentCatalogue { get }
  /// The next event in order of `due`; nil at the end (a generator never ends).
  mutating func next() -> MarketEvent?
  /// A series of bars per instrument, as it stands before the first event.
  var candles: [CandleSeries] { get }
}

extension MarketSource {
  /// A recording knows nothing of the time before it.
  public var candles: [CandleSeries] { catalogue.list.map { _ in CandleSeries() } }
}
