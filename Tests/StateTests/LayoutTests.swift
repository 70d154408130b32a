// The descriptor: nothing overlaps, hot rows share no pair of cache lines, records fit their rows.
import Channels
import Quantities
import State
import Testing

@Test(arguments: [0, 1, 2, 50, InstrumentTable.instrumentsMax])
func sectionsFollowEachOtherWithoutOverlap(count: Int) {
  let layout = StateLayout(instrumentCount: count)
  var end = 0
  for section in layout.sections {
    #expect(section.offset % 128 == 0, "\(section.name)")
    #expect(section.offset >= end, "\(section.name) begins before its predecessor ends")
    #expect(section.offset - end < 128, "\(section.name): a gap")
    end = section.end
  }
  #expect(layout.byteCount >= end && layout.byteCount - end < 128)
  #expect(Set(layout.sections.map(\.name)).count == layout.sections.count)
}

@Test func rowsThatHotThreadsWriteAreApart() {
  for section in StateLayout(instrumentCount: 3).sections
  where !["trading", "faults", "header"].contains(section.name) {
    #expect(section.stride % 128 == 0, "\(section.name)")
  }
}

@Test func recordsFitTheirRows() {
  #expect(MemoryLayout<StateHeader>.size <= StateLayout.headerByteCount)
  #expect(MemoryLayout<InstrumentEntry>.size <= StateLayout.directoryStride)
  #expect(MemoryLayout<MarketSlot>.size % 8 == 0 && MemoryLayout<BalanceRow>.size % 8 == 0)
  #expect(MemoryLayout<MarketSlot>.size + 8 <= StateLayout.marketStride)
  #expect(MemoryLayout<SignalLease>.size + 8 <= StateLayout.signalStride)
  #expect(StageName.allCases.allSatisfy { Int($0.rawValue) < StateLayout.stagesMax })
  #expect(Hop.allCases.allSatisfy { Int($0.rawValue) < StateLayout.hopsMax })
  #expect(InstrumentCounter.allCases.allSatisfy { $0.index < InstrumentCounter.indexCount })
  #expect(BookIndicator.allCases.allSatisfy { $0.rawValue < 12 })
  #expect(MarketSlot.levelsMax == MarketSlot().bids.count)
  #expect(MarketSlot.levelsMax == MarketSlot().asks.count)
  #expect(MemoryLayout<StateHeader>.offset(of: \.magic) == 0)
  #expect(MemoryLayout<StateHeader>.offset(of: \.version) == 8)
  #expect(MemoryLayout<StateHeader>.offset(of: \.byteCount) == 16)
}

@Test func fingerprintsTellLayoutsApart() {
  let prints = (0..<200).map { StateLayout(instrumentCount: $0).fingerprint }
  #expect(Set(prints).count == prints.count)
  #expect(prints[7] == StateLayout(instrumentCount: 7).fingerprint)
}

@Test func namesAreTheReports() {
  #expect(
    Hop.allCases.map(\.name) == [
      "feed", "build", "gate", "send", "wire_in", "wire_out", "tick_to_order",
    ])
  #expect(StageName.sender.name == "sender")
}
