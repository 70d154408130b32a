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
    for code in [60_004, 60_006, 50_102, 50_112] as [Int32] {
      #expect(RefusalHint.text(code)?.contains("chrony") == true)
      let behind = RefusalHint.text(code, clockOffsetMilliseconds: -31_200)
      #expect(behind?.contains("31200 ms behind") == true)
      #expect(
        RefusalHint.text(code, clockOffsetMilliseconds: 45_000)?.contains("45000 ms ahead") == true)
      let refused = RESTError.refused(code: String(code), message: "Timestamp request expired")
      #expect("\(refused)".contains("clock"))
    }
    #expect(RefusalHint.text(51_008) == nil && RefusalHint.text(0) == nil)
    #expect("\(RESTError.refused(code: "51008", message: "no"))" == "OKX 51008: no")
  }

  @Test func refusedLoginsWaitLongerEachTime() {
    var logins = RefusedLogins()
    var pacer = ConnectPacer(seed: 7)
    var waits: [Int64] = []
    for _ in 0..<10 {
      let failures = logins.ended(by: .loginRefused, lived: 100_000_000)
      waits.append(pacer.next(failures: failures, now: .zero).nanoseconds)
    }
    #expect(waits.allSatisfy { $0 >= 500_000_000 && $0 <= ConnectPacer.backoffNanosecondsMax })
    #expect(zip(waits, waits.dropFirst(2)).allSatisfy { $0 < $1 || $1 > 15_000_000_000 - 1 })
    #expect(logins.inARow == 10 && logins.ended(by: .connectionLost, lived: 2_000_000) == 0)
    #expect(logins.inARow == 10, "a line that broke before its login was answered is no good login")
    #expect(logins.ended(by: .idle, lived: RefusedLogins.provenNanoseconds + 1) == 0)
    #expect(logins.inARow == 0)
    #expect(logins.ended(by: .loginRefused, lived: 1) == 3, "from the start again")
  }

  /// Each code of a key or a login has a next step, in the log's line and in REST's errors.
  @Test(arguments: [
    (60_005, "api_key"), (60_032, "api_key"), (50_111, "api_key"), (50_119, "14 days"),
    (60_007, "credentials.secret"), (50_113, "credentials.secret"), (60_024, "passphrase"),
    (50_105, "passphrase"), (60_009, "does not say"), (50_101, "demo trading"),
    (50_110, "addresses"), (50_100, "frozen"), (50_114, "right"), (50_120, "right"),
    (50_103, "empty"), (50_104, "empty"), (50_106, "empty"), (50_107, "empty"), (60_027, "empty"),
    (63_999, "patience"), (60_023, "patience"), (50_121, "addresses"),
    (50_035, "bind this one"), (54_094, "cool-off"), (54_109, "press trade"),
  ])
  mutating func everyRefusalOfAKeyHasItsNextStep(code: Int, words: String) {
    let number = Int32(code)
    #expect(RefusalHint.text(number)?.contains(words) == true)
    #expect("\(RESTError.refused(code: "\(code)", message: "no"))".contains(words))
    var said = ExchangeText()
    for scalar in "Login failed.".unicodeScalars { _ = said.append(scalar: scalar.value) }
    let record = RefusalRecord(
      .login, instrument: .none, clientOrder: .none, exchangeOrder: .none, request: 0,
      exchangeCode: number, subCode: 0, words: said)
    teller.clockOffsetMilliseconds = 7
    let notice = teller.take(record, instrument: "", now: RefusalTellerTests.at(0))
    #expect(notice?.code == number && notice?.text == "Login failed.")
    #expect(notice?.hint?.contains(words) == true && notice?.clockOffsetMilliseconds == 7)
  }

  /// However inventive the exchange is, there is an end to the kinds.
  @Test mutating func kindsAreBounded() {
    var told = 0
    for code in 0..<1_000 where take("no", Int32(code)) != nil { told += 1 }
    #expect(told == 257)
    #expect(teller.due(RefusalTellerTests.at(60)).map(\.more) == [743])
  }
}
