// The pipe whose end of file tells a child that its supervisor is gone; control plane.

import Foundation
import Glibc

/// The supervisor holds the writing end and never writes; the kernel closes it however the supervisor
/// dies. A child watches the reading end. (PR_SET_PDEATHSIG alone would not do: it kills a core that
/// should first cancel its orders.)
public enum Lifeline {
  /// The descriptor a child finds the reading end at (`ck_spawn`).
  static let descriptor: Int32 = 3
  static let variable = "LLMTRADING_LIFELINE"
  static let nameVariable = "LLMTRADING_CHILD"

  /// True in a process that a supervisor started.
  public static var isSupervised: Bool { inherited != nil }

  private static var inherited: Int32? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int32($0) }
  }

  /// Calls `onLost` once, on a thread of its own, when the supervisor is gone. Returns false, and watches
  /// nothing, in a process that no supervisor started.
  ///
  /// The core then goes `cancelOnly`, cancels all working orders and exits within 5 s; the console exits.
  @discardableResult
  public static func watch(_ onLost: @escaping @Sendable () -> Void) -> Bool {
    guard let descriptor = inherited, fcntl(descriptor, F_GETFD) >= 0 else { return false }
    // Not for our own children.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let thread = Thread {
      var byte: UInt8 = 0
      while true {
        let count = unsafe read(descriptor, &byte, 1)
        if count > 0 || (count < 0 && errno == EINTR) { continue }
        break
      }
      onLost()
    }
    thread.name = "lifeline"
    thread.start()
    return true
  }
}
