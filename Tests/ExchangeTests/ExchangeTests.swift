// The simulated exchange against other people's clients; simulation.

import Exchange
import Testing

@Test func reportNamesEveryPart() async {
  let server = ExchangeServer(
    ExchangeOptions(
      stateDirectory: "/tmp/none",
      market: .generated(instruments: 1, messagesPerSecond: 1, seed: 1)))
  let report = await server.report()
  #expect(!report.playback.done)
}
