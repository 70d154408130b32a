// One reading of a view's indicators, nil where the warm-up is not over; hot plane.

/// Formulas and sources stand at the types that compute them: `BookIndicators`, `OrderFlowImbalance`,
/// `TradeWindow`, `RealisedVolatility`. Prices are in ticks, sizes in lots.
@frozen
public struct IndicatorValues: Sendable, BitwiseCopyable {
  /// Best bid + best ask: the mid in half ticks.
  public var midHalfTicks: Int64?
  public var spreadTicks: Int64?
  /// Ticks.
  public var microprice: Double?
  /// -1…1, over the best 1, 5 and 25 levels a side.
  public var imbalance1: Double?
  public var imbalance5: Double?
  public var imbalance25: Double?
  /// Lots, over the window.
  public var orderFlowImbalance: Int64?
  /// Buys less sells in lots, over the window.
  public var tradeFlow: Int64?
  /// Ticks, over the window.
  public var windowVWAP: Double?
  /// Ticks, since the session began.
  public var sessionVWAP: Double?
  /// Root of the summed squared log returns over the window; not annualised.
  public var realisedVolatility: Double?

  @inlinable public init() {}
}

/// Windows and sampling of a view's indicators.
@frozen
public struct IndicatorSettings: Sendable, BitwiseCopyable {
  /// Order-flow imbalance, trade flow and window VWAP look back this far…
  public var windowNanoseconds: Int64
  /// …and at most this many events, a power of two.
  public var eventsMax: Int
  public var volatilityIntervalNanoseconds: Int64
  /// Returns in the volatility window, 1…`RealisedVolatility.samplesMax`.
  public var volatilitySamples: Int

  @inlinable
  public init(
    windowNanoseconds: Int64 = 10_000_000_000, eventsMax: Int = 1024,
    volatilityIntervalNanoseconds: Int64 = 1_000_000_000, volatilitySamples: Int = 60
  ) {
    self.windowNanoseconds = windowNanoseconds
    self.eventsMax = eventsMax
    self.volatilityIntervalNanoseconds = volatilityIntervalNanoseconds
    self.volatilitySamples = volatilitySamples
  }
}
