// Runs `llmtrading demo` as a user does, and reads its report.
import Foundation
import Testing

/// One demo at a time: two cores are shared by both of its sides.
@Suite(.serialized)
enum Demos {}

enum Demo {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs a tool to its end; its standard output, and its status.
  static func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: Data) {
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

  static func binary() throws -> String {
    let path = root.appendingPathComponent(".build/release/llmtrading").path
    try #require(FileManager.default.isExecutableFile(atPath: path), "make build comes first")
    return path
  }

  /// A new folder that only this user may enter; the caller removes it.
  static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("llmtrading-test-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return folder
  }

  /// A headless demo from start to end, in a folder of its own unless one is given. The fixed sequence of
  /// targets drives it unless the arguments say who does.
  static func play(_ arguments: [String], in given: URL? = nil) throws -> Report {
    let folder = try given ?? self.folder()
    defer { if given == nil { try? FileManager.default.removeItem(at: folder) } }
    let report = folder.appendingPathComponent("report.json")
    let isDriven = arguments.contains("--agents") || arguments.contains("--no-agents")
    let (status, _) = try run(
      binary(),
      ["demo", "--headless", "--port", "0", "--state-dir", folder.path, "--report", report.path]
        + (isDriven ? [] : ["--scripted"]) + arguments)
    try #require(status == 0)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(contentsOf: report))
  }
}

/// The parts of the report that tests read.
struct Report: Decodable {
  struct Instrument: Decodable {
    struct Book: Decodable {
      var snapshot: Int
      var update: Int
      var heartbeat: Int
      var reset: Int
      var gap: Int
      var digest: String
    }
    struct Checksum: Decodable {
      var verified: Int
      var failed: Int
    }
    struct Orders: Decodable {
      var sent: Int
      var acknowledged: Int
      var rejected: Int
      var cancelled: Int
      var filled: Int
    }
    var frames: Int
    var book: Book
    var checksum: Checksum
    var signals: Int
    var intents: Int
    var orders: Orders
    var position: String
  }
  struct Thread: Decodable {
    var messages: Int
    var allocatedBytesAfterWarmup: Int?
    var minorFaultsAfterWarmup: Int?
  }
  struct Latency: Decodable {
    var count: Int
    var p50: Int
    var p99: Int
    var p999: Int
    var max: Int
  }
  struct Exchange: Decodable {
    struct Instrument: Decodable {
      var position: String
      var filled: Int
      var digest: String
    }
    var instruments: [String: Instrument]
    var balances: [String: String]
    var totalEquityUsd: String
    var availableEquityUsd: String
  }
  var topology: String
  var transport: String
  var instruments: [String: Instrument]
  var latencyNs: [String: Latency]
  var threads: [String: Thread]
  var faults: [String: Int]
  var balances: [String: String]
  var exchange: Exchange

  /// Both sides end alike: books, positions and fills in lots, balances to the last digit.
  func expectAgreement(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(instruments.count == exchange.instruments.count, sourceLocation: sourceLocation)
    for (id, here) in instruments {
      let there = exchange.instruments[id]
      #expect(here.book.digest == there?.digest, "\(id)", sourceLocation: sourceLocation)
      #expect(here.position == there?.position, "\(id)", sourceLocation: sourceLocation)
      #expect(here.orders.filled == there?.filled, "\(id)", sourceLocation: sourceLocation)
    }
    #expect(!balances.isEmpty, sourceLocation: sourceLocation)
    #expect(balances == exchange.balances, sourceLocation: sourceLocation)
  }
}
