// Whether a process is still there; control plane.
import Glibc

enum CoreProcess {
  /// True also for one of another user.
  static func exists(_ number: Int32) -> Bool {
    number > 0 && (kill(number, 0) == 0 || errno != ESRCH)
  }
}
