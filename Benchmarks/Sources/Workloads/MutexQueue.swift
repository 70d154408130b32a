// The peer of the rings: a queue of fixed room behind a mutex.

import Synchronization

/// A circular array guarded by `Synchronization.Mutex` (on Linux a futex that spins first). Any number of
/// producers and consumers; a full or an empty queue is a result, as it is for the rings.
final class MutexQueue<Element: Sendable>: Sendable {
  private struct State: Sendable {
    var elements: [Element?]
    var head = 0
    var count = 0
  }
  private let state: Mutex<State>

  init(capacity: Int) {
    state = Mutex(State(elements: Array(repeating: nil, count: capacity)))
  }

  func push(_ element: Element) -> Bool {
    state.withLock { state in
      if state.count == state.elements.count { return false }
      state.elements[(state.head &+ state.count) & (state.elements.count &- 1)] = element
      state.count &+= 1
      return true
    }
  }

  func pop() -> Element? {
    state.withLock { state in
      if state.count == 0 { return nil }
      let element = state.elements[state.head]
      state.elements[state.head] = nil
      state.head = (state.head &+ 1) & (state.elements.count &- 1)
      state.count &-= 1
      return element
    }
  }
}
