// The desk under `llmtrading run`, killed at every joint: the scenarios are Tests/Peers/desk/supervision.py.
import Foundation
import Testing

@Suite(.serialized)
struct KillsAndStops {
  @Test(arguments: [
    "core_killed_at_rest", "core_killed_at_work", "missed_fill", "supervisor_killed",
    "console_killed", "environments",
    "three_deaths", "second_core", "stop_survives", "halt_by_signal", "flatten", "limits",
    "proxied", "demo_interrupted", "bad_input",
  ])
  func scenario(_ name: String) throws {
    let (status, output) = try Scenario.run(name)
    #expect(status == 0, "\(output)")
  }
}

enum Scenario {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let secondsMax = 90

  static func run(_ name: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "timeout", String(secondsMax), root + "/.build/test-venv/bin/python",
      root + "/Tests/Peers/desk/supervision.py", name,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
