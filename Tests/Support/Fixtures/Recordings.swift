// Real recordings, where `RECORDINGS` says they lie; no test may depend on them in silence.

import Foundation
import Testing

/// The folder holds `recordings/`, `samples/`, `rest/` and `vectors/`, and is no part of the repository.
/// A test of them carries `.recorded`: without the folder the framework reports it as skipped, by its name,
/// in one line that begins with ➜ and ends with `skipped: "needs RECORDINGS …"`.
public enum Recordings {
  /// Nil where the environment names no folder with recordings.
  public static let folder: URL? = {
    guard let path = ProcessInfo.processInfo.environment["RECORDINGS"], !path.isEmpty else {
      return nil
    }
    let url = URL(fileURLWithPath: path, relativeTo: root).standardizedFileURL
    let recordings = url.appendingPathComponent("recordings").path
    return FileManager.default.fileExists(atPath: recordings) ? url : nil
  }()

  public static var isThere: Bool { folder != nil }

  /// A file of the folder. It is an error of the folder when it lacks one, never a reason to pass.
  public static func file(_ name: String) throws -> URL {
    let url = try #require(folder).appendingPathComponent(name)
    try #require(FileManager.default.fileExists(atPath: url.path), "RECORDINGS lacks \(name)")
    return url
  }

  /// Relative paths count from the repository's root.
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

extension Trait where Self == ConditionTrait {
  /// Runs the test only where there are recordings.
  public static var recorded: Self {
    .enabled(
      if: Recordings.isThere,
      "needs RECORDINGS, a folder with recordings/, samples/, rest/ and vectors/")
  }
}
