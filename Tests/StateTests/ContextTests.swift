// The market context in State: absent until said, each kind in its place, bars of long ago left out.
import Channels
import Foundation
import Quantities
import State
import Testing

private func bar(_ number: Int64, _ interval: BarInterval = .minute, closed: Bool = true)
  -> BarRecord
{
  BarRecord(
    instrument: id(1), interval: interval,
    openTime: WallMilliseconds(milliseconds: number * interval.milliseconds),
    open: Price(ticks: number + 1), high: Price(ticks: number + 3), low: Price(ticks: 1),
    close: Price(ticks: number + 2), volume: Quantity(lots: number), source: .own, isClosed: closed)
}

@Test func contextFactsAreReadBack() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(3))
  let reader = try StateReader(path: folder.file)
  check(reader.context(id(1)) == nil && reader.exchangeStatus == nil)
  var fact = ContextRecord(
    .fundingRate, of: id(1), exchangeTime: WallMilliseconds(milliseconds: 5),
    receivedAt: Instant(nanoseconds: 9))
  fact[.first] = DecimalNumber(mantissa: -1_875, decimals: 7)
  var context = InstrumentContext()
  context[.fundingRate] = fact
  writer.set(context, of: id(1))
  let seen = reader.context(id(1))
  check(seen?[.fundingRate] == fact && seen?[.fundingRate]?[.second] == nil)
  check(seen?[.markPrice] == nil && reader.context(id(0)) == nil && reader.context(id(2)) == nil)
  writer.set(exchangeStatus: ContextRecord(.status))
  check(reader.exchangeStatus?.kind == .status)
}

@Test func barsAreReadBackOldestFirst() throws {
  let folder = Folder()
  let writer = try StateWriter.create(path: folder.file, header: header(), instruments: table(3))
  let reader = try StateReader(path: folder.file)
  check(reader.bars(id(1), .minute).isEmpty)
  let start: Int64 = 29_400_480
  let kept = Int64(StateLayout.barsKept)
  // One that nothing overwrites, of long before.
  writer.put(bar(start - 10 * kept + 3))
  for number in start..<start + 3 { writer.put(bar(number)) }
  writer.put(bar(start + 3, closed: false))
  let seen = reader.bars(id(1), .minute)
  check(seen == (start..<start + 3).map { bar($0) } + [bar(start + 3, closed: false)])
  // A whole round, and the newest kept.
  for number in start..<start + 3 * kept { writer.put(bar(number)) }
  let full = reader.bars(id(1), .minute)
  check(full == (start + 2 * kept..<start + 3 * kept).map { bar($0) })
  check(reader.bars(id(0), .minute).isEmpty && reader.bars(id(2), .minute).isEmpty)
  check(reader.bars(id(1), .second).isEmpty && reader.bars(id(1), .fiveMinutes).isEmpty)
  for interval in BarInterval.allCases { writer.put(bar(start, interval)) }
  for interval in BarInterval.allCases where interval != .minute {
    check(reader.bars(id(1), interval) == [bar(start, interval)], "\(interval)")
  }
}
