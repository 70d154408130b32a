// When a supervised process ends: a signal to it, or its supervisor's death, and never later than promised; control plane.
import CKernel
import Foundation
import Operations
import Synchronization

/// Made first thing, so that a supervisor that dies during start-up is noticed too.
struct ProcessLifeline {
  /// From the supervisor's death to this process's: a core cancels its orders within it.
  private static let secondsMax = 4.8

  private let isGone = Flag()
  private let ended = Task { await Signals.wait(for: [SIGINT, SIGTERM]) }

  init() {
    // The end is one path, whoever asks for it.
    let isWatched = Lifeline.watch { [isGone] in
      isGone.value.store(true, ordering: .relaxed)
      kill(getpid(), SIGTERM)
      Thread.sleep(forTimeInterval: ProcessLifeline.secondsMax)
      FileHandle.standardError.write(
        Data("the supervisor is gone and the orderly end took too long\n".utf8))
      _exit(70)
    }
    if !isWatched { ParentLifeline.exitWhenParentDies() }
  }

  /// All has to be over within `secondsMax`.
  var isSupervisorGone: Bool { isGone.value.load(ordering: .relaxed) }

  private final class Flag: Sendable {
    let value = Atomic<Bool>(false)
  }

  /// Returns on SIGINT or SIGTERM, one that came during start-up included.
  func waitForEnd() async { await ended.value }
}

enum ParentLifeline {
  /// A child of ours that outlives its parent gets SIGTERM; a process started by hand is left alone.
  static func exitWhenParentDies() {
    guard ProcessInfo.processInfo.environment["LLMTRADING_CHILD"] != nil else { return }
    _ = ck_signal_on_parent_death(SIGTERM)
  }
}
