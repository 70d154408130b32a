// Whose signal a strategy works towards where a person and the agents both have one; hot plane.

import Quantities

/// The lease in force: a person's wins while it lives.
@inlinable
public func effectiveLease(
  manual: SignalLease, agent: SignalLease, at now: BootInstant
) -> SignalLease {
  manual.isLive(at: now) ? manual : (agent.isPresent ? agent : manual)
}
