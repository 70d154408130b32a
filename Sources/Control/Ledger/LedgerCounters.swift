// What the Ledger did since it was opened; control plane.
import Operations
import Synchronization

/// Read by the console's status; each only grows.
public final class LedgerCounters: Sendable {
  let appended = Atomic<UInt64>(0)
  let refused = Atomic<UInt64>(0)
  let imported = Atomic<UInt64>(0)
  let faults = Atomic<UInt64>(0)
  let gaps = Atomic<UInt64>(0)
  let unfenced = Atomic<UInt64>(0)

  /// Of every transaction: tasks go through `LedgerCalls`.
  func noteThread() {
    if BlockingCalls.isOnSharedThread { unfenced.add(1, ordering: .relaxed) }
  }

  public struct Figures: Sendable, Hashable, Codable {
    /// Decision records that are on disk.
    public var appended: UInt64
    /// Records that were not written because a field was of no use.
    public var refused: UInt64
    /// Journal records that were taken.
    public var imported: UInt64
    /// Journal records that are not what their kind says: noted, not read.
    public var faults: UInt64
    /// Times that a part of the journal was missing or another one lay in its place.
    public var gaps: UInt64
    /// Transactions on a thread that tasks share, where no call may wait. Any is a fault of ours.
    public var unfenced: UInt64
  }

  public var figures: Figures {
    Figures(
      appended: appended.load(ordering: .relaxed), refused: refused.load(ordering: .relaxed),
      imported: imported.load(ordering: .relaxed), faults: faults.load(ordering: .relaxed),
      gaps: gaps.load(ordering: .relaxed),
      unfenced: unfenced.load(ordering: .relaxed))
  }
}

extension Ledger {
  public var figures: LedgerCounters.Figures { counts.figures }
}
