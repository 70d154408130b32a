// The shared signal slots as Builder reads them: two leases per instrument, manual and agent; hot plane.

import Channels
import Quantities

/// Handles over slots that lie in State. One thread (the Door's) writes, Builder reads.
@safe
public struct SignalBoard: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed, never changed afterwards.
  private let slots: UnsafeMutablePointer<Seqlock<SignalLease>>
  public let instrumentCount: Int

  /// `slots[2 × i]` is instrument i's manual slot, `slots[2 × i + 1]` its agent slot.
  public init(_ slots: [Seqlock<SignalLease>]) {
    precondition(slots.count % 2 == 0, "Invariant: two slots an instrument")
    instrumentCount = slots.count / 2
    unsafe self.slots = .allocate(capacity: max(1, slots.count))
    for (index, slot) in slots.enumerated() { unsafe (self.slots + index).initialize(to: slot) }
  }

  /// The slot's lease; a slot that is torn too often reads as absent, which wants nothing.
  @_noLocks
  public func manual(_ id: InstrumentID) -> SignalLease { load(Int(id.index) &* 2) }

  @_noLocks
  public func agent(_ id: InstrumentID) -> SignalLease { load(Int(id.index) &* 2 &+ 1) }

  @_noLocks
  private func load(_ index: Int) -> SignalLease {
    if index >= instrumentCount &* 2 { return .absent }
    return unsafe slots[index].load() ?? .absent
  }
}
