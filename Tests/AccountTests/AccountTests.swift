// The account's readers against the simulated exchange, and against answers that nobody should send.

import Account
import Exchange
import Foundation
import OKX
import Quantities
import Testing

@Suite struct AccountReaderTests {
  /// A plain exchange with two spot pairs and a swap, and a reader of its account.
  private func withExchange(
    _ body: (ExchangeServer, RESTClient, InstrumentTable) async throws -> Void
  ) async throws {
    let folder = NSTemporaryDirectory() + "llmtrading-account-" + UUID().uuidString
    var options = ExchangeOptions(
      stateDirectory: folder,
      market: .generated(instruments: 2, messagesPerSecond: 300, seed: 21))
    options.plaintext = true
    options.swaps = 1
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = ExchangeServer(options)
    let port = try await server.start()
    let keys = AcceptedKey.simulated
    let rest = try RESTClient(
      base: "http://127.0.0.1:\(port)",
      key: APIKey(
        key: keys.key, secret: keys.secret, passphrase: keys.passphrase))
    do {
      var catalog = InstrumentCatalog()
      for type in ["SPOT", "SWAP"] {
        try catalog.add(
          body: try await rest.get("/api/v5/public/instruments?instType=\(type)"))
      }
      let table = try catalog.table(["BTC-USDT", "ETH-USDT", "BTC-USDT-SWAP"])
      try await body(server, rest, table)
    } catch {
      await rest.shutdown()
      await server.stop()
      throw error
    }
    await rest.shutdown()
    await server.stop()
  }

  private func find(_ name: String, _ table: InstrumentTable) throws -> InstrumentID {
    let symbol = try #require(Symbol(name))
    return try #require(table.find(symbol))
  }

  private func order(_ rest: RESTClient, _ name: String, _ mode: String, _ size: String)
    async throws
  {
    let body = try JSONEncoder().encode([
      "instId": name, "tdMode": mode, "side": "buy", "ordType": "market", "sz": size,
      "tgtCcy": "base_ccy",
    ])
    _ = try await rest.postSigned("/api/v5/trade/order", body: body)
  }

  @Test func figuresAreTheExchangesOwn() async throws {
    try await withExchange { server, rest, table in
      let reader = AccountReader(rest: rest, instruments: table)
      let before = try #require(try await reader.account())
      #expect(before.isReconciled && before.exchangeTime.milliseconds > 0)
      #expect(try await reader.positionDetails().rows.isEmpty)
      try await order(rest, "ETH-USDT", "cash", "0.5")
      try await order(rest, "BTC-USDT-SWAP", "cross", "3.5")
      _ = try await rest.plain("/sim/pause", method: "POST")
      let account = try #require(try await reader.account())
      let report = await server.report()
      #expect(account.total.normalized.description == report.totalEquity)
      #expect(account.available == nil, "account level 2 tells it by currency (OKX-151)")
      let details = try await reader.positionDetails().rows
      let swap = try find("BTC-USDT-SWAP", table)
      let spot = try find("ETH-USDT", table)
      let margined = try #require(details.first { $0.instrument == swap })
      #expect(margined.quantity.lots == 350 && margined.leverageMilli == 10_000)
      #expect(!margined.averagePrice.isNone && !margined.markPrice.isNone)
      // P&L at the mark from the average, whose rounding to a tick is worth at most half a tick.
      let coins = 3.5 * 0.01
      let made = Double(margined.markPrice.ticks - margined.averagePrice.ticks) * 0.1 * coins
      let stated = try #require(Double(margined.unrealised.description))
      #expect(abs(made - stated) <= 0.05 * coins + 1e-9)
      #expect(!details.contains { $0.instrument == spot }, "spot has no row (OKX-153)")
    }
  }

  @Test func feeRatesAreOfTheInstrumentsType() async throws {
    try await withExchange { _, rest, table in
      let reader = AccountReader(rest: rest, instruments: table)
      let rates = [
        "BTC-USDT": ("-0.0008", "-0.001"), "BTC-USDT-SWAP": ("-0.0002", "-0.0005"),
      ]
      for (name, (maker, taker)) in rates {
        let id = try find(name, table)
        let record = try await reader.feeRate(id)
        #expect(record.maker.description == maker && record.taker.description == taker)
        #expect(record.instrument == id && record.exchangeTime.milliseconds > 0)
      }
    }
  }

  // MARK: - Answers that nobody should send

  private func withHostile(
    _ body: (AccountReader, (String) async throws -> Void) async throws -> Void
  ) async throws {
    try await HostileExchange.run { exchange in
      try await body(exchange.reader) { try await exchange.say($0) }
    }
  }

  private static func envelope(_ rows: String) -> String { HostileExchange.envelope(rows) }

  @Test func totalsThatAreNoNumbersAreRefused() async throws {
    try await withHostile { reader, say in
      for row in [
        #"{"totalEq":"1e9"}"#, #"{"totalEq":"NaN"}"#, #"{"totalEq":"1,5"}"#, #"{"totalEq":12}"#,
        #"{"totalEq":"5","availEq":"-"}"#, #"{"totalEq":["1"]}"#, "7", "null",
        "{\"totalEq\":\"\(String(repeating: "9", count: 400))\"}",
      ] {
        try await say(AccountReaderTests.envelope(row))
        await #expect(throws: AccountError.self, "\(row)") { _ = try await reader.account() }
      }
      try await say(AccountReaderTests.envelope(""))
      await #expect(throws: AccountError.self) { _ = try await reader.account() }
      try await say("<html>")
      await #expect(throws: RESTError.self) { _ = try await reader.account() }
      // What OKX leaves empty is absent, not zero.
      try await say(AccountReaderTests.envelope(#"{"totalEq":"","availEq":"3"}"#))
      #expect(try await reader.account() == nil)
      try await say(AccountReaderTests.envelope(#"{"totalEq":"5.25","availEq":"","uTime":"x"}"#))
      let account = try #require(try await reader.account())
      #expect(account.total.description == "5.25" && account.available == nil)
      #expect(account.exchangeTime.milliseconds == 0)
      try await say(AccountReaderTests.envelope(#"{"totalEq":"5.25","uTime":"1705449605015000"}"#))
      await #expect(throws: AccountError.self) { _ = try await reader.account() }
    }
  }

  @Test func positionsThatCannotBeReadAreNamed() async throws {
    try await withHostile { reader, say in
      func position(_ members: String) -> String {
        AccountReaderTests.envelope("{\"instId\":\"BTC-USDT-SWAP\",\(members)}")
      }
      for members in [
        #""pos":"x""#, #""pos":"""#, #""pos":"0.001""#, #""pos":"1","upl":"1e3""#,
        #""pos":"1","lever":"-2""#, #""pos":"1","lever":"9999999999""#,
        #""pos":"1","lever":"many""#, #""pos":1"#,
        #""pos":"1","uTime":"1705449605015000""#, #""pos":"99999999999999999999999""#,
      ] {
        try await say(position(members))
        let stated = try await reader.positionDetails()
        #expect(stated.rows.isEmpty && stated.odd.count == 1, "\(members)")
        #expect(stated.odd.first?.instrument == InstrumentID(index: 0), "\(members)")
      }
      try await say(
        position(#""pos":"-1.25","avgPx":"nonsense","markPx":"-4","liqPx":"","lever":"","upl":"""#))
      let details = try await reader.positionDetails().rows
      #expect(details.map(\.quantity.lots) == [-125] && details.map(\.leverageMilli) == [0])
      #expect(details.map(\.averagePrice.isNone) == [true])
      #expect(details.map(\.markPrice.isNone) == [true])
      // A position of another run's instrument is not ours to tell.
      try await say(AccountReaderTests.envelope(#"{"instId":"XRP-USDT-SWAP","pos":"?"}"#))
      let other = try await reader.positionDetails()
      #expect(other.rows.isEmpty && other.odd.isEmpty && other.outside == 1)
      // One that is not understood leaves the one beside it; an isolated one is none of ours.
      let row = #"{"instId":"BTC-USDT-SWAP","mgnMode":"cross","posSide":"net","pos":"2"}"#
      let isolated = row.replacingOccurrences(of: "cross", with: "isolated")
      try await say(AccountReaderTests.envelope("null,\(isolated),\(row),\(row)"))
      let beside = try await reader.positionDetails()
      #expect(beside.rows.map(\.quantity.lots) == [200])
      #expect(beside.odd.map(\.reason) == [.noObject, .foreignMode, .statedTwice])
    }
  }

  @Test func ratesThatAreNoNumbersAreRefused() async throws {
    try await withHostile { reader, say in
      let id = InstrumentID(index: 0)
      for row in [
        #"{"maker":"","taker":""}"#, #"{"makerU":"x","takerU":"-0.1"}"#, "{}", #"{"makerU":5}"#,
      ] {
        try await say(AccountReaderTests.envelope(row))
        await #expect(throws: AccountError.self, "\(row)") { _ = try await reader.feeRate(id) }
      }
      try await say(
        AccountReaderTests.envelope(
          #"{"maker":"-0.9","taker":"-0.9","makerU":"0.0001","takerU":"-0.0003"}"#))
      let rate = try await reader.feeRate(id)
      #expect(rate.maker.description == "0.0001" && rate.taker.description == "-0.0003")
      // The group's rate took the place of the fields beside it.
      try await say(
        AccountReaderTests.envelope(
          #"{"makerU":"-0.9","takerU":"-0.9","feeGroup":[{"groupId":"2","maker":"-0.0002","taker":"-0.0004"}]}"#
        ))
      let grouped = try await reader.feeRate(id)
      #expect(grouped.maker.description == "-0.0002" && grouped.taker.description == "-0.0004")
      // Of several the instrument's own: here the answer about the instrument is the same row, of no group.
      try await say(
        AccountReaderTests.envelope(
          #"{"feeGroup":[{"groupId":"1","maker":"-1","taker":"-1"},{"groupId":"2","maker":"-2","taker":"-2"}]}"#
        ))
      await #expect(throws: AccountError.self) { _ = try await reader.feeRate(id) }
      try await say(
        AccountReaderTests.envelope(
          #"{"groupId":"2","feeGroup":[{"groupId":"1","maker":"-1","taker":"-1"},{"groupId":"2","maker":"-2","taker":"-3"}]}"#
        ))
      #expect(try await reader.feeRate(id).taker.description == "-3")
    }
  }
}
