// A folder of a test's own.
import Foundation

public struct Folder: Sendable {
  public let path: String

  public init() throws {
    path =
      FileManager.default.temporaryDirectory.path
      + "/llmtrading-agents-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  public func write(_ name: String, _ text: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }

  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
