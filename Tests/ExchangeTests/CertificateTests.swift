// The files of the simulated exchange's CA.

import Exchange
import Foundation
import Testing

@Suite struct CertificateTests {
  /// The last is the same leaf key under the name `localhost` alone.
  private static let files = [
    "exchange-ca.pem", "exchange-leaf.key", "exchange-leaf.pem", "exchange-localhost.pem",
  ]

  @Test func filesAreReusedAndPrivate() async throws {
    try await TestExchange.run(plaintext: false) { exchange in
      let names = try FileManager.default.contentsOfDirectory(atPath: exchange.folder).sorted()
      #expect(names == CertificateTests.files)
      for name in names {
        let path = exchange.folder + "/" + name
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600, "\(name)")
      }
      let before = try contents(exchange)
      #expect(before.filter { $0.contains("PRIVATE KEY") }.count == 1, "the CA's key is nowhere")
      #expect(try await restarted(exchange) == before)
      let key = exchange.folder + "/exchange-leaf.key"
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
      #expect(try await restarted(exchange) != before, "a key that others could read is replaced")
      try Data("none".utf8).write(to: URL(fileURLWithPath: exchange.folder + "/exchange-leaf.pem"))
      #expect(try await restarted(exchange).allSatisfy { $0.hasPrefix("-----BEGIN") })
    }
  }

  private func contents(_ exchange: TestExchange) throws -> [String] {
    try CertificateTests.files.map {
      try String(contentsOfFile: exchange.folder + "/" + $0, encoding: .utf8)
    }
  }

  private func restarted(_ exchange: TestExchange) async throws -> [String] {
    let other = ExchangeServer(exchange.server.options)
    _ = try await other.start()
    await other.stop()
    return try contents(exchange)
  }

  @Test func onlyLoopback() async throws {
    var options = TestExchange.options(TestExchange.generated)
    for host in ["0.0.0.0", "::", "192.0.2.1", "example.com", ""] {
      options.host = host
      await #expect(throws: ExchangeError.self) { _ = try await ExchangeServer(options).start() }
    }
  }

  @Test func missingFilesAreSaid() async throws {
    var options = TestExchange.options(.recording(path: "/nonexistent.raw", speed: .max))
    await #expect(throws: ExchangeError.self) { _ = try await ExchangeServer(options).start() }
    options = TestExchange.options(TestExchange.generated)
    options.faultsFile = "/nonexistent.faults"
    await #expect(throws: ExchangeError.self) { _ = try await ExchangeServer(options).start() }
  }
}
