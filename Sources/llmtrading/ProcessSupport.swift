// Small things every long-running subcommand needs: signals, a fresh folder, dying with the parent.
import CKernel
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

enum StateFolder {
  /// A new folder of mode 0700 below the system's temporary folder.
  static func fresh(prefix: String) throws -> String {
    let name = "\(prefix)-\(UInt64.random(in: 0...UInt64.max))"
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return url.path
  }
}

enum ParentLifeline {
  /// A child of ours that outlives its parent gets SIGTERM; a process started by hand is left alone.
  static func exitWhenParentDies() {
    guard ProcessInfo.processInfo.environment["LLMTRADING_CHILD"] != nil else { return }
    _ = ck_signal_on_parent_death(SIGTERM)
  }
}
