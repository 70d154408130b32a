// A child process of this binary, its first lines, and its end; control plane.
import Foundation
import Synchronization

/// Starts itself anew with other arguments; the child dies with its parent.
final class Child: @unchecked Sendable {
  // SAFETY: `process` is only asked and signalled; `text` is read and written under its mutex.
  private let process = Process()
  private let pipe = Pipe()
  private let text = Mutex<String>("")

  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["LLMTRADING_CHILD"] = "1"
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty {
        handle.readabilityHandler = nil
        return
      }
      let piece = String(decoding: data, as: UTF8.self)
      self?.text.withLock { $0 = String(($0 + piece).suffix(65_536)) }
      let shown = piece.split(separator: "\n").filter { !$0.hasPrefix("exchange listening") }
      if !shown.isEmpty { print(shown.joined(separator: "\n")) }
      fflush(nil)
    }
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  /// The first line of its output with this beginning.
  func line(startingWith prefix: String, seconds: Double) async throws -> String {
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    while ContinuousClock.now < end {
      let lines = text.withLock { $0 }.split(separator: "\n")
      if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return String(line) }
      if !process.isRunning { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw CommandError("a child process did not come up: \(process.arguments?.first ?? "")")
  }

  func terminate() { if process.isRunning { process.terminate() } }

  func ended(seconds: Double) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    while process.isRunning {
      if ContinuousClock.now >= end {
        kill(process.processIdentifier, SIGKILL)
        throw CommandError("\(process.arguments?.first ?? "a child") did not end and was killed")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// At the latest when the demo itself ends.
  func end() { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}

/// Set by SIGINT or SIGTERM.
final class InterruptFlag: Sendable {
  private let flag = Mutex<Bool>(false)

  init() {
    Task { [weak self] in
      await Signals.wait(for: [SIGINT, SIGTERM])
      self?.flag.withLock { $0 = true }
    }
  }

  var isSet: Bool { flag.withLock { $0 } }
}

extension String {
  /// The value of `name=value` in a line of such pairs.
  func field(_ name: String) -> String? {
    split(separator: " ").first { $0.hasPrefix(name + "=") }.map {
      String($0.dropFirst(name.count + 1))
    }
  }
}
