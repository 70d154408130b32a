// Recorded and sampled OKX frames as text; `RECORDINGS` says where they lie.

import Foundation

enum Recordings {
  /// The folder with `recordings/`, `samples/` and `rest/`, or nil.
  static let folder: URL? = {
    let path = ProcessInfo.processInfo.environment["RECORDINGS"] ?? "../shared/okx-data"
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let url = URL(fileURLWithPath: path, relativeTo: root).standardizedFileURL
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  /// Nil, after saying so, when there are no recordings.
  static func require(_ file: String, skipping count: Int = 1) -> URL? {
    if let url = folder?.appendingPathComponent(file),
      FileManager.default.fileExists(atPath: url.path)
    {
      return url
    }
    print("SKIPPED \(count)")
    return nil
  }

  /// The received frames of a `.raw` file, bytes untouched.
  static func frames(_ url: URL) throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap { line in
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("wss:") else { return nil }
      return String(line[line.index(after: colon)...].drop { $0 == " " })
    }
  }

  static func lines(_ url: URL) throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
