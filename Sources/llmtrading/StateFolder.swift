// A state folder that nobody chose.
import Foundation

enum StateFolder {
  /// A new folder of mode 0700 below the system's temporary folder.
  static func fresh(prefix: String) throws -> String {
    let name = "\(prefix)-\(UInt64.random(in: 0...UInt64.max))"
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return url.path
  }
}
