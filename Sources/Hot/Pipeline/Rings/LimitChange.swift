// Door → Gate: limits that became stricter; hot plane.

import Quantities

/// One instrument's new limits; a figure that is 0 changes nothing, and none gets looser.
@frozen
public struct LimitChange: BitwiseCopyable, Sendable {
  public var limits: InstrumentLimits
  public var instrument: InstrumentID

  public init(instrument: InstrumentID, limits: InstrumentLimits) {
    self.instrument = instrument
    self.limits = limits
  }
}
