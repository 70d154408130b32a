// One running child: spawned with a scrubbed environment and nothing inherited but the lifeline; control plane.

import CKernel
import Foundation
import Glibc

/// How a child ended.
public enum ChildExit: Sendable, Equatable, CustomStringConvertible {
  case exited(Int32)
  case signalled(Int32)

  public var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): "signal \(number)"
    }
  }

  init(status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
  }
}

enum ChildProcess {
  /// Starts the child: standard input from /dev/null, output and errors ours, the lifeline as descriptor
  /// `Lifeline.descriptor`, every other descriptor closed, no signal blocked or ignored, a process group
  /// of its own (Ctrl-C reaches the supervisor alone, which then stops in order).
  static func spawn(_ child: ChildSpecification, lifeline: Int32) throws(OperationsError) -> pid_t {
    var environment = child.environment
    environment[Lifeline.variable] = String(Lifeline.descriptor)
    environment[Lifeline.nameVariable] = child.name
    // The child would read its own link: the name is resolved here.
    let executable =
      child.executable == ChildSpecification.ownExecutable
      ? (try? FileManager.default.destinationOfSymbolicLink(atPath: child.executable))
        ?? child.executable
      : child.executable
    let arguments = unsafe ([executable] + child.arguments).map { unsafe strdup($0) }
    let variables = unsafe environment.sorted { $0.key < $1.key }
      .map { unsafe strdup("\($0.key)=\($0.value)") }
    defer {
      let borrowed = unsafe arguments + variables
      for index in unsafe borrowed.indices { unsafe free(borrowed[index]) }
    }
    let process = unsafe ck_spawn(executable, arguments + [nil], variables + [nil], lifeline)
    if process < 0 { throw .system(call: "spawn", path: executable, errno: 0 &- process) }
    return process
  }

  /// How the child ended, or nil while it runs.
  static func reap(_ process: pid_t) -> ChildExit? {
    var status: Int32 = 0
    let result = unsafe waitpid(process, &status, WNOHANG)
    if result == process { return ChildExit(status: status) }
    // ECHILD: somebody else reaped it; it is gone all the same.
    if result < 0 && errno == ECHILD { return .exited(-1) }
    return nil
  }
}
