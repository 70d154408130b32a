// Refusals as log lines: the first of a kind at once, the rest counted and grouped.

import Account
import Core
import Journal
import OKX
import Quantities
import Testing

@Suite struct RefusalTellerTests {
  private var teller = RefusalTeller()

  private static func at(_ seconds: Int64) -> Instant {
    Instant(nanoseconds: 1_000_000_000 * (1_000 + seconds))
  }

  private mutating func take(
    _ text: String, _ code: Int32 = 51008, in instrument: String = "BTC-USDT-SWAP", at: Int64 = 0
  ) -> RefusalNotice? {
    var words = ExchangeText()
    for scalar in text.unicodeScalars { _ = words.append(scalar: scalar.value) }
    let refusal = RefusalRecord(
      .order, instrument: InstrumentID(index: 0), clientOrder: .none, exchangeOrder: .none,
      request: 1, exchangeCode: code, subCode: 1000, words: words)
    return teller.take(refusal, instrument: instrument, now: RefusalTellerTests.at(at))
  }

  @Test mutating func theFirstOfAKindIsToldAtOnce() throws {
    let first = try #require(take("Insufficient USDT margin in account"))
    #expect(first.code == 51008 && first.subCode == 1000 && first.total == 1)
    #expect(first.text == "Insufficient USDT margin in account")
    #expect(take("Insufficient USDT margin in account") == nil)
    #expect(take("Insufficient USDT margin in account", 51009) != nil)
    #expect(take("Insufficient USDT margin in account", in: "BTC-USDT") != nil)
    #expect(take("Instrument suspended") != nil)
    // Prices in the words make no kind.
    #expect(take("Price 60000.1 is above 59999") != nil)
    #expect(take("Price 61200 is above 61000.05") == nil)
  }

  @Test mutating func whatComesAgainIsToldOnceAMinute() {
    for second in 0..<150 {
      #expect((take("no", at: Int64(second)) != nil) == (second == 0))
      let due = teller.due(RefusalTellerTests.at(Int64(second)))
      #expect(due.map(\.more) == (second == 60 || second == 120 ? [60] : []))
      #expect(due.map(\.total) == (due.isEmpty ? [] : [second + 1]))
    }
    #expect(teller.due(RefusalTellerTests.at(150), isLast: true).map(\.more) == [29])
    #expect(teller.due(RefusalTellerTests.at(500)).isEmpty)
  }

  @Test func codesOfTheClockSaySo() {
    for code in [60_004, 60_006, 50_102] as [Int32] {
      #expect(ClockCode.hint(code)?.contains("clock") == true)
      let refused = RESTError.refused(code: String(code), message: "Timestamp request expired")
      #expect("\(refused)".contains("clock"))
    }
    #expect(ClockCode.hint(51_008) == nil)
    #expect("\(RESTError.refused(code: "51008", message: "no"))" == "OKX 51008: no")
  }

  @Test func refusedLoginsWaitLongerEachTime() {
    var logins = RefusedLogins()
    var pacer = ConnectPacer(seed: 7)
    var waits: [Int64] = []
    for _ in 0..<10 {
      let failures = logins.ended(by: .loginRefused)
      waits.append(pacer.next(failures: failures, now: .zero).nanoseconds)
    }
    #expect(waits.allSatisfy { $0 >= 500_000_000 && $0 <= ConnectPacer.backoffNanosecondsMax })
    #expect(zip(waits, waits.dropFirst(2)).allSatisfy { $0 < $1 || $1 > 15_000_000_000 - 1 })
    #expect(logins.inARow == 10 && logins.ended(by: .connectionLost) == 0 && logins.inARow == 0)
  }

  /// However inventive the exchange is, there is an end to the kinds.
  @Test mutating func kindsAreBounded() {
    var told = 0
    for code in 0..<1_000 where take("no", Int32(code)) != nil { told += 1 }
    #expect(told == 257)
    #expect(teller.due(RefusalTellerTests.at(60)).map(\.more) == [743])
  }
}
