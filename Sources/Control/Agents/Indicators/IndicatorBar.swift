// A bar as indicators take it; control plane.

/// Open, high, low and close in the instrument's price, volume in its size; oldest first in a series.
public struct IndicatorBar: Sendable, Hashable {
  public var open: Double
  public var high: Double
  public var low: Double
  public var close: Double
  public var volume: Double

  public init(open: Double, high: Double, low: Double, close: Double, volume: Double) {
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
  }
}
