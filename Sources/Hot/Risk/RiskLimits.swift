// The limits the gate holds orders to, all integers; made by configuration, read by the hot plane.

import Quantities

/// Limits of the whole desk.
@frozen
public struct DeskLimits: Sendable, BitwiseCopyable {
  /// Most open orders over all instruments; at most `Gate.openOrdersMax`.
  public var openOrdersMaximum: Int64 = 0
  /// Most orders in any `windowNanoseconds`, over all instruments.
  public var ordersPerWindow: Int64 = 0
  public var windowNanoseconds: Int64 = 2_000_000_000
  /// Largest difference between our wall clock and the exchange's `ts`, either way, in milliseconds.
  public var exchangeAgeMaximumMilliseconds: Int64 = 0
  /// Off in replay, where wall time means nothing.
  public var checksExchangeAge: Bool = true

  @inlinable public init() {}
}

/// A desk's limits as configuration gives them; `instruments` is indexed by `InstrumentID.index`.
public struct RiskLimits: Sendable {
  public var desk: DeskLimits
  public var instruments: [InstrumentLimits]

  public init(desk: DeskLimits, instruments: [InstrumentLimits]) {
    self.desk = desk
    self.instruments = instruments
  }

  /// The same limits for each of `count` instruments.
  public init(desk: DeskLimits, each limits: InstrumentLimits, count: Int) {
    self.init(desk: desk, instruments: Array(repeating: limits, count: count))
  }
}
