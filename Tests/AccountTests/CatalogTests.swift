// The list of instruments: what is odd about a row of it, and whom that concerns.

import Account
import Foundation
import Quantities
import Testing

@Suite struct CatalogTests {
  private static let swap = [
    "instId": "BTC-USDT-SWAP", "instType": "SWAP", "instIdCode": "=10458", "baseCcy": "",
    "quoteCcy": "", "settleCcy": "USDT", "ctVal": "0.01", "ctMult": "1", "ctType": "linear",
    "tickSz": "0.1", "lotSz": "0.01", "minSz": "0.01", "maxLmtSz": "1000", "state": "live",
  ]

  private func catalog(_ rows: String...) throws -> InstrumentCatalog {
    var catalog = InstrumentCatalog()
    try catalog.add(body: Data(HostileExchange.envelope(rows.joined(separator: ",")).utf8))
    return catalog
  }

  private func swap(_ changes: [String: String?] = [:]) -> String {
    row(CatalogTests.swap, changes)
  }

  @Test(arguments: [
    ["instIdCode": "12"], ["instIdCode": "=12.5"], ["instIdCode": "=null"], ["state": "=1"],
    ["tickSz": "=0.1"], ["tickSz": "=null"], ["lotSz": "x"], ["instType": "=7"],
    ["ctVal": "=[]"], ["settleCcy": "={}"], ["instId": "=5"], ["instId": ""],
  ])
  func anOddRowConcernsItsInstrumentAlone(_ changes: [String: String]) throws {
    let other = swap(["instId": "X-USDT-SWAP"].merging(changes) { $1 })
    let catalog = try catalog("null", "7", other, swap())
    let table = try catalog.table(["BTC-USDT-SWAP"])
    let item = table[InstrumentID(index: 0)]
    #expect(item.isTradable && item.code == 10_458 && item.tick.description == "0.1")
  }

  @Test func anOddFigureOfAConfiguredInstrumentIsNamed() throws {
    for (field, value, shown) in [
      ("tickSz", "=0.1", "no text"), ("tickSz", "=5", "5"), ("tickSz", "0", "0"),
      ("lotSz", "=null", "absent"), ("lotSz", "1e3", "1e3"), ("minSz", "=[]", "no text"),
      ("maxLmtSz", "many", "many"),
    ] {
      let catalog = try catalog(swap([field: value]))
      #expect("\(field) \(value)") {
        _ = try catalog.table(["BTC-USDT-SWAP"])
      } throws: { error in
        "\(error)"
          == "instrument BTC-USDT-SWAP: \(field) is \"\(shown)\", which is no usable number"
      }
    }
  }

  /// Orders name an instrument by its code: digits are as good as the number, and without one nothing names it.
  @Test func whatTradingNeedsDecidesAlone() throws {
    for (changes, isTradable, code): ([String: String], Bool, Int64) in [
      (["instIdCode": "12"], true, 12), (["instIdCode": "=null"], false, 0),
      (["state": "=1"], false, 10_458), (["state": "suspend"], false, 10_458),
      (["ctVal": "=0.01"], false, 10_458), (["instType": "=7"], false, 10_458),
      (["baseCcy": "=7"], true, 10_458),
    ] {
      let table = try catalog(swap(changes)).table(["BTC-USDT-SWAP"])
      let item = table[InstrumentID(index: 0)]
      #expect(item.isTradable == isTradable && item.code == code, "\(changes)")
    }
  }

  /// Since 2026-09-30 a push holds the rows that changed and in them what changed (docs/OKX.md OKX-196).
  @Test func aPushIsMergedByInstrument() throws {
    var catalog = try catalog(swap())
    let table = try catalog.table(["BTC-USDT-SWAP"])
    func push(_ row: String) -> Data {
      Data("{\"arg\":{\"channel\":\"instruments\",\"instType\":\"SWAP\"},\"data\":[\(row)]}".utf8)
    }
    func item() throws -> Instrument? { try catalog.instrument("BTC-USDT-SWAP", of: table) }
    #expect(catalog.merge(push: push("{\"instId\":\"BTC-USDT-SWAP\",\"tickSz\":\"0.1\"}")).isEmpty)
    #expect(
      catalog.merge(push: push("{\"instId\":\"BTC-USDT-SWAP\",\"tickSz\":\"0.01\"}"))
        == ["BTC-USDT-SWAP"])
    let finer = try #require(try item())
    #expect(finer.tick.description == "0.01" && finer.lot.description == "0.01" && finer.isTradable)
    #expect(
      catalog.merge(push: push("{\"instId\":\"BTC-USDT-SWAP\",\"state\":\"suspend\"}")).count == 1)
    #expect(try item()?.state == .suspend && item()?.isTradable == false)
    _ = catalog.merge(push: push("{\"instId\":\"BTC-USDT-SWAP\",\"state\":\"nobody knows\"}"))
    #expect(try item()?.state == .unknown && item()?.isTradable == false)
    #expect(catalog.merge(push: Data("[]".utf8)).isEmpty && catalog.merge(push: Data()).isEmpty)
    // Another instrument's odd row is nobody's trouble.
    _ = catalog.merge(push: push("{\"instId\":\"NEW-USDT\",\"tickSz\":\"x\"},7,null"))
    _ = catalog.merge(push: push("{\"instId\":\"BTC-USDT-SWAP\",\"state\":\"live\"}"))
    #expect(try item()?.isTradable == true)
    _ = catalog.merge(push: push("{\"instId\":\"BTC-USDT-SWAP\",\"lotSz\":\"0\"}"))
    #expect(throws: InstrumentCatalogError.self) { _ = try item() }
  }

  /// docs/OKX.md OKX-194: the desk's choice where it is offered, else the pair's own; nothing is guessed.
  @Test(
    arguments: [
      (#"["USDC","USD","USDG"]"#, "USD", "USD"), (#"["USDC","USD"]"#, nil, ""),
      (#"["USDC"]"#, "USD", ""), (#"["USDC","USD"]"#, "USDC", ""), ("[]", "USD", ""),
      ("null", "USD", ""), (#""USD""#, "USD", ""), ("7", "USD", ""),
      (#"["USD"]"#, nil, "USD"), (#"["USD","USDG"]"#, nil, "?"), (#"["USD","USDG"]"#, "EUR", "?"),
      (#"["US\"D","USDG"]"#, "USDC", "USDG"), (#"["US\"D"]"#, nil, "?"),
    ] as [(String, String?, String)])
  func whatSpotOrdersArePaidIn(_ list: String, _ wanted: String?, _ paid: String) throws {
    var catalog = InstrumentCatalog(tradeQuote: wanted.flatMap { Symbol($0) })
    let pair = row(
      CatalogTests.swap,
      [
        "instId": "BTC-USDC", "instType": "SPOT", "baseCcy": "BTC", "quoteCcy": "USDC",
        "tradeQuoteCcyList": "=" + list,
      ])
    let contract = swap(["tradeQuoteCcyList": "=" + list])
    try catalog.add(body: Data(HostileExchange.envelope(pair + "," + contract).utf8))
    let table = try catalog.table(["BTC-USDC", "BTC-USDT-SWAP"])
    let item = table[InstrumentID(index: 0)]
    #expect(item.isTradable == (paid != "?"))
    #expect(table.currencyName(item.tradeQuote).description == (paid == "?" ? "" : paid))
    #expect(table[InstrumentID(index: 1)].tradeQuote == .none, "contracts have none")
    // A list that is read later finds the desk's choice among the run's currencies.
    let later = try #require(try catalog.instrument("BTC-USDC", of: table))
    #expect(later.tradeQuote == item.tradeQuote)
  }

  /// docs/OKX.md OKX-200: expired by its old name, then there by the new one; the code is the same.
  @Test func aRenamedContractIsFoundByItsCode() throws {
    var catalog = try catalog(swap())
    let table = try catalog.table(["BTC-USDT-SWAP"])
    func push(_ row: String) { _ = catalog.merge(push: Data("{\"data\":[\(row)]}".utf8)) }
    func newName(_ code: Int64 = 10_458) -> String? {
      catalog.newName(of: "BTC-USDT-SWAP", code: code)
    }
    #expect(newName() == nil, "it has its name")
    push(swap(["instId": "XBT-USDT-SWAP", "state": "rebase"]))
    #expect(newName() == nil, "two rows of one code, both alive, are no renaming")
    push("{\"instId\":\"BTC-USDT-SWAP\",\"state\":\"expired\"}")
    #expect(newName() == "XBT-USDT-SWAP" && newName(7) == nil && newName(0) == nil)
    let stated = try #require(try catalog.instrument("XBT-USDT-SWAP", of: table))
    let change = try #require(table[InstrumentID(index: 0)].change(to: stated))
    #expect(change.isOfName && change.instrument.state == .rebase && !change.isOfUnits)
    // A list that is read later knows the new name alone.
    let later = try self.catalog(swap(["instId": "XBT-USDT-SWAP"]))
    #expect(later.newName(of: "BTC-USDT-SWAP", code: 10_458) == "XBT-USDT-SWAP")
    #expect(
      try self.catalog(swap(["instId": "A", "instIdCode": "=null"])).newName(of: "B", code: 0)
        == nil)
  }

  @Test func whatIsAnnouncedIsTold() throws {
    let announced =
      "[{\"param\":\"tickSz\",\"newValue\":\"0.01\",\"effTime\":\"1796083200000\"},{\"param\":\"x\"}]"
    let catalog = try catalog(swap(["upcChg": "=" + announced]))
    #expect(
      catalog.announced("BTC-USDT-SWAP") == [
        AnnouncedChange(
          parameter: "tickSz", value: "0.01",
          at: WallMilliseconds(milliseconds: 1_796_083_200_000))
      ])
    #expect(catalog.announced("NOBODY").isEmpty)
  }

  /// One that is gone keeps no other from trading; where none is left the configuration is wrong.
  @Test func anInstrumentThatIsNotListedIsShownAndNotTraded() throws {
    let catalog = try catalog(swap())
    let table = try catalog.table(["BTC-USDT-SWAP", "BTC-USDT"])
    let gone = table[InstrumentID(index: 1)]
    #expect(gone.state == .unlisted && !gone.isTradable && gone.type == .spot)
    #expect(table[InstrumentID(index: 0)].isTradable)
    #expect(throws: InstrumentCatalogError.self) {
      _ = try catalog.table(["BTC-USDT", "ETH-USDT"])
    }
  }
}
