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

  /// Orders name an instrument by its code: digits are as good as the number.
  @Test func whatTradingNeedsDecidesAlone() throws {
    for (changes, isTradable, code): ([String: String], Bool, Int64) in [
      (["instIdCode": "12"], true, 12), (["instIdCode": "=null"], true, 0),
      (["state": "=1"], false, 10_458), (["state": "suspend"], false, 10_458),
      (["ctVal": "=0.01"], false, 10_458), (["instType": "=7"], false, 10_458),
      (["baseCcy": "=7"], true, 10_458),
    ] {
      let table = try catalog(swap(changes)).table(["BTC-USDT-SWAP"])
      let item = table[InstrumentID(index: 0)]
      #expect(item.isTradable == isTradable && item.code == code, "\(changes)")
    }
  }
}
