// Windows and sampling of a view's indicators; set at start.

/// How far a view's indicators look back.
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
