// Where a simulated market comes from, whatever makes it; simulation.

/// Where events come from: a recording or a generator. A value: no clock, no thread.
public protocol MarketSource: Sendable {
  var catalogue: InstrumentCatalogue { get }
  /// The next event in order of `due`; nil at the end (a generator never ends).
  mutating func next() -> MarketEvent?
  /// A series of bars per instrument, as it stands before the first event.
  var candles: [CandleSeries] { get }
  /// The instrument is another from now on. False where the source cannot go on with it.
  mutating func change(
    _ instrument: Int, to specification: InstrumentSpecification, _ grid: GridChange
  ) -> Bool
  /// Nothing more happens to the instrument, or goes on.
  mutating func halt(_ instrument: Int, _ isHalted: Bool)
  /// The snapshot that the instrument's book begins with, taken out of turn; nil where it does not, or is taken.
  mutating func opening(_ instrument: Int) -> MarketEvent?
}

extension MarketSource {
  /// A recording knows nothing of the time before it.
  public var candles: [CandleSeries] { catalogue.list.map { _ in CandleSeries() } }
  /// What was recorded is sent as it was received: neither name nor grid can be another.
  public mutating func change(
    _ instrument: Int, to specification: InstrumentSpecification, _ grid: GridChange
  ) -> Bool { grid.isNone && specification.id == catalogue[instrument].id }
  public mutating func halt(_ instrument: Int, _ isHalted: Bool) {}
  public mutating func opening(_ instrument: Int) -> MarketEvent? { nil }
}
