// How many calls may be under way; control plane.
import Synchronization

final class CallGate: Sendable {
  private let count = Atomic<Int>(0)
  private let max: Int

  init(max: Int) { self.max = max }

  /// False where as many are inside as may be.
  func enter() -> Bool {
    if count.add(1, ordering: .relaxed).newValue <= max { return true }
    leave()
    return false
  }

  func leave() { count.subtract(1, ordering: .relaxed) }
}
