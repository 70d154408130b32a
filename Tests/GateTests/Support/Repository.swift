// Where the repository and its build lie, for the gates.
import Foundation

enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The build's folder in which this test bundle itself lies.
  static let build: URL = {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    var folder = URL(fileURLWithPath: bundle)
    while folder.path.contains(".xctest") { folder.deleteLastPathComponent() }
    return folder
  }()

  /// Files below `folder` with this extension, sorted; build folders left out.
  static func files(below folder: String, withExtension ext: String) -> [URL] {
    let start = root.appendingPathComponent(folder)
    guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
    else { return [] }
    return walk.compactMap { $0 as? URL }
      .filter { $0.pathExtension == ext && !$0.path.contains("/.build") }
      .sorted { $0.path < $1.path }
  }

  static func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

  static func relative(_ url: URL) -> String {
    url.path.replacingOccurrences(of: root.path + "/", with: "")
  }

  /// Names of a module's files as its objects carry them: `Link.swift`, `CUring.c`.
  private static func moduleFiles(_ module: String) -> Set<String> {
    let folders = [
      "Sources/Hot", "Sources/Seam", "Sources/Control", "Sources/Simulation", "CShims",
    ]
    let names = folders.flatMap { folder -> [String] in
      let start = root.appendingPathComponent("\(folder)/\(module)").path
      return (FileManager.default.enumerator(atPath: start)?.compactMap { $0 as? String } ?? [])
        .map { String($0.split(separator: "/").last ?? "") }
    }
    return Set(names)
  }

  /// Every undefined symbol of a module's object files, as the linker sees it; none where there is no build.
  static func undefinedSymbols(of module: String) throws -> [String] {
    let folder = build.appendingPathComponent("\(module).build")
    guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
    // A build folder may still hold the objects of files that have moved.
    let objects = walk.compactMap { $0 as? String }.filter { name in
      name.hasSuffix(".o") && moduleFiles(module).contains(String(name.dropLast(2)))
    }
    .map { folder.appendingPathComponent($0).path }
    guard !objects.isEmpty else { return [] }
    return try run("nm", ["-u", "--no-demangle"] + objects).split(separator: "\n")
      .compactMap { $0.split(separator: " ").last.map(String.init) }
  }

  /// Runs a tool and returns its standard output.
  static func run(_ tool: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
