// Sessions and their limits, as websockets, OpenSSL and curl see them.

import Exchange
import Foundation
import Testing

@Suite struct SessionTests {
  @Test func opensslAndCurlVerifyTheExchange() async throws {
    try await TestExchange.run(plaintext: false) { exchange in
      let leaf = exchange.folder + "/exchange-leaf.pem"
      try await exchange.expect(
        "session.py", "tls", arguments: [exchange.server.certificateAuthorityFile, leaf])
    }
  }

  @Test func envelopesAndErrors() async throws {
    try await TestExchange.run(plaintext: false) { exchange in
      try await exchange.expect("session.py", "envelopes")
      try await exchange.expect("session.py", "oversized")
      try await exchange.expect("session.py", "raw")
    }
  }

  @Test(arguments: [true, false])
  func aConnectionThatAskedByRESTBecomesAWebSocket(_ plaintext: Bool) async throws {
    try await TestExchange.run(plaintext: plaintext) {
      try await $0.expect("session.py", "kept")
    }
  }

  @Test func login() async throws {
    try await TestExchange.run { try await $0.expect("session.py", "login") }
    try await TestExchange.run {
      $0.requireLoginForTbt = true
    } body: {
      try await $0.expect("session.py", "tbt_login")
    }
  }

  @Test func channelsBeginAsOnOKX() async throws {
    try await TestExchange.run { try await $0.expect("session.py", "channels") }
  }

  @Test func limits() async throws {
    try await TestExchange.run {
      $0.connectsPerSecond = 3
      $0.requestsPerHour = 5
      $0.idleSeconds = 1
    } body: {
      try await $0.expect("session.py", "limits")
    }
  }

  @Test func aSlowReaderCostsNobodyElse() async throws {
    try await TestExchange.run(
      .generated(instruments: 10, messagesPerSecond: 4_000, seed: 3)
    ) {
      $0.slowReaderSeconds = 1
    } body: {
      try await $0.expect("session.py", "slow_reader")
    }
  }
}
