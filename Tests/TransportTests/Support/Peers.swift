// The far ends of these tests, one Python process for all of them, and the certificates they show.
import Dialing
import Foundation
import Testing
import Transport
import Wire

struct Unavailable: Error, CustomStringConvertible {
  var description: String
}

/// Started once, on first use; ends with this process, when its standard input closes.
final class Peers: @unchecked Sendable {
  private static let started = Result { try Peers() }
  static func shared() throws -> Peers { try started.get() }

  let folder: URL
  private let ports: [String: Int]
  private let process = Process()
  private let input = Pipe()

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let support = root.appendingPathComponent("Tests/TransportTests/Support")
  static func support(_ name: String) -> String { support.appendingPathComponent(name).path }

  static var python: URL {
    let named = ProcessInfo.processInfo.environment["LLMTRADING_TEST_PYTHON"]
    return named.map(URL.init(fileURLWithPath:))
      ?? root.appendingPathComponent(".build/test-venv/bin/python")
  }

  private init() throws {
    // Two suites compile this file and may run in one process.
    let suite = #fileID.prefix { $0 != "/" }
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(suite)-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let certificates = Process()
    certificates.executableURL = Peers.support.appendingPathComponent("make-certificates.sh")
    certificates.arguments = [folder.path]
    try certificates.run()
    certificates.waitUntilExit()
    guard certificates.terminationStatus == 0 else {
      throw Unavailable(description: "make-certificates.sh failed")
    }
    guard FileManager.default.isExecutableFile(atPath: Peers.python.path) else {
      throw Unavailable(description: "no \(Peers.python.path): run Tests/make-venv.sh")
    }
    let output = Pipe()
    process.executableURL = Peers.python
    process.arguments = [Peers.support.appendingPathComponent("peers.py").path, folder.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = Data()
    while line.last != UInt8(ascii: "\n") {
      let piece = output.fileHandleForReading.availableData
      if piece.isEmpty { throw Unavailable(description: "peers.py did not start") }
      line += piece
    }
    ports = try JSONDecoder().decode([String: Int].self, from: line)
  }

  func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func port(_ name: String) throws -> UInt16 { UInt16(try #require(ports[name])) }

  func url(_ server: String, _ path: String, host: String = "127.0.0.1") throws -> WebSocketURL {
    let secure = !["plain", "rawPlain", "closed"].contains(server)
    return try WebSocketURL("\(secure ? "wss" : "ws")://\(host):\(try port(server))\(path)")
  }

  func tls() throws -> TLSContext { try TLSContext(caFile: file("trusted.pem")) }

  /// Seconds are generous: the machine may be busy with other suites.
  func request(
    _ server: String, _ path: String, host: String = "127.0.0.1", proxy: ProxyEndpoint? = nil,
    seconds: Double = 10
  ) throws -> DialRequest {
    DialRequest(
      url: try url(server, path, host: host), tls: try tls(), proxy: proxy,
      timeoutNanoseconds: Int64(seconds * 1e9))
  }
}

/// The transports this machine allows; both, or epoll alone with a note.
let transports: [TransportKind] =
  Transport.choose(requested: .uring).kind == .uring ? [.uring, .epoll] : [.epoll]

enum Far: String, CaseIterable, Sendable { case plain, tls12, tls13 }

struct Setup: Sendable, CustomTestStringConvertible {
  var kind: TransportKind
  var server: String
  var testDescription: String { "\(kind.name) \(server)" }
  static let all = transports.flatMap { kind in
    Far.allCases.map { Setup(kind: kind, server: $0.rawValue) }
  }
  static let raw = transports.flatMap { kind in
    ["rawPlain", "rawTLS"].map { Setup(kind: kind, server: $0) }
  }
}
