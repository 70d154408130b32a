// A folder of a test's own, gone when the test is.

import Foundation

final class Scratch: Sendable {
  let path: String

  init() {
    path = "/tmp/lt-\(UInt32.random(in: 0...UInt32.max))"
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, _ text: String, mode: Int = 0o600) -> String {
    let file = path + "/" + name
    _ = FileManager.default.createFile(
      atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    return file
  }

  static func mode(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }
}
