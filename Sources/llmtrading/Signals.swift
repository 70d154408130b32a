// Waiting for a signal to this process.
import Dispatch
import Foundation

enum Signals {
  /// Returns when one of `numbers` arrives; their default action is off from the call on.
  static func wait(for numbers: [Int32]) async {
    for number in numbers { signal(number, SIG_IGN) }
    let sources = numbers.map {
      DispatchSource.makeSignalSource(signal: $0, queue: .global(qos: .userInitiated))
    }
    let once = Once()
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      for source in sources {
        source.setEventHandler { if once.take() { continuation.resume() } }
        source.resume()
      }
    }
    for source in sources { source.cancel() }
  }
}

/// True for the first taker alone.
final class Once: @unchecked Sendable {
  // SAFETY: `taken` is read and written under `lock` only.
  private let lock = NSLock()
  private var taken = false

  func take() -> Bool {
    lock.lock()
    defer { lock.unlock() }
    if taken { return false }
    taken = true
    return true
  }
}
