// `llmtrading conform` as a process, and the frames that runs left behind.
import Conformance
import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// The scenarios are Tests/Peers/desk/conform.py; `today`, `spring` and `liar` take minutes, and Tests/run.sh runs them
/// beside the suites.
@Test(arguments: ["refuses"])
func conforms(_ scenario: String) async throws {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.currentDirectoryURL = root
  process.arguments = [
    "timeout", "600", root.path + "/.build/test-venv/bin/python",
    root.path + "/Tests/Peers/desk/conform.py", scenario,
  ]
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = try await Task.detached { try pipe.fileHandleForReading.readToEnd() ?? Data() }.value
  process.waitUntilExit()
  let text = String(decoding: output, as: UTF8.self)
  if process.terminationStatus == 0 { print("\(scenario): \(text)") }
  #expect(process.terminationStatus == 0, "\(text)")
}

/// Frames that a desk brought home from a run, and a few of our own making.
@Test func keptFramesAreTaken() throws {
  let folder = root.appendingPathComponent("Tests/Support/Fixtures/Conform")
  let runs = try FileManager.default.contentsOfDirectory(
    at: folder, includingPropertiesForKeys: nil)
  #expect(!runs.isEmpty)
  for run in runs {
    let replay = try FrameReplay(file: run.appendingPathComponent("frames.jsonl").path)
    #expect(replay.refused == [], "\(run.lastPathComponent)")
    #expect(replay.taken.count > 3, "\(run.lastPathComponent)")
  }
}
