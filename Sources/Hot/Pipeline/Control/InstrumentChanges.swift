// What the exchange changed of this run's instruments, by number: written by one thread, read by the stages; hot plane.

import Quantities
import Synchronization

/// A change is written before its number is told, and never again: the ring that tells of it publishes it too.
@safe
public struct InstrumentChanges: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; a slot is written once, by the one writer, before a ring's releasing store
  // tells a reader of its number; readers check against `capacity`.
  private let slots: UnsafeMutablePointer<InstrumentChange>
  private let written: UnsafeMutablePointer<Int32>
  /// Set by the last stage that takes the change; changes of several instruments end in any order.
  private let finished: UnsafeMutablePointer<Atomic<Bool>>

  /// Changes that one run can take: with each all stages copy a row, and exchanges change a few a year.
  public static let capacity: Int32 = 1_024

  public init() {
    unsafe slots = .allocate(capacity: Int(InstrumentChanges.capacity))
    let none = Instrument(
      id: .none, symbol: Symbol(), type: .unknown, tick: Increment(mantissa: 1, decimals: 0),
      lot: Increment(mantissa: 1, decimals: 0))
    unsafe slots.initialize(
      repeating: InstrumentChange(none, valueBefore: none.contractValue),
      count: Int(InstrumentChanges.capacity))
    unsafe written = .allocate(capacity: 1)
    unsafe written.initialize(to: 0)
    unsafe finished = .allocate(capacity: Int(InstrumentChanges.capacity))
    for number in 0..<Int(InstrumentChanges.capacity) {
      unsafe (finished + number).initialize(to: Atomic(false))
    }
  }

  /// The change's number; nil where this run has had too many. The one writer calls it. One that changes what figures
  /// mean is named in the instrument's row (`unitsChange`).
  public func add(_ change: inout InstrumentChange) -> Int32? {
    let number = unsafe written.pointee
    if number >= InstrumentChanges.capacity { return nil }
    if change.isOfMeaning { change.instrument.unitsChange = UInt16(number + 1) }
    unsafe slots[Int(number)] = change
    unsafe written.pointee = number + 1
    return number
  }

  /// Nil for a number that was never told.
  @_noLocks
  public func change(_ number: Int32) -> InstrumentChange? {
    number >= 0 && number < InstrumentChanges.capacity ? unsafe slots[Int(number)] : nil
  }

  /// Every stage has taken it.
  @_noLocks
  package func finish(_ number: Int32) {
    if number < 0 || number >= InstrumentChanges.capacity { return }
    // Pairs with the load in `isFinished`: what the stages wrote to State under the change is there for who sees it.
    unsafe finished[Int(number)].store(true, ordering: .releasing)
  }

  public func isFinished(_ number: Int32) -> Bool {
    if number < 0 || number >= InstrumentChanges.capacity { return false }
    return unsafe finished[Int(number)].load(ordering: .acquiring)
  }

  // Figures on their way while an instrument changed. Whoever asks has a row with `last`, so that every change up to it
  // was told.

  /// The first change of what the instrument's figures mean, from number `place` on and before `last`.
  @_noLocks
  private func next(_ id: InstrumentID, from place: Int32, before last: Int32) -> Int32? {
    var place = max(0, place)
    let end = min(last, InstrumentChanges.capacity)
    while place < end {
      let one = unsafe slots[Int(place)]
      if one.instrument.id == id && one.isOfMeaning { return place }
      place &+= 1
    }
    return nil
  }

  /// A lease in the units of a row with `unitsChange` `last`. Nil where nothing is known that it could mean: a contract
  /// became worth other money, which its target did not know, or it counts by a row that comes later.
  @_noLocks
  public func lease(_ lease: SignalLease, at last: UInt16) -> SignalLease? {
    if lease.unitsChange == UInt32(last) { return lease }
    if lease.unitsChange > UInt32(last) { return nil }
    var counted = lease
    var place = Int32(truncatingIfNeeded: lease.unitsChange)
    while let number = next(lease.instrument, from: place, before: Int32(last)) {
      let change = unsafe slots[Int(number)]
      if change.isOfValue { return nil }
      counted.target = change.quantity(counted.target)
      counted.referenceHalfTicks = change.ticks(counted.referenceHalfTicks)
      place = number &+ 1
    }
    counted.unitsChange = UInt32(last)
    return counted
  }

  /// Limits that were said of a row with `unitsChange` `first`, in the units of one with `last`: the same sizes, and
  /// never more money. One that `isAsked` for stays at least 1: 0 would ask for no change.
  @_noLocks
  public func limits(
    _ limits: InstrumentLimits, of id: InstrumentID, from first: UInt16, to last: UInt16,
    isAsked: Bool = true
  ) -> InstrumentLimits {
    if first >= last { return limits }
    var counted = limits
    var place = Int32(first)
    while let number = next(id, from: place, before: Int32(last)) {
      let change = unsafe slots[Int(number)]
      let least: Int64 = isAsked ? 1 : 0
      if counted.orderLotsMaximum > 0 {
        counted.orderLotsMaximum = max(least, change.limit(counted.orderLotsMaximum))
      }
      if counted.positionLotsMaximum > 0 {
        counted.positionLotsMaximum = max(least, change.limit(counted.positionLotsMaximum))
      }
      place = number &+ 1
    }
    return counted
  }

  /// The last change before a row with `last` that `isMeant` of the instrument's.
  public func latest(
    _ id: InstrumentID, before last: UInt16, _ isMeant: (InstrumentChange) -> Bool
  ) -> InstrumentChange? {
    var place = Int32(last) - 1
    while place >= 0 {
      let one = unsafe slots[Int(place)]
      if one.instrument.id == id && isMeant(one) { return one }
      place -= 1
    }
    return nil
  }
}
