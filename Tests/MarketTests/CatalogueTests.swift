// Specifications: read from REST bodies, derived from recordings, and rendered as OKX renders them.

import Fixtures
import Foundation
import Market
import Quantities
import SampleMarket
import Testing

@Test(.recorded) func specificationsOfTheRecordedDay() throws {
  let rest = [UInt8](
    try Data(contentsOf: Recordings.file("rest/okx-2022-02-public-instruments.raw")))
  let rows = InstrumentCatalogue.rows(rest)
  #expect(rows.count > 1_000)
  let file = try RecordingFile(
    path: Recordings.file("recordings/okx-2022-02-books-l2-tbt.raw").path)
  let catalogue = try InstrumentCatalogue(recording: file, instruments: rest)
  #expect(catalogue.count == 10)
  let elon = catalogue[try #require(catalogue.index(of: "ELON-USDT"))]
  #expect(elon.tick == Increment(mantissa: 1, decimals: 11))
  #expect(elon.lot == Increment(mantissa: 1, decimals: 0))
  #expect(elon.minimumLots == 5_000_000 && elon.isTradable && elon.base == "ELON")
  let swap = catalogue[try #require(catalogue.index(of: "UNI-USD-SWAP"))]
  #expect(swap.contract == .inverse && swap.settle == "UNI" && swap.isTradable)
  #expect(swap.contractValue == Increment(mantissa: 10, decimals: 0))
  let option = catalogue[try #require(catalogue.index(of: "ETH-USD-220429-1900-P"))]
  #expect(option.type == .option && !option.isTradable && option.strike == "1900")
  #expect(option.tick == Increment(mantissa: 5, decimals: 4))
  #expect(Set(catalogue.list.map(\.code)).count == 10)
  #expect(catalogue.tradableFirst[0].isTradable)

  // Without the file: the finest decimals recorded, and derivatives shown but not traded.
  let derived = try InstrumentCatalogue(recording: file)
  let same = derived[try #require(derived.index(of: "ELON-USDT"))]
  #expect(same.tick == elon.tick && same.isTradable && same.quote == "USDT")
  let unknown = derived[try #require(derived.index(of: "UNI-USD-SWAP"))]
  #expect(unknown.type == .swap && !unknown.isTradable && unknown.settle == "UNI")
  #expect(derived.list.map(\.code) == catalogue.list.map(\.code), "a code follows from the name")
}

@Test func specificationsOfTheMadeDay() throws {
  let rest = try Made.instruments.bytes()
  #expect(InstrumentCatalogue.rows(rest).count == MadeBooks.instruments)
  let file = try RecordingFile(path: Made.books.path)
  let catalogue = try InstrumentCatalogue(recording: file, instruments: rest)
  #expect(catalogue.list.map(\.id).sorted() == InstrumentCatalogue.rows(rest).map(\.id).sorted())
  let moon = catalogue[try #require(catalogue.index(of: "MOON-USDT"))]
  #expect(moon.tick == Increment(mantissa: 1, decimals: 11) && moon.minimumLots == 5_000_000)
  let swap = catalogue[try #require(catalogue.index(of: "UNI-USD-SWAP"))]
  #expect(swap.contract == .inverse && swap.settle == "UNI" && swap.isTradable)
  #expect(swap.contractValue == Increment(mantissa: 10, decimals: 0))
  let option = catalogue[try #require(catalogue.index(of: "ETH-USD-220429-1900-P"))]
  #expect(option.type == .option && !option.isTradable && option.strike == "1900")
  #expect(option.tick == Increment(mantissa: 5, decimals: 4))

  let derived = try InstrumentCatalogue(recording: file)
  let same = derived[try #require(derived.index(of: "MOON-USDT"))]
  #expect(same.tick == moon.tick && same.isTradable && same.minimumLots == 1)
  let unknown = derived[try #require(derived.index(of: "UNI-USD-SWAP"))]
  #expect(unknown.type == .swap && !unknown.isTradable && unknown.settle == "UNI")
}

@Test func aRowThatTheRecordingContradictsIsNotUsed() throws {
  let frame =
    #"1.0: {"arg":{"channel":"books","instId":"A-B"},"action":"snapshot","data":[{"asks":[["1.55","2.5","0","1"]],"bids":[],"ts":"5"}]}"#
  func body(_ tick: String) -> [UInt8] {
    Array(
      #"{"code":"0","data":[{"instId":"A-B","instType":"SPOT","baseCcy":"A","quoteCcy":"B","tickSz":"\#(tick)","lotSz":"0.1","minSz":"1","instIdCode":77,"state":"live"}]}"#
        .utf8)
  }
  let file = RecordingFile(bytes: Array(frame.utf8))
  let kept = try InstrumentCatalogue(recording: file, instruments: body("0.05"))
  #expect(kept[0].tick == Increment(mantissa: 5, decimals: 2) && kept[0].code == 77)
  #expect(kept[0].minimumLots == 10)
  let refined = try InstrumentCatalogue(recording: file, instruments: body("0.1"))
  #expect(refined[0].tick == Increment(mantissa: 1, decimals: 2))
  #expect(refined[0].minimumLots == 1)
}

@Test func rowsRenderAndReadBack() throws {
  for item in [spot, linear, inverse] {
    var row: [UInt8] = Array(#"{"code":"0","msg":"","data":["#.utf8)
    item.appendRow(to: &row)
    row += Array("]}".utf8)
    #expect(try JSONSerialization.jsonObject(with: Data(row)) is [String: Any])
    var back = try #require(InstrumentCatalogue.rows(row).first)
    back.contractValue = back.contractValue.normalized
    var expected = item
    expected.contractValue = item.contractValue.normalized
    expected.tick = item.tick.normalized
    expected.lot = item.lot.normalized
    #expect(back == expected)
  }
}

@Test func codesNeverClash() {
  let names = (0..<4_096).map { "SIM\($0)-USDT" }
  let list = names.map {
    InstrumentSpecification(
      id: $0, base: "S", quote: "USDT", tick: Increment(mantissa: 1, decimals: 0),
      lot: Increment(mantissa: 1, decimals: 0))
  }
  let catalogue = InstrumentCatalogue(list)
  #expect(Set(catalogue.list.map(\.code)).count == 4_096)
  for index in 0..<4_096 { #expect(catalogue.index(ofCode: catalogue[index].code) == index) }
}
