// A configuration turned into a core's options, and the instruments it asks the exchange for.

import Account
import Core
import Foundation
import Journal
import Logging
import Operations
import Pipeline
import Quantities
import Risk
import Strategy
import Testing

@Suite struct CoreAssemblyTests {
  private func configuration(_ edit: (String) -> String = { $0 }) throws -> Configuration {
    try Configuration.parse(edit(CoreAssemblyTests.yaml))
  }

  private static let yaml = """
    environment: simulated
    topology: split
    transport: epoll
    okx:
      endpoints:
        public: wss://localhost:9443/ws/v5/public
        private: wss://localhost:9443/ws/v5/private
        business: wss://localhost:9443/ws/v5/business
        rest: https://localhost:9443
      instruments: [BTC-USDT, ETH-USDT]
      channels: [books, trades]
      context: [tickers, candle]
      credentials: {api_key_variable: A, secret_variable: B, passphrase_variable: C}
    risk:
      allow_list: [BTC-USDT]
      desk: {open_orders: 20, orders_per_window: 40, exchange_age_milliseconds: 5000}
      defaults:
        order_lots: 100
        order_notional: 2500.50 USDT
        position_lots: 300
        open_orders: 4
        price_collar_basis_points: 50
        orders_per_window: 20
        book_age_milliseconds: 65000
      instruments:
        BTC-USDT: {order_lots: 7}
    """

  private let keys = Credentials(
    apiKey: Secret("key"), secret: Secret("secret"), passphrase: Secret("phrase"))

  private func options(
    _ configuration: Configuration, credentials: Credentials?
  ) throws -> CoreOptions {
    let folder = "/tmp/core-assembly-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let directory = try StateDirectory(folder)
    let assembly = CoreAssembly(
      configuration: configuration, credentials: credentials, build: "0.0.0")
    return try assembly.options(table: table(), startNumber: 9, directory: directory).0
  }

  private func table() -> InstrumentTable {
    let items = ["BTC-USDT", "ETH-USDT"].map { name in
      var item = Instrument(
        id: .none, symbol: Symbol(name) ?? Symbol(), type: .spot,
        tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 3))
      item.isTradable = true
      item.base = CurrencyID(index: 1)
      item.quote = CurrencyID(index: 0)
      return item
    }
    return InstrumentTable(items, currencies: ["USDT", "BTC"].compactMap { Symbol($0) })
  }

  @Test func connectionsAreTheConfigurations() throws {
    let options = try options(configuration(), credentials: keys)
    #expect(options.publicLines.map(\.connector.name) == ["public-0"])
    #expect(options.publicLines[0].connector.url.description.hasSuffix("/ws/v5/public"))
    #expect(options.publicLines[0].connector.login == nil, "books and trades want none")
    #expect(options.publicLines[0].feed.subscriptions.count == 4, "two channels, two instruments")
    let trading = try #require(options.privateLine)
    #expect(trading.name == "private" && trading.login != nil)
    let login = try #require(trading.login?(1_700_000_000))
    #expect(String(decoding: login, as: UTF8.self).contains("\"login\""))
    #expect(options.contextConnections.map(\.name) == ["context", "context-business"])
    #expect(options.topology == .split && options.transport == .epoll && options.startNumber == 9)
    #expect(
      options.journal.identity.start == 9 && options.journal.identity.environment == .simulated)
  }

  /// In the configuration's order, so that a restart makes the same shares.
  @Test func booksAreSharedOutOverConnections() throws {
    let one = try configuration {
      $0.replacingOccurrences(
        of: "channels: [books", with: "books_per_connection: 1\n  channels: [books")
    }
    let lines = try options(one, credentials: keys).publicLines
    #expect(lines.map(\.connector.name) == ["public-0", "public-1"])
    #expect(lines.map { Set($0.feed.subscriptions.map(\.instrument.index)) } == [[0], [1]])
    #expect(lines.allSatisfy { $0.feed.subscriptions.count == 2 })
    let shallow = try configuration {
      $0.replacingOccurrences(
        of: "channels: [books,", with: "books_per_connection: 1\n  channels: [bbo-tbt,")
    }
    #expect(try options(shallow, credentials: keys).publicLines.count == 1)
  }

  @Test func withoutKeysThereIsNoTradingConnection() throws {
    #expect(try options(configuration(), credentials: nil).privateLine == nil)
  }

  /// What the desk itself goes by is asked for all the same; a harness without REST plays one connection.
  @Test func withoutABusinessEndpointThereIsNoMarketContext() throws {
    let bare = try configuration {
      $0.replacingOccurrences(
        of: "    business: wss://localhost:9443/ws/v5/business\n", with: "")
    }
    let found = try options(bare, credentials: keys).contextConnections
    #expect(found.map(\.name) == ["context"])
    #expect(Set(found.flatMap(\.channels).map(\.name)) == ["instruments", "status"])
  }

  @Test func limitsAreTheInstrumentsOwnBeforeTheDefaults() throws {
    let limits = try options(configuration(), credentials: keys).limits
    #expect(limits.desk.openOrdersMaximum == 20 && limits.desk.ordersPerWindow == 40)
    #expect(!limits.desk.checksExchangeAge, "a simulated exchange's clock is its own")
    let coin = limits.instruments[0]
    #expect(coin.isAllowed && coin.orderLotsMaximum == 7 && coin.positionLotsMaximum == 300)
    #expect(coin.orderNotionalMaximum.normalized.description == "2500.5")
    #expect(coin.collarBasisPoints == 50 && coin.openOrdersMaximum == 4)
    #expect(coin.referenceAgeMaximumNanoseconds == 65_000_000_000)
    let ether = limits.instruments[1]
    #expect(!ether.isAllowed && ether.orderLotsMaximum == 100, "it is not on the list")
    let assembly = CoreAssembly(
      configuration: try configuration(), credentials: keys, build: "0.0.0")
    #expect(assembly.targetLotsMaximum(table()) == [300, 300])
  }

  /// A limit in another currency than the instrument's value is no limit: missing, and missing refuses.
  @Test func aNotionalInAnotherCurrencyIsNoLimit() throws {
    let euros = try configuration {
      $0.replacingOccurrences(of: "2500.50 USDT", with: "2500.50 EUR")
    }
    #expect(
      try options(euros, credentials: keys).limits.instruments[0].orderNotionalMaximum == .zero)
  }

  @Test func theFollowerTakesItsSettings() throws {
    let given = try configuration {
      $0 + "\nstrategy: {order_lots: 3, reprice_ticks: 5, on_expiry: flatten}\n"
    }
    guard case .follower(let settings) = try options(given, credentials: keys).strategy else {
      Issue.record("no follower")
      return
    }
    #expect(settings.map(\.orderLotsMaximum) == [3, 3])
    #expect(settings[0].repriceTicks == 5 && settings[0].flattensOnExpiry)
    guard case .follower(let own) = try options(configuration(), credentials: keys).strategy else {
      Issue.record("no follower")
      return
    }
    #expect(own.map(\.orderLotsMaximum) == [7, 100], "else the largest order that risk allows")
  }

  @Test func instrumentsComeFromAFile() async throws {
    let file = NSTemporaryDirectory() + "core-instruments-\(UInt64.random(in: 0 ... .max)).json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let row = """
      {"instId":"BTC-USDT","instType":"SPOT","instIdCode":5,"baseCcy":"BTC","quoteCcy":"USDT",\
      "tickSz":"0.1","lotSz":"0.00001","minSz":"0.00001","maxLmtSz":"1000","state":"live"}
      """
    try Data(#"{"code":"0","msg":"","data":[\#(row)]}"#.utf8).write(
      to: URL(fileURLWithPath: file))
    let given = try configuration {
      $0.replacingOccurrences(of: "    rest: https://localhost:9443\n", with: "")
        .replacingOccurrences(
          of: "  instruments: [BTC-USDT, ETH-USDT]",
          with: "  instruments_file: \(file)\n  instruments: [BTC-USDT]")
    }
    let table = try await CoreAssembly(configuration: given, credentials: nil, build: "0.0.0")
      .instruments(rest: nil, patience: Patience(), log: Logger(label: "test"))
    #expect(table.count == 1)
  }

  /// The exchange answers 503, 429 and 50011 before it answers, and start-up waits; a definite refusal ends it.
  @Test func instrumentsAreAskedForUntilTheExchangeAnswers() async throws {
    try await BusyExchange.run { exchange in
      let assembly = CoreAssembly(
        configuration: try configuration(), credentials: nil, build: "0.0.0")
      var patience = Patience()
      patience.first = .milliseconds(2)
      let path = "/api/v5/public/instruments"
      let before = try await exchange.asked()[path] ?? 0
      let limit = #"{"code":"50011","msg":"Too Many Requests","data":[]}"#
      try await exchange.say(
        .init(status: 503, count: 2, path: path), .init(status: 429, body: limit, path: path),
        .init(status: 502, path: path), .init(status: 0, path: path))
      let book = LogBook()
      let table = try await assembly.instruments(
        rest: exchange.rest, patience: patience, log: book.logger)
      #expect(table.count == 2)
      #expect(book.lines(.warning).count == 5, "each pause once")
      #expect(try await exchange.asked()[path] == before + 4 + 5)

      let refusal = #"{"code":"50119","msg":"API key doesn't exist","data":[]}"#
      try await exchange.say(.init(status: 401, body: refusal, count: 9, path: path))
      await #expect(throws: RESTError.self) {
        try await assembly.instruments(
          rest: exchange.rest, patience: patience, log: Logger(label: "test"))
      }
    }
  }
}
