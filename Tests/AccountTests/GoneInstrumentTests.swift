// What became of an order whose instrument is no longer in trading: `trade/order` does not say.

import Account
import Foundation
import Orders
import Quantities
import Testing

@Suite struct GoneInstrumentTests {
  private static let unknown =
    #"{"code":"51001","msg":"Instrument ID doesn't exist.","data":[]}"#

  private func ask(_ exchange: HostileExchange) async -> OrderReading {
    await exchange.reader.answer(
      OrderQuery(
        clientOrder: ClientOrderID(rawValue: 549_755_813_889), exchangeOrder: .none,
        instrument: exchange.swap, askedAt: Instant(nanoseconds: 5)))
  }

  /// The code alone is no proof: what the exchange lists decides.
  @Test func anOrderOfAnInstrumentThatIsGoneIsNotFound() async throws {
    try await HostileExchange.run { exchange in
      let live = HostileExchange.instruments[0]
      let cases: [(String, OrderAnswerKind)] = [
        (HostileExchange.envelope(""), .notFound), (GoneInstrumentTests.unknown, .notFound),
        (
          HostileExchange.envelope(
            live.replacingOccurrences(of: "\"live\"", with: "\"suspend\"")), .notFound
        ),
        (HostileExchange.envelope(live), .failed),
        (HostileExchange.envelope(HostileExchange.instruments[1]), .failed),
        ("<html>", .failed), (#"{"code":"50011","msg":"Too many requests","data":[]}"#, .failed),
      ]
      for (list, kind) in cases {
        for code in ["51001", "51022", "51027"] {
          try await exchange.say([
            .init(when: "trade/order", body: #"{"code":"\#(code)","msg":"no","data":[]}"#),
            .init(when: "public/instruments", body: list),
          ])
          let reading = await ask(exchange)
          #expect(reading.answer.kind == kind, "\(code) \(list)")
          #expect((reading.failure == nil) == (kind == .notFound))
        }
      }
      #expect(
        try await exchange.asked().last
          == "/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP")
    }
  }

  @Test func whatTheListSaidBeforeIsNotAskedForAgain() async throws {
    try await HostileExchange.run { exchange in
      var gone = exchange.table[exchange.swap]
      gone.state = .unlisted
      exchange.table.set(gone)
      try await exchange.say(GoneInstrumentTests.unknown)
      #expect(await ask(exchange).answer.kind == .notFound)
      #expect(try await exchange.asked().allSatisfy { !$0.contains("public/") })
    }
  }
}
