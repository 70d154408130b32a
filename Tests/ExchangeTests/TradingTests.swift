// Orders and REST, as other people's clients see them.

import Exchange
import Fixtures
import Foundation
import Testing

@Suite struct TradingTests {
  @Test func ordersLiveAndDie() async throws {
    try await TestExchange.run(plaintext: false) {
      try await $0.expect("trading.py", "lifecycle")
      try await $0.expect("trading.py", "kinds")
    }
  }

  @Test func moneyToTheLastDigit() async throws {
    try await TestExchange.run { try await $0.expect("trading.py", "fills") }
  }

  @Test func refusals() async throws {
    try await TestExchange.run { try await $0.expect("trading.py", "refusals") }
  }

  @Test func orderRates() async throws {
    try await TestExchange.run {
      $0.accountOrdersPerTwoSeconds = 70
      $0.swaps = 2
    } body: {
      try await $0.expect("trading.py", "rates")
    }
  }

  @Test func injectedRejection() async throws {
    try await TestExchange.run(.generated(instruments: 1, messagesPerSecond: 50, seed: 1)) {
      $0.faultsFile = try? Scratch.file("at 0 of BTC-USDT reject 51008\n")
    } body: {
      try await $0.expect("trading.py", "rejections")
    }
  }

  @Test func deadMan() async throws {
    try await TestExchange.run { try await $0.expect("trading.py", "dead_man") }
  }

  @Test func makersFillInTurn() async throws {
    try await TestExchange.run(.generated(instruments: 1, messagesPerSecond: 1_500, seed: 2)) {
      try await $0.expect("account.py", "maker")
    }
  }

  @Test func accountPushes() async throws {
    try await TestExchange.run {
      $0.regularPushSeconds = 1
    } body: {
      try await $0.expect("account.py", "account_pushes")
    }
  }

  @Test(.recorded) func inverseSwap() async throws {
    try await tradesASwap(
      Recordings.file("recordings/okx-2022-02-books-l2-tbt.raw").path,
      Recordings.file("rest/okx-2022-02-public-instruments.raw").path)
  }

  @Test func inverseSwapOfTheMadeRecording() async throws {
    try await tradesASwap(Made.books.path, Made.instruments.path)
  }

  private func tradesASwap(_ recording: String, _ instruments: String) async throws {
    try await TestExchange.run(.recording(path: recording, speed: .max)) {
      $0.instrumentsFile = instruments
      // A book of few and distant levels, which the scenario takes.
      $0.engineSettings.priceLimitPercent = 0
    } body: {
      try await $0.expect("account.py", "swap")
    }
  }

  @Test func restSignatures() async throws {
    try await TestExchange.run { try await $0.expect("rest.py", "signatures") }
  }

  @Test func restCalls() async throws {
    try await TestExchange.run(plaintext: false) { try await $0.expect("rest.py", "calls") }
  }
}
