// The model servers of Tests/Peers/models, as a process of the test's own.
import Foundation
import JSON
import Roles
import Testing

/// One process of Tests/Peers/models; it ends with this value.
public final class ModelPeer {
  private let process = Process()
  public let port: Int

  /// The folder Tests.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// With the packages of Tests/requirements-models.txt; nil where Tests/make-venv.sh has not run.
  public static var python: String? {
    let path = root.deletingLastPathComponent()
      .appendingPathComponent(".build/models-venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  public static func script(_ name: String) -> String {
    root.appendingPathComponent("Peers/models/\(name)").path
  }

  public init(_ script: String = "server.py", python: String = "python3") throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-B", ModelPeer.script(script)]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    // It ends when this pipe does, however this process ends.
    process.standardInput = Pipe()
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  deinit { process.terminate() }

  public func base(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// The answer's text where a request carries no tool.
  public func answerWith(_ answer: JSONValue) throws { _ = try talk("answer", answer.canonical) }

  /// What was asked so far.
  public func requests() throws -> [JSONValue] {
    try JSONValue(parsing: Array(try talk("requests").utf8)).array ?? []
  }

  /// A request beside the model protocol: GET without a body.
  public func talk(_ path: String, _ body: String = "", method: String = "PUT") throws -> String {
    let code = """
      import sys, urllib.request
      data = sys.argv[2].encode() or None
      request = urllib.request.Request(sys.argv[1], data, method=sys.argv[3] if data else "GET")
      request.add_header("Content-Type", "application/json")
      sys.stdout.buffer.write(urllib.request.urlopen(request, timeout=10).read())
      """
    return try ModelPeer.run("python3", "-c", code, base(path), body, method).output
  }

  public static func run(_ command: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
