// What the exchange changed of this run's instruments, by number: written by one thread, read by the stages; hot plane.

import Quantities

/// A change is written before its number is told, and never again: the ring that tells of it publishes it too.
@safe
public struct InstrumentChanges: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; a slot is written once, by the one writer, before a ring's releasing store
  // tells a reader of its number; readers check against `capacity`.
  private let slots: UnsafeMutablePointer<InstrumentChange>
  private let written: UnsafeMutablePointer<Int32>

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
  }

  /// The change's number; nil where this run has had too many. The one writer calls it.
  public func add(_ change: InstrumentChange) -> Int32? {
    let number = unsafe written.pointee
    if number >= InstrumentChanges.capacity { return nil }
    unsafe slots[Int(number)] = change
    unsafe written.pointee = number + 1
    return number
  }

  /// Nil for a number that was never told.
  @_noLocks
  public func change(_ number: Int32) -> InstrumentChange? {
    number >= 0 && number < InstrumentChanges.capacity ? unsafe slots[Int(number)] : nil
  }
}
