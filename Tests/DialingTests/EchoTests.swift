// Whole messages over real connections, compared byte for byte by a WebSocket implementation not ours.
import Dialing
import Foundation
import Quantities
import Testing
import Transport
import Wire

@Suite(.serialized) struct EchoTests {
  let peers: Peers
  init() throws { peers = try Peers.shared() }

  private func echo(_ setup: Setup, _ path: String) throws -> EchoOutcome {
    try WireEcho.echo(
      url: peers.url(setup.server, path).description, transport: setup.kind, tls: peers.tls())
  }

  @Test(arguments: transports) func tenThousandMessages(kind: TransportKind) throws {
    let outcome = try echo(Setup(kind: kind, server: "tls13"), "/random?count=10000&seed=1")
    #expect(outcome.closeCode == 1000)
    #expect(outcome.fault == .closedByPeer)
    #expect(outcome.messages == 10_000)
  }

  @Test(arguments: Setup.all) func randomMessages(setup: Setup) throws {
    let outcome = try echo(setup, "/random?count=200&seed=2")
    #expect(outcome.closeCode == 1000)
    #expect(outcome.messages == 200)
  }

  @Test(arguments: Setup.all) func largeMessages(setup: Setup) throws {
    let sizes =
      [0, 1, 125, 126, 65535, 65536, 1_500_001] + (setup.server == "tls13" ? [16 << 20] : [])
    let list = sizes.map(String.init).joined(separator: ",")
    let outcome = try echo(setup, "/large?sizes=\(list)")
    #expect(outcome.closeCode == 1000)
    #expect(outcome.bytes == sizes.reduce(0) { $0 + UInt64($1) })
  }

  @Test(arguments: Setup.all) func violationsAreClosedWithTheirCode(setup: Setup) throws {
    let outcome = try echo(setup, "/bad-utf8")
    #expect(outcome.fault == .invalidUTF8)
    #expect(outcome.closeCode == 1007)
  }

  @Test(arguments: transports) func suiteOfCases(kind: TransportKind) throws {
    for server in ["plain", "tls13"] {
      var lines: [String] = []
      let summary = try WireEcho.run(
        url: peers.url(server, "").description, transport: kind, caFile: peers.file("trusted.pem")
      ) { lines.append($0) }
      #expect(summary.cases == 3)
      #expect(summary.messages == 6)
      #expect(summary.faults == 0)
      #expect(lines.contains("3 cases"))
    }
  }
}
