import Quantities
import Testing

@Test func recordSizes() {
  #expect(MemoryLayout<MarketMessage>.size == 64)
  #expect(MemoryLayout<MarketLevel>.size == 16)
  #expect(MemoryLayout<LevelDigits>.size == 2)
  #expect(MemoryLayout<TradeBody>.size == 40)
  #expect(MemoryLayout<Intent>.size == 112)
  #expect(MemoryLayout<Verdict>.size == 56)
  #expect(MemoryLayout<Report>.size == 112)
  #expect(MemoryLayout<SignalLease>.size == 80)
}
