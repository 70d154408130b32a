// The limits the gate holds orders to, all integers; made by configuration, read by the hot plane.

import Quantities

/// Limits of one instrument. A limit that is zero or negative is *missing*, and missing refuses.
@frozen
public struct InstrumentLimits: Sendable, BitwiseCopyable {
  /// On the allow-list.
  public var isAllowed: Bool = false
  /// Largest order, in lots.
  public var orderLotsMaximum: Int64 = 0
  /// Largest value of one order, in the quote currency (USD for inverse contracts).
  public var orderNotionalMaximum: Amount = .zero
  /// Largest position either way, open orders of that side included, in lots.
  public var positionLotsMaximum: Int64 = 0
  /// Most open orders.
  public var openOrdersMaximum: Int64 = 0
  /// How far a price may lie outside of the reference bid and ask, in basis points.
  public var collarBasisPoints: Int64 = 0
  /// Most orders in any `windowNanoseconds`.
  public var ordersPerWindow: Int64 = 0
  /// Most cancels in any `windowNanoseconds`; where missing, the exchange's own 60 per 2 s, since a
  /// missing limit must never keep an order from being cancelled.
  public var cancelsPerWindow: Int64 = 0
  public var windowNanoseconds: Int64 = 2_000_000_000
  /// Oldest reference book, from its local receipt, in nanoseconds.
  public var referenceAgeMaximumNanoseconds: Int64 = 0

  @inlinable public init() {}
}

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

extension InstrumentLimits {
  /// These limits where `other` is not stricter: no field of the result is looser than here.
  ///
  /// A field of `other` that is zero or negative changes nothing: a request that leaves a limit out
  /// must not take it away. Nil when notional amounts cannot be compared (128-bit overflow).
  public func tightened(by other: InstrumentLimits) -> InstrumentLimits? {
    func stricter(_ mine: Int64, _ theirs: Int64) -> Int64 {
      theirs <= 0 ? mine : min(mine, theirs)
    }
    var result = self
    result.isAllowed = isAllowed && other.isAllowed
    result.orderLotsMaximum = stricter(orderLotsMaximum, other.orderLotsMaximum)
    result.positionLotsMaximum = stricter(positionLotsMaximum, other.positionLotsMaximum)
    result.openOrdersMaximum = stricter(openOrdersMaximum, other.openOrdersMaximum)
    result.collarBasisPoints = stricter(collarBasisPoints, other.collarBasisPoints)
    result.ordersPerWindow = stricter(ordersPerWindow, other.ordersPerWindow)
    result.referenceAgeMaximumNanoseconds = stricter(
      referenceAgeMaximumNanoseconds, other.referenceAgeMaximumNanoseconds)
    if other.orderNotionalMaximum.units > 0 {
      guard let isLess = other.orderNotionalMaximum.isLess(than: orderNotionalMaximum) else {
        return nil
      }
      if isLess { result.orderNotionalMaximum = other.orderNotionalMaximum }
    }
    return result
  }
}
