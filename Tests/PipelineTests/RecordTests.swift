// `llmtrading record` against servers of others: scenarios of Tests/Peers/record.
import Foundation
import Testing

extension Demos {
  @Suite(.serialized)
  struct RecordedFrames {
    @Test(arguments: ["untouched", "round_trip", "refusals"])
    func scenario(_ name: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "timeout", "120", Demo.root.path + "/.build/test-venv/bin/python",
        Demo.root.path + "/Tests/Peers/record/record.py", name,
      ]
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = pipe
      process.standardInput = FileHandle.nullDevice
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(String(decoding: data, as: UTF8.self))")
    }
  }
}
