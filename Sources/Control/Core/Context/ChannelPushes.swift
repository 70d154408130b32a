// Pushes of a channel as they came, until its keeper takes them; control plane.

import Foundation
import Synchronization

/// Filled by the context's connections. Bounded: a reader that fell so far behind reads the whole list anew.
public final class ChannelPushes: Sendable {
  private let waiting = Mutex<[Data]>([])
  private let isListWanted = Atomic<Bool>(false)
  private static let most = 1_000

  public init() {}

  func put(_ push: Data) {
    waiting.withLock {
      if $0.count < ChannelPushes.most {
        $0.append(push)
      } else {
        begin()
      }
    }
  }

  /// The channel tells of changes from now on (docs/OKX.md OKX-195): what changed before shows in the list alone.
  func begin() { isListWanted.store(true, ordering: .relaxed) }

  /// True once for each time that the channel began.
  func takeBeginning() -> Bool { isListWanted.exchange(false, ordering: .relaxed) }

  func take() -> [Data] {
    waiting.withLock { held in
      defer { held = [] }
      return held
    }
  }
}
