// Records of the market context: bytes come back whole, and bytes that no build wrote are refused.

import Journal
import Quantities
import Testing

private func bytes<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
  unsafe withUnsafeBytes(of: value) { unsafe [UInt8]($0) }
}

private let bar = BarRecord(
  instrument: InstrumentID(index: 1), interval: .hour,
  openTime: WallMilliseconds(milliseconds: 1_764_028_800_000), open: Price(ticks: 5),
  high: Price(ticks: 9), low: Price(ticks: 2), close: Price(ticks: 3),
  volume: Quantity(lots: 77), bought: Quantity(lots: 33), trades: 4, source: .backfill,
  isClosed: true)

@Test func aBarComesBack() throws {
  #expect(MemoryLayout<BarRecord>.size == 88 && BarRecord(payload: bytes(bar)) == bar)
  #expect(BarRecord(payload: Array(bytes(bar).dropLast())) == nil)
  for (path, value) in [
    (\BarRecord.interval as PartialKeyPath<BarRecord>, 7), (\BarRecord.source, 4),
    (\BarRecord.isClosed, 2),
  ] as [(PartialKeyPath<BarRecord>, UInt8)] {
    var wrong = bytes(bar)
    wrong[try #require(MemoryLayout<BarRecord>.offset(of: path))] = value
    #expect(BarRecord(payload: wrong) == nil)
  }
}

@Test func aFactComesBackWithWhatIsAbsent() throws {
  #expect(MemoryLayout<ContextRecord>.size == 128)
  var fact = ContextRecord(
    .ticker, of: InstrumentID(index: 2), exchangeTime: WallMilliseconds(milliseconds: 6),
    receivedAt: Instant(nanoseconds: 7))
  fact[.first] = DecimalNumber(mantissa: -12, decimals: 3)
  fact[.sixth] = DecimalNumber(mantissa: .max, decimals: 36)
  let read = try #require(ContextRecord(payload: bytes(fact)))
  #expect(read == fact && read[.second] == nil && read.receivedAt == fact.receivedAt)
  #expect(read[.sixth] == DecimalNumber(mantissa: .max, decimals: 36))
  for figure in 0..<ContextRecord.figureCount {
    var wrong = bytes(fact)
    wrong[ContextRecord.presenceOffset(figure)] = 2
    #expect(ContextRecord(payload: wrong) == nil, "figure \(figure)")
  }
  var wrong = bytes(fact)
  wrong[try #require(MemoryLayout<ContextRecord>.offset(of: \.kind))] = 9
  #expect(ContextRecord(payload: wrong) == nil)
  #expect(ContextRecord(payload: Array(bytes(fact).dropLast())) == nil)
}

@Test func kindsOfContextKeepTheirNumbers() {
  #expect(JournalKind.context.rawValue == 16 && JournalKind.bar.rawValue == 17)
}
