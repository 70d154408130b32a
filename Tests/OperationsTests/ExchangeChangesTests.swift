// Which dated changes of the exchange's touch a configuration, and what is said of the next.

import ExchangeCalendar
import Operations
import Testing

private func configuration(
  _ environment: TradingEnvironment = .live, instruments: [String] = ["BTC-USDT"],
  channels: [String] = ["books", "trades"], publicURL: String? = nil
) -> Configuration {
  var made = Configuration()
  made.environment = environment
  made.okx.instruments = instruments
  made.okx.channels = channels
  made.okx.endpoints.publicURL = publicURL
  return made
}

private func next(_ configuration: Configuration, after day: String) throws -> String {
  configuration.changeNotice(after: try #require(CalendarDay(day)))
}

@Test func theNextChangeIsTheEarliestThatTouches() throws {
  let live = configuration()
  let first = try next(live, after: "2026-06-01")
  #expect(first.hasPrefix("next change of OKX's: 2026-06-11: ") && first.contains("OKX-007"))
  #expect(try next(live, after: "2026-06-11").contains("2026-06-23: The checksum"))
  // On its own day a change is in force, and the one after it is next.
  #expect(try next(live, after: "2026-06-23").contains("2026-08-20: A post_only order"))
  #expect(try next(configuration(.demo), after: "2026-06-01").contains("2026-06-02: The checksum"))
}

@Test func aChangeOfContractsTouchesContracts() throws {
  let pair = configuration()
  let swap = configuration(instruments: ["BTC-USDT-SWAP"])
  #expect(try next(pair, after: "2026-07-06").contains("2026-08-20"))
  #expect(try next(swap, after: "2026-07-06").contains("2026-07-07: In a cool-off"))
  #expect(try next(pair, after: "2026-09-29").contains("2026-09-30: Pairs in USD"))
  #expect(try next(swap, after: "2026-09-29").contains("2026-09-30: instruments pushes"))
}

@Test func theOldPortTouchesWhoDialsIt() throws {
  let plain = configuration()
  #expect(
    try next(plain, after: "2026-10-01")
      == "after 2026-10-01 no dated change of OKX's is known that touches this configuration")
  let old = configuration(.simulated, publicURL: "wss://localhost:8443/ws/v5/public")
  #expect(try next(old, after: "2026-10-01").contains("2026-10-31: WebSocket port 8443"))
  #expect(try next(old, after: "2026-10-31").hasPrefix("after 2026-10-31 no dated change"))
  let other = configuration(.simulated, publicURL: "wss://localhost:9443/ws/v5/public")
  #expect(try next(other, after: "2026-10-01").hasPrefix("after 2026-10-01 no dated change"))
}

@Test func whoOnlyWatchesTradesHasFewerChanges() throws {
  var watcher = configuration(.simulated, channels: ["trades"])
  #expect(try next(watcher, after: "2026-03-01").contains("2026-09-30"), "no orders, no books")
  watcher.okx.instruments = []
  #expect(try next(watcher, after: "2026-03-01").hasPrefix("after 2026-03-01 no dated change"))
}
