// How many orders the Sender holds at work, by instrument, for whoever answers a person; hot plane.

import Quantities
import Synchronization

/// The Sender alone writes; counts, not orders, and the two of an instrument need not be of one moment. All accesses are
/// relaxed: they publish no other memory.
@safe
public struct WorkingBoard: @unchecked Sendable {
  // SAFETY: allocated by `init`, never freed; every access is atomic; indexed by ids checked against
  // `instrumentCount`.
  @usableFromInline let cells: UnsafeMutablePointer<Atomic<UInt32>>
  public let instrumentCount: Int

  public init(instrumentCount: Int) {
    self.instrumentCount = instrumentCount
    let count = max(1, instrumentCount) * 2
    unsafe cells = .allocate(capacity: count)
    for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
  }

  @inlinable
  public func note(own: Int, others: Int, of id: InstrumentID) {
    let at = Int(id.index)
    if at >= instrumentCount { return }
    unsafe cells[at &* 2].store(UInt32(truncatingIfNeeded: own), ordering: .relaxed)
    unsafe cells[at &* 2 &+ 1].store(UInt32(truncatingIfNeeded: others), ordering: .relaxed)
  }

  /// Orders of ours, adopted ones of earlier starts among them.
  public func own(_ id: InstrumentID) -> Int { read(id, 0) }

  /// Orders that nobody of ours numbered and that the desk leaves alone.
  public func others(_ id: InstrumentID) -> Int { read(id, 1) }

  private func read(_ id: InstrumentID, _ offset: Int) -> Int {
    let at = Int(id.index)
    return at < instrumentCount
      ? Int(unsafe cells[at * 2 + offset].load(ordering: .relaxed)) : 0
  }
}
