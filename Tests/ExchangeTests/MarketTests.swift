// Market data: played back, generated, and with faults.

import Exchange
import Fixtures
import Foundation
import Testing

@Suite struct MarketTests {
  private static let files = [
    "okx-2022-02-books-l2-tbt.raw", "okx-2021-07-books-l2-tbt-lineA.raw",
    "okx-2021-07-books-l2-tbt-lineB.raw",
  ]

  @Test(.recorded, arguments: files)
  func recordingsComeByteByByte(_ file: String) async throws {
    try await comesByteByByte(Recordings.file("recordings/" + file).path)
  }

  @Test func theMadeRecordingComesByteByByte() async throws {
    try await comesByteByByte(Made.books.path)
  }

  private func comesByteByByte(_ path: String) async throws {
    try await TestExchange.run(.recording(path: path, speed: .max), plaintext: false) {
      try await $0.expect("market.py", "playback", arguments: [path])
    }
  }

  @Test func faultsOnTheMadeRecordingAreSeenAndHealed() async throws {
    try await seesAndHeals(
      Made.books.path,
      """
      at 2 of UNI-USD-SWAP disconnect
      at 40 of MOON-USDT drop
      at 60 of UNI-USD-SWAP gap
      at 50 of BTC-USDT duplicate
      at 30 of BTC-USDT reorder
      at 7 of ETH-USD-220429-1900-P reset
      at 9 of ETH-USD-220429-1900-P heartbeat
      at 80 of BTC-USDT garbage
      at 100 of UNI-USD-SWAP gap
      at 101 of UNI-USD-SWAP drop-snapshot
      at 150 of MOON-USDT drop
      """)
  }

  @Test(.recorded) func faultsAreSeenAndHealed() async throws {
    try await seesAndHeals(
      Recordings.file("recordings/okx-2022-02-books-l2-tbt.raw").path,
      """
      # one of each, spread over the instruments
      at 2 of UNI-USD-SWAP disconnect
      at 40 of ELON-USDT drop
      at 60 of UNI-USD-SWAP gap
      at 50 of ZEN-USDT duplicate
      at 30 of PROPS-ETH reorder
      at 7 of ETH-USD-220429-1900-P reset
      at 9 of ETH-USD-220429-1900-P heartbeat
      at 40 of BTC-USD-220325-40000-C garbage
      at 300 of UNI-USD-SWAP gap
      at 301 of UNI-USD-SWAP drop-snapshot
      at 500 of ELON-USDT drop
      """)
  }

  private func seesAndHeals(_ path: String, _ text: String) async throws {
    let script = try Scratch.file(text)
    try await TestExchange.run(.recording(path: path, speed: .max)) {
      $0.faultsFile = script
    } body: {
      try await $0.expect("market.py", "faults", arguments: [script])
    }
  }

  @Test func connectionFaults() async throws {
    let script = try Scratch.file(
      """
      at 5 of connection drop
      at 8 of connection duplicate
      at 10 of connection garbage
      at 12 of connection disconnect
      """)
    try await TestExchange.run(.generated(instruments: 1, messagesPerSecond: 200, seed: 5)) {
      $0.faultsFile = script
    } body: {
      try await $0.expect("market.py", "connection_faults")
    }
  }

  @Test func generatedChannelsAgree() async throws {
    try await TestExchange.run { try await $0.expect("market.py", "generated") }
  }

  @Test func resubscribing() async throws {
    try await TestExchange.run(.generated(instruments: 1, messagesPerSecond: 400, seed: 9)) {
      try await $0.expect("market.py", "resubscribe")
    }
  }

  @Test func aWrongScriptIsSaid() async throws {
    for text in ["at x of BTC-USDT drop", "at 1 of NO-SUCH drop", "at 1 of BTC-USDT vanish"] {
      var options = TestExchange.options(TestExchange.generated)
      options.plaintext = true
      options.faultsFile = try Scratch.file(text)
      await #expect(throws: ExchangeError.self) { _ = try await ExchangeServer(options).start() }
    }
  }
}
