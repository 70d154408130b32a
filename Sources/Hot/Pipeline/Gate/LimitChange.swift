// Door → Gate: limits that became stricter; hot plane.

import Quantities
import Risk

/// One instrument's new limits; a field that is 0 changes nothing, and none gets looser. 72 bytes.
@frozen
public struct LimitChange: BitwiseCopyable, Sendable {
  public var orderLotsMaximum: Int64 = 0
  public var positionLotsMaximum: Int64 = 0
  public var openOrdersMaximum: Int64 = 0
  public var collarBasisPoints: Int64 = 0
  public var ordersPerWindow: Int64 = 0
  public var referenceAgeMaximumNanoseconds: Int64 = 0
  /// In the quote currency, with so many decimals.
  public var orderNotionalUnits: Int64 = 0
  public var instrument: InstrumentID
  public var orderNotionalDecimals: UInt8 = 0
  public var isAllowed = true
  public var reserved: UInt32 = 0

  public init(instrument: InstrumentID) { self.instrument = instrument }

  var limits: InstrumentLimits {
    @_noLocks get {
      var limits = InstrumentLimits()
      limits.isAllowed = isAllowed
      limits.orderLotsMaximum = orderLotsMaximum
      limits.positionLotsMaximum = positionLotsMaximum
      limits.openOrdersMaximum = openOrdersMaximum
      limits.collarBasisPoints = collarBasisPoints
      limits.ordersPerWindow = ordersPerWindow
      limits.referenceAgeMaximumNanoseconds = referenceAgeMaximumNanoseconds
      limits.orderNotionalMaximum = Amount(
        units: Int128(orderNotionalUnits), decimals: orderNotionalDecimals)
      return limits
    }
  }
}
