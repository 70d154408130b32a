// The latest value of what one task stores and others read; control plane.
import Synchronization

final class LatestValue<Value: Sendable>: Sendable {
  private let held: Mutex<Value>

  init(_ value: Value) { held = Mutex(value) }

  func load() -> Value { held.withLock { $0 } }
  func store(_ value: Value) { held.withLock { $0 = value } }
}
