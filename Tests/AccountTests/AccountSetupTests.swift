// What the account and the key must be before a desk goes active: each rule alone, and as the exchange states it.

import Account
import Exchange
import Foundation
import OKX
import Quantities
import Testing

private func instrument(_ name: String, _ type: InstrumentType, isTradable: Bool = true) throws
  -> Instrument
{
  let symbol = try #require(Symbol(name))
  let step = Increment(mantissa: 1, decimals: 1)
  var item = Instrument(id: .none, symbol: symbol, type: type, tick: step, lot: step)
  item.isTradable = isTradable
  return item
}

private let sound = AccountSetup(
  level: "2", positionMode: "net_mode", feeType: "0", permissions: ["read_only", "trade"],
  addresses: ["192.0.2.1"], enablesSpotBorrow: false, borrowsByItself: false)

private func found(
  _ money: SetupRules.Money = .live, traded: [Instrument]? = nil,
  _ change: (inout AccountSetup) -> Void = { _ in }
) throws -> [SetupFinding] {
  var setup = sound
  change(&setup)
  return setup.findings(
    SetupRules(money: money, traded: try traded ?? [instrument("BTC-USDT", .spot)]))
}

@Suite struct AccountSetupTests {
  @Test func aSoundAccountIsSilent() throws {
    for money in [SetupRules.Money.simulated, .demo, .live] { #expect(try found(money).isEmpty) }
    #expect(try found { $0.level = "1" }.isEmpty)
  }

  @Test func modesRefuse() throws {
    let hedge = try found(.demo) { $0.positionMode = "long_short_mode" }
    #expect(hedge.map(\.refuses) == [true] && hedge[0].text.contains("set net_mode"))
    for level in ["3", "4", ""] {
      let other = try found(.simulated) { $0.level = level }
      #expect(
        other.map(\.refuses) == [true] && other[0].text.contains("use spot (1) or futures (2)"))
    }
    let spot = try found(traded: [instrument("BTC-USDT-SWAP", .swap)]) { $0.level = "1" }
    #expect(spot.map(\.refuses) == [false] && spot[0].text.contains("BTC-USDT-SWAP"))
  }

  @Test func aKeyThatMayNotTradeRefusesATradingDesk() throws {
    let reading = try found(.demo) { $0.permissions = ["read_only"] }
    #expect(reading.map(\.refuses) == [true] && reading[0].text.contains("may not trade"))
    #expect(try found(.demo, traded: []) { $0.permissions = ["read_only"] }.isEmpty)
    let unsaid = try found { $0.permissions = nil }
    #expect(unsaid.map(\.refuses) == [false], "unknown is no right and no fault")
  }

  @Test func aKeyThatMayWithdrawRefusesLiveAlone() throws {
    let withdraw: (inout AccountSetup) -> Void = { $0.permissions?.append("withdraw") }
    #expect(try found(.live, withdraw).map(\.refuses) == [true])
    #expect(try found(.demo, withdraw).map(\.refuses) == [false])
    #expect(try found(.live, traded: [], withdraw).map(\.refuses) == [true], "watching too")
  }

  @Test func aKeyBoundToNoAddressEndsAfterFourteenDays() throws {
    let unbound = try found { $0.addresses = [] }
    #expect(unbound.map(\.refuses) == [false] && unbound[0].text.contains("14 days"))
    #expect(try found(.demo) { $0.addresses = [] }.isEmpty, "demo keys do not end")
    #expect(
      try found(traded: []) {
        $0.addresses = []
        $0.permissions = ["read_only"]
      }.isEmpty, "keys that only read do not end")
    #expect(try found { $0.addresses = nil }.map(\.refuses) == [false])
  }

  @Test func borrowingIsNamed() throws {
    let borrowing: (inout AccountSetup) -> Void = {
      $0.level = "1"
      $0.enablesSpotBorrow = true
      $0.borrowsByItself = true
    }
    let live = try found(.live, borrowing)
    #expect(live.map(\.refuses) == [true] && live[0].text.contains("and automatic"))
    #expect(try found(.demo, borrowing).map(\.refuses) == [false])
    #expect(
      try found {
        $0.level = "1"
        $0.enablesSpotBorrow = nil
      }.map(\.refuses) == [false])
    #expect(try found { $0.enablesSpotBorrow = true }.isEmpty, "a matter of spot mode alone")
    #expect(try found { $0.borrowsByItself = true }.map(\.refuses) == [false])
  }

  @Test func feesAndInstruments() throws {
    #expect(try found { $0.feeType = nil }.count == 1)
    #expect(try found { $0.feeType = "7" }[0].text.contains("fee type 7"))
    #expect(try found { $0.feeType = "1" }.isEmpty)
    #expect(
      try found(traded: [instrument("A-B-SWAP", .swap)]) { $0.feeType = nil }.isEmpty, "spot alone")
    let suspended = try found(traded: [instrument("BTC-USDT", .spot, isTradable: false)])
    #expect(suspended.map(\.refuses) == [false] && suspended[0].text.hasPrefix("BTC-USDT is on"))
  }

  @Test func whatTheExchangeStatesIsWhatIsChecked() async throws {
    let folder = NSTemporaryDirectory() + "llmtrading-setup-" + UUID().uuidString
    var options = ExchangeOptions(
      stateDirectory: folder, market: .generated(instruments: 1, messagesPerSecond: 1, seed: 3))
    options.plaintext = true
    options.account.level = "1"
    options.account.permissions = ["read_only", "withdraw"]
    options.account.addresses = ["192.0.2.1", "192.0.2.2"]
    options.account.enablesSpotBorrow = true
    options.engineSettings.spotFeesInQuote = true
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = ExchangeServer(options)
    let port = try await server.start()
    let keys = AcceptedKey.simulated
    let rest = try RESTClient(
      base: "http://127.0.0.1:\(port)",
      key: APIKey(key: keys.key, secret: keys.secret, passphrase: keys.passphrase))
    let reader = AccountReader(rest: rest, instruments: InstrumentTable([], currencies: []))
    let setup = try? await reader.setup()
    await rest.shutdown()
    await server.stop()
    #expect(
      setup
        == AccountSetup(
          level: "1", positionMode: "net_mode", feeType: "1",
          permissions: ["read_only", "withdraw"],
          addresses: ["192.0.2.1", "192.0.2.2"], enablesSpotBorrow: true, borrowsByItself: false))
  }

  @Test func fieldsOfAnotherTypeAreNotStated() async throws {
    try await HostileExchange.run { exchange in
      try await exchange.sayRows(
        #"{"acctLv":"2","posMode":"net_mode","perm":7,"ip":null,"enableSpotBorrow":"true","autoLoan":1}"#
      )
      let setup = try await exchange.reader.setup()
      #expect(setup.permissions == nil && setup.addresses == nil && setup.feeType == nil)
      #expect(setup.enablesSpotBorrow == true && setup.borrowsByItself == nil)
      try await exchange.sayRows(#"{"acctLv":2,"posMode":"net_mode"}"#)
      await #expect(throws: AccountError.self, "a level that is no text is not guessed") {
        try await exchange.reader.setup()
      }
    }
  }
}
