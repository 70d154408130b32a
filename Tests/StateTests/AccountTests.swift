// The account's rows: absent until said, then whole, each instrument its own.
import Channels
import Foundation
import Quantities
import State
import Testing

@Test func theAccountIsReadBack() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(3))
  let reader = try StateReader(path: folder.file)
  let time = WallMilliseconds(milliseconds: 5)
  let now = Instant(nanoseconds: 9)
  check(reader.account == nil && reader.positionDetail(id(0)) == nil)
  check(reader.feeRate(id(2)) == nil)
  let account = AccountRecord(
    total: Amount(units: -123_456_789_012_345_678_901_234_567, decimals: 12), available: nil,
    exchangeTime: time, receivedAt: now, isReconciled: true)
  writer.set(account)
  check(reader.account == account && reader.account?.available == nil)
  for index in 0..<3 {
    writer.set(
      PositionDetailRecord(
        instrument: id(index), quantity: Quantity(lots: Int64(index) - 1),
        averagePrice: Price(ticks: 10), markPrice: Price(ticks: 11), liquidationPrice: .none,
        leverageMilli: 3_000, unrealised: Amount(units: Int128(index), decimals: 2),
        exchangeTime: time, receivedAt: now, isReconciled: false))
    writer.set(
      FeeRateRecord(
        instrument: id(index), maker: DecimalNumber(mantissa: Int64(index), decimals: 4),
        taker: DecimalNumber(mantissa: -1, decimals: 3), exchangeTime: time))
  }
  for index in 0..<3 {
    let detail = reader.positionDetail(id(index))
    check(detail?.quantity == Quantity(lots: Int64(index) - 1))
    check(detail?.instrument == id(index) && detail?.liquidationPrice == Price.none)
    check(detail?.unrealised == Amount(units: Int128(index), decimals: 2))
    check(reader.feeRate(id(index))?.maker == DecimalNumber(mantissa: Int64(index), decimals: 4))
  }
  check(reader.account == account)
}
