// Keeps processes beside the core off its CPUs and behind it in priority.
import CKernel
import Foundation
import Operations

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
