// Small things every long-running subcommand needs: signals, a fresh folder, dying with the parent.
import CKernel
import Dispatch
import Foundation
import Operations

/// Why a subcommand cannot go on, in a sentence.
struct CommandError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

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

/// Where a process that is not the core may run.
enum Housekeeping {
  /// Below the core, which keeps the default: what the page and the agents do can wait.
  private static let niceness: Int32 = 5

  /// Keeps this process, each thread that it has and those they start, off the hot CPUs and behind the core.
  /// Nothing to keep off, or no other CPU: it runs where it may.
  /// - Returns: what could not be done, for the log.
  static func keep(_ cpus: Configuration.CPUs) -> String? {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    for thread in threads.compactMap(UInt32.init)
    where setpriority(__priority_which_t(PRIO_PROCESS.rawValue), thread, niceness) != 0 {
      return "the priority cannot be lowered (errno \(errno))"
    }
    if cpus.hot.isEmpty && cpus.housekeeping.isEmpty { return nil }
    var wanted = cpus.housekeeping.map { Int32(clamping: $0) }
    if wanted.isEmpty {
      var allowed = [Int32](repeating: 0, count: 4096)
      let count = unsafe ck_affinity_get(&allowed, 4096)
      let hot = Set(cpus.hot.map { Int32(clamping: $0) })
      wanted = allowed.prefix(Int(max(0, min(count, 4096)))).filter { !hot.contains($0) }
      if wanted.isEmpty { return nil }
    }
    let result = unsafe ck_affinity_set_process(wanted, Int32(wanted.count))
    return result < 0 ? "cpus.housekeeping \(wanted) cannot be taken (errno \(0 &- result))" : nil
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
