// Door → Gate: limits that became stricter; hot plane.

import Quantities

/// One instrument's new limits; a figure that is 0 changes nothing, and none gets looser.
@frozen
public struct LimitChange: BitwiseCopyable, Sendable {
  public var limits: InstrumentLimits
  public var instrument: InstrumentID
  /// `Instrument.unitsChange` of the row that limits in lots count by.
  public var unitsChange: UInt16

  public init(instrument: InstrumentID, limits: InstrumentLimits, unitsChange: UInt16 = 0) {
    self.limits = limits
    self.instrument = instrument
    self.unitsChange = unitsChange
  }
}
