// The Door's end of the ring of limits; control plane.

import Channels
import Pipeline
import Synchronization

/// The Door's way to the Gate's limits.
public final class LimitPort: Sendable {
  private let producer: Mutex<SlotProducer<LimitChange>>
  private let waker: Waker

  public init(_ producer: consuming SlotProducer<LimitChange>, waker: Waker) {
    self.producer = Mutex(producer)
    self.waker = waker
  }

  /// False where the ring is full: ask again.
  public func push(_ change: LimitChange) -> Bool {
    let isTaken = producer.withLock { $0.push(change) }
    waker.wake()
    return isTaken
  }
}
