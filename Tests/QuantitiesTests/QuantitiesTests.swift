// Sizes, alignments and numbers that are layouts and interfaces: changing one is changing a format.
import Quantities
import Testing

private func check<Record>(_ type: Record.Type, size: Int, alignment: Int = 8) {
  #expect(MemoryLayout<Record>.size == size, "\(type)")
  #expect(MemoryLayout<Record>.stride == size, "\(type)")
  #expect(MemoryLayout<Record>.alignment == alignment, "\(type)")
}

@Test func recordSizes() {
  check(MarketMessage.self, size: 64)
  check(MarketLevel.self, size: 16)
  check(LevelDigits.self, size: 2, alignment: 1)
  check(TradeBody.self, size: 40)
  check(Intent.self, size: 112)
  check(DecisionReference.self, size: 40)
  check(Verdict.self, size: 56)
  check(Report.self, size: 112)
  check(SignalLease.self, size: 80)
  check(Symbol.self, size: 32)
  check(Price.self, size: 8)
  check(Quantity.self, size: 8)
  check(Instant.self, size: 8)
  check(ClientOrderID.self, size: 8)
  check(InstrumentID.self, size: 2, alignment: 2)
}

@Test func marketMessageFieldsLieWhereTheRingExpectsThem() {
  #expect(MemoryLayout<MarketMessage>.offset(of: \.byteCount) == 0)
  #expect(MemoryLayout<MarketMessage>.offset(of: \.kind) == 4)
  #expect(MemoryLayout<MarketMessage>.offset(of: \.instrument) == 6)
  #expect(MemoryLayout<MarketMessage>.offset(of: \.bidCount) == 8)
  #expect(MemoryLayout<MarketMessage>.offset(of: \.receivedAt) == 16)
  #expect(MemoryLayout<MarketMessage>.offset(of: \.seqId) == 40)
  #expect(MarketMessage.bytesMax % 8 == 0 && MarketMessage().byteCount == 64)
}

@Test func codesAreSmallAndOneSentenceEach() {
  #expect(RefusalCode.allCases.allSatisfy { $0.rawValue < 128 })
  #expect(FaultCode.allCases.allSatisfy { $0.rawValue < 128 })
  #expect(RefusalCode.approved.rawValue == 0 && FaultCode.none.rawValue == 0)
  #expect(TradingState.allCases.map(\.rawValue) == [0, 1, 2, 3])
  #expect(StopSource.allCases.count <= 12, "the state file keeps half a byte per source in six")
}
