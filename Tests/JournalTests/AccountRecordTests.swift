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

private func bill() throws -> BillRecord {
  BillRecord(
    bill: 623_950_854_533_513_219, type: 8, subType: 173, currency: try #require(Symbol("USDT")),
    change: try #require(Amount("-0.0219338232210000")),
    balance: try #require(Amount("8694.2179403378290202")),
    profit: try #require(Amount("-0.021933823221")), fee: .zero, size: try #require(Amount("350")),
    instrument: try #require(Symbol("BTC-USDT-SWAP")),
    exchangeOrder: ExchangeOrderID(rawValue: 7), tradeID: UInt64(bitPattern: -5),
    exchangeTime: time)
}

@Test func aBillComesBackWhole() throws {
  let one = try bill()
  #expect(BillRecord(payload: bytes(one)) == one && MemoryLayout<BillRecord>.size == 192)
  #expect(one.change.description == "-0.0219338232210000")
  #expect(one.balance.description == "8694.2179403378290202")
  #expect(one.profit.description == "-0.021933823221" && one.size.description == "350")
  #expect(BillRecord(payload: Array(bytes(one).dropLast())) == nil)
  let fields = Mirror(reflecting: one).children.map { field -> Int in
    func size<Value>(_ value: Value) -> Int { MemoryLayout<Value>.size }
    return _openExistential(field.value, do: size)
  }
  #expect(fields.reduce(0, +) == 192, "no padding")
  let meanings: [(Int32, BillMeaning)] = [
    (1, .transfer), (2, .trade), (3, .delivery), (5, .trade), (7, .interest), (8, .funding),
    (9, .trade), (34, .settlement), (27, .other), (-1, .other),
  ]
  for (type, meaning) in meanings { #expect(BillMeaning(type: type) == meaning) }
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
  try writer.append(.bill, try bill(), at: at)
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
      "instrument", "account", "positionDetail", "feeRate", "bill",
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
  #expect(JournalKind.feeRate.rawValue == 20 && JournalKind.bill.rawValue == 23)
  let texts = [
    "bill_id": "623950854533513219", "bill": "funding", "currency": "USDT",
    "instrument": "BTC-USDT-SWAP", "change": "-0.021933823221", "pnl": "-0.021933823221",
    "balance": "8694.2179403378290202", "fee": "0", "size": "350", "ord_id": "7", "trade_id": "-5",
  ]
  for (name, text) in texts { #expect(lines[4][name] as? String == text, "\(name)") }
  #expect(lines[4]["type"] as? Int == 8 && lines[4]["sub_type"] as? Int == 173)
  try writer.close()
}
