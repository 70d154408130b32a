// SIGUSR1 halts the desk with no thread's help: the handler stores one atomic; control plane.
import Foundation
import Pipeline
import Quantities

enum HaltSignal {
  // SAFETY: written once, before the handler is installed; the handler only reads it.
  nonisolated(unsafe) private static var board: StopBoard?

  /// From here on `kill -USR1` asks for `halted` in a person's name and takes every flatten back; only a rearm at the Door loosens it.
  static func install(_ board: StopBoard) {
    unsafe self.board = board
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in
      unsafe HaltSignal.board?.halt()
    }
    action.sa_flags = SA_RESTART
    unsafe sigemptyset(&action.sa_mask)
    unsafe sigaction(SIGUSR1, &action, nil)
  }
}
