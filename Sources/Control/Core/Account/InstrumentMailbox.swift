// Changes of instruments on their way to whoever tells the stages; control plane.

import Quantities
import Synchronization

/// Written by the instruments' keeper, emptied by the reconciler, which alone speaks to the Sender.
public final class InstrumentMailbox: Sendable {
  public struct Change: Sendable {
    public var number: Int32
    public var instrument: Instrument
  }

  private let waiting = Mutex<[Change]>([])

  public init() {}

  public func put(_ change: Change) { waiting.withLock { $0.append(change) } }

  package func next() -> Change? { waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
