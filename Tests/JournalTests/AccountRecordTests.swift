// The account's records: every figure comes back to the last digit, and as JSON lines.

import Channels
import Foundation
import Journal
import Quantities
import Testing

private let at = Instant(nanoseconds: 77)
private let time = WallMilliseconds(milliseconds: 1_795_576_826_500)

private func bytes<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
  unsafe withUnsafeBytes(of: value) { unsafe [UInt8]($0) }
}

private func detail(_ id: InstrumentID) throws -> PositionDetailRecord {
  PositionDetailRecord(
    instrument: id, quantity: Quantity(lots: -25), averagePrice: Price(ticks: 787_221),
    markPrice: Price(ticks: 787_230), liquidationPrice: Price(ticks: 900_000),
    leverageMilli: 12_500, unrealised: try #require(Amount("-0.0000000000225")),
    exchangeTime: time, receivedAt: at, isReconciled: false)
}

@Test(
  arguments: [
    ("84312345.123456789012", "0"), ("-0.000000000001", nil), ("0", "-5"),
    ("123456789012345678901234567.25", "99999999999999999999.9999999999999"),
  ] as [(String, String?)])
func accountFiguresComeBack(_ total: String, _ available: String?) throws {
  let whole = try #require(Amount(total))
  let free = available.flatMap { Amount($0) }
  let record = AccountRecord(
    total: whole, available: free, exchangeTime: time, receivedAt: at, isReconciled: true)
  let read = try #require(AccountRecord(payload: bytes(record)))
  #expect(read.total == whole && read.available == free && read == record)
}

@Test func bytesThatNoBuildWroteAreNoAccountRecord() throws {
  let record = AccountRecord(
    total: .zero, available: nil, exchangeTime: time, receivedAt: at, isReconciled: false)
  for path in [\AccountRecord.holdsAvailable, \AccountRecord.isReconciled] {
    var wrong = bytes(record)
    wrong[try #require(MemoryLayout<AccountRecord>.offset(of: path))] = 2
    #expect(AccountRecord(payload: wrong) == nil)
  }
  #expect(AccountRecord(payload: Array(bytes(record).dropLast())) == nil)
  var wrong = bytes(try detail(InstrumentID(index: 1)))
  wrong[try #require(MemoryLayout<PositionDetailRecord>.offset(of: \.isReconciled))] = 9
  #expect(PositionDetailRecord(payload: wrong) == nil)
  #expect(MemoryLayout<AccountRecord>.size == 56 && MemoryLayout<FeeRateRecord>.size == 32)
  #expect(MemoryLayout<PositionDetailRecord>.size == 72)
}

@Test func accountLinesAreJSON() throws {
  let scratch = Scratch("account")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  let symbol = try #require(Symbol("BTC-USDT"))
  let instrument = Instrument(
    id: InstrumentID(index: 0), symbol: symbol, type: .spot,
    tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 5))
  try writer.append(.instrument, InstrumentRecord(instrument), at: at)
  let account = AccountRecord(
    total: try #require(Amount("1000.2500")), available: Amount("17"),
    exchangeTime: time, receivedAt: at, isReconciled: true)
  try writer.append(.account, account, at: at)
  try writer.append(.positionDetail, try detail(instrument.id), at: at)
  let fee = FeeRateRecord(
    instrument: instrument.id, maker: DecimalNumber(mantissa: -8, decimals: 4),
    taker: DecimalNumber(mantissa: -10, decimals: 4), exchangeTime: time)
  #expect(FeeRateRecord(payload: bytes(fee)) == fee)
  try writer.append(.feeRate, fee, at: at)
  let reader = try Tail(scratch.trade)
  var text = JournalText()
  var lines: [[String: Any]] = []
  while let record = try reader.next() {
    var line: [UInt8] = []
    text.append(record, of: try #require(reader.header), to: &line)
    lines.append(
      try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]))
  }
  #expect(
    lines.map { $0["kind"] as? String } == [
      "instrument", "account", "positionDetail", "feeRate",
    ])
  #expect(lines[1]["total_usd"] as? String == "1000.25")
  #expect(lines[1]["available_usd"] as? String == "17" && lines[1]["reconciled"] as? Bool == true)
  let position = lines[2]
  #expect(position["position"] as? Int == -25 && position["leverage"] as? String == "12.5")
  #expect(position["average_price"] as? String == "78722.1")
  #expect(position["mark_price"] as? String == "78723")
  #expect(position["liquidation_price"] as? String == "90000")
  #expect(position["upl"] as? String == "-0.0000000000225")
  #expect(
    lines[3]["maker_rate"] as? String == "-0.0008" && lines[3]["taker_rate"] as? String == "-0.001")
  #expect(JournalKind.account.rawValue == 18 && JournalKind.positionDetail.rawValue == 19)
  #expect(JournalKind.feeRate.rawValue == 20)
  try writer.close()
}
