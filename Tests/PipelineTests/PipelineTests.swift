// The whole path by its product: the exchange's TLS WebSocket into the core, against an independent book.
import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

private let recordings =
  ProcessInfo.processInfo.environment["RECORDINGS"]
  ?? root.appendingPathComponent("../shared/okx-data").path

/// Runs a tool to its end; its standard output, and its status.
private func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: Data) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [tool] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, output)
}

private struct Naive: Decodable {
  var messages: Int
  var verified: Int
  var failed: Int
  var digest: String
}

private struct Report: Decodable {
  struct Instrument: Decodable {
    struct Book: Decodable {
      var snapshot: Int
      var update: Int
      var gap: Int
      var digest: String
    }
    struct Checksum: Decodable {
      var verified: Int
      var failed: Int
    }
    var book: Book
    var checksum: Checksum
  }
  struct Exchange: Decodable {
    struct Instrument: Decodable { var digest: String }
    var instruments: [String: Instrument]
  }
  var topology: String
  var transport: String
  var instruments: [String: Instrument]
  var exchange: Exchange
}

private func binary() throws -> String {
  let path = root.appendingPathComponent(".build/release/llmtrading").path
  try #require(FileManager.default.isExecutableFile(atPath: path), "make build comes first")
  return path
}

private func play(_ file: String, topology: String, transport: String) throws -> Report {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("llmtrading-test-\(UInt64.random(in: 0...UInt64.max))")
  defer { try? FileManager.default.removeItem(at: folder) }
  try FileManager.default.createDirectory(
    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  let report = folder.appendingPathComponent("report.json")
  let (status, _) = try run(
    binary(),
    [
      "demo", "--headless", "--recording", file, "--speed", "max", "--topology", topology,
      "--transport", transport, "--state-dir", folder.path, "--report", report.path,
    ])
  #expect(status == 0)
  return try JSONDecoder().decode(Report.self, from: Data(contentsOf: report))
}

@Suite(.serialized)
struct RecordingsThroughTheCore {
  @Test(arguments: [
    ("okx-2022-02-books-l2-tbt.raw", 3679, "fused", "uring"),
    ("okx-2022-02-books-l2-tbt.raw", 3679, "fused", "epoll"),
    ("okx-2022-02-books-l2-tbt.raw", 3679, "split", "uring"),
    ("okx-2022-02-books-l2-tbt.raw", 3679, "split", "epoll"),
    ("okx-2021-07-books-l2-tbt-lineA.raw", 1504, "fused", "uring"),
    ("okx-2021-07-books-l2-tbt-lineB.raw", 1446, "split", "epoll"),
  ])
  func everyBookEndsAsAnIndependentOne(
    _ name: String, _ messages: Int, _ topology: String, _ transport: String
  ) throws {
    let file = recordings + "/recordings/" + name
    guard FileManager.default.fileExists(atPath: file) else {
      print("SKIPPED 1: no recording at \(file)")
      return
    }
    let script = root.appendingPathComponent("Tests/PipelineTests/Support/naive_book.py").path
    let naive = try JSONDecoder().decode(
      [String: Naive].self, from: run("python3", [script, file]).output)
    let report = try play(file, topology: topology, transport: transport)
    #expect(report.topology == topology)
    #expect(report.transport == transport)
    #expect(report.instruments.count == 10)
    var applied = 0
    var verified = 0
    for (id, one) in report.instruments {
      applied += one.book.snapshot + one.book.update
      verified += one.checksum.verified
      #expect(one.book.gap == 0, "\(id)")
      #expect(one.checksum.failed == 0, "\(id)")
      #expect(one.book.digest == naive[id]?.digest, "\(id)")
      #expect(one.book.digest == report.exchange.instruments[id]?.digest, "\(id)")
    }
    #expect(applied == messages)
    #expect(verified == messages)
  }
}
