// The market's context as the simulated exchange serves it, seen by an independent client.

import Exchange
import Foundation
import Testing

@Suite struct ContextTests {
  private static let market = ExchangeMarket.generated(
    instruments: 2, messagesPerSecond: 400, seed: 11)

  /// `bars`, `history` and the rest are scenarios of Tests/Peers/exchange/context.py.
  @Test(arguments: ["bars", "history", "paging", "urls", "channels", "events", "equity"])
  func context(_ scenario: String) async throws {
    try await TestExchange.run(ContextTests.market) {
      $0.swaps = 1
    } body: {
      try await $0.expect("context.py", scenario)
    }
  }

  @Test func priceLimits() async throws {
    try await TestExchange.run(ContextTests.market) {
      $0.engineSettings.priceLimitPercent = 5
    } body: {
      try await $0.expect("context.py", "limits")
    }
  }
}
