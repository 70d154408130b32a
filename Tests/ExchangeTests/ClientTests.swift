// Other people's clients against the simulated exchange: what they understand is the oracle (docs/CLIENTS.md).

import Exchange
import Foundation
import Testing

@Suite struct ClientTests {
  /// Both walk every operation that they have a call for, one after the other; the document says which these are.
  @Test func foreignClientsDoWhatTheDocumentSays() async throws {
    try await TestExchange.run(plaintext: false) {
      $0.swaps = 2
    } body: { exchange in
      let result = try await Program.run(
        Repository.clientsPython,
        [
          Repository.root + "/Tests/Peers/clients/run.py", String(exchange.port),
          exchange.server.certificateAuthorityFile, "python-okx", "ccxt",
        ])
      #expect(result.status == 0, "\(result.output)")
    }
  }
}
