// Runs the Python peers of Tests/Peers/exchange against a server in this process.

import Exchange
import Foundation
import Testing

/// A simulated exchange for one test, in a folder of its own.
struct TestExchange {
  let server: ExchangeServer
  let port: Int
  let folder: String

  /// Loopback tests open connections faster than OKX would take them.
  static func options(_ market: ExchangeMarket) -> ExchangeOptions {
    let folder = NSTemporaryDirectory() + "llmtrading-exchange-" + UUID().uuidString
    var options = ExchangeOptions(stateDirectory: folder, market: market)
    options.connectsPerSecond = 0
    return options
  }

  static let generated = ExchangeMarket.generated(instruments: 3, messagesPerSecond: 300, seed: 7)

  /// Starts, runs `body`, stops and removes the folder, whatever happens.
  static func run(
    _ market: ExchangeMarket = generated, plaintext: Bool = true,
    _ change: (inout ExchangeOptions) -> Void = { _ in },
    body: (TestExchange) async throws -> Void
  ) async throws {
    var options = options(market)
    options.plaintext = plaintext
    change(&options)
    defer { try? FileManager.default.removeItem(atPath: options.stateDirectory) }
    let server = ExchangeServer(options)
    let port = try await server.start()
    let exchange = TestExchange(server: server, port: port, folder: options.stateDirectory)
    do {
      try await body(exchange)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  /// Runs one scenario of `file` and expects it to succeed within its time.
  func expect(
    _ file: String, _ scenario: String, arguments: [String] = [],
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let authority = server.options.plaintext ? "-" : server.certificateAuthorityFile
    let script = Repository.root + "/Tests/Peers/exchange/" + file
    let result = try await Program.run(
      Repository.python,
      [script, scenario, String(port), authority] + arguments)
    #expect(result.status == 0, "\(result.output)", sourceLocation: location)
  }
}

enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The virtual environment that Tests/make-venv.sh makes.
  static var python: String {
    ProcessInfo.processInfo.environment["LLMTRADING_TEST_PYTHON"]
      ?? root + "/.build/test-venv/bin/python"
  }
  /// The one that holds other people's clients.
  static var clientsPython: String {
    ProcessInfo.processInfo.environment["LLMTRADING_CLIENTS_PYTHON"]
      ?? root + "/.build/clients-venv/bin/python"
  }
}

enum Program {
  struct Failure: Error {}

  /// No program of these tests may take longer.
  static let secondsMax = 50

  static func run(_ path: String, _ arguments: [String]) async throws
    -> (status: Int32, output: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", String(secondsMax), path] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        do {
          try process.run()
          let data = pipe.fileHandleForReading.readDataToEndOfFile()
          process.waitUntilExit()
          continuation.resume(
            returning: (process.terminationStatus, String(decoding: data, as: UTF8.self)))
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }
}

enum Scratch {
  /// A file of its own for one test, left to the temporary folder.
  static func file(_ text: String) throws -> String {
    let path = NSTemporaryDirectory() + "llmtrading-exchange-" + UUID().uuidString + ".txt"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
}
